#!/usr/bin/env sh
# Fails where a part of the repository names another release than NUMBER, or CHANGELOG.md tells
# nothing of it, or tells of changes that belong to no release yet.
# Usage: scripts/check-release.sh NUMBER
set -eu
cd "$(dirname "$0")/.."
number=$1
wrong() { echo "$1" >&2; exit 1; }
# The lines below a heading of CHANGELOG.md that say something.
section() { awk -v head="## $1" '/^## / { on = ($0 == head || index($0, head " ") == 1); next } on && NF' CHANGELOG.md; }

"${PYTHON:-python3}" scripts/release_number.py --check "$number"
[ -n "$(section "$number")" ] || wrong "CHANGELOG.md tells nothing of $number"
[ -z "$(section Unreleased)" ] ||
    wrong "CHANGELOG.md has changes under Unreleased: scripts/set-version.sh NUMBER makes a release of them"
