#!/usr/bin/env sh
# Fails when backend/openapi.json or the TypeScript client is not what the code would generate.
set -eu
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

.venv/bin/cxr-severity openapi > "$fresh/openapi.json"
(cd frontend && npm run --silent generate -- --output "$fresh/schema.ts" >/dev/null)
for pair in "backend/openapi.json openapi.json" "frontend/src/client/schema.ts schema.ts"; do
    set -- $pair
    cmp -s "$1" "$fresh/$2" || {
        diff -u "$1" "$fresh/$2" | head -40 >&2
        echo "$1 is out of date: run make openapi" >&2
        exit 1
    }
done
