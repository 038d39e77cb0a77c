#!/usr/bin/env sh
# Fails when a Python file below the folders given is longer than 300 lines: then it says two things.
# frontend/tooling/architecture.test.ts holds TypeScript to the same.
set -eu
long=$(find "$@" -name '*.py' -exec wc -l {} + | awk '$2 != "total" && $1 > 300 { print $2 ": " $1 " lines" }')
[ -z "$long" ] && exit 0
echo "$long" >&2
echo "longer than 300 lines: split by meaning" >&2
exit 1
