#!/usr/bin/env sh
# Fails when backend/openapi.json, docs/settings.md or what the page has from the service (its client,
# its words) is not what the code would generate.
set -eu
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

mkdir "$fresh/words"
.venv/bin/cxr-severity openapi > "$fresh/openapi.json"
.venv/bin/cxr-severity words "$fresh/words"
.venv/bin/cxr-severity settings > "$fresh/settings.md"
(cd frontend && npm run --silent generate -- --output "$fresh/schema.ts" >/dev/null)
for pair in "backend/openapi.json openapi.json" "frontend/src/client/schema.ts schema.ts" \
    "frontend/src/client/words words" "docs/settings.md settings.md"; do
    set -- $pair
    diff -ru "$1" "$fresh/$2" > "$fresh/difference" || {
        head -40 "$fresh/difference" >&2
        echo "$1 is out of date: run make openapi" >&2
        exit 1
    }
done
