#!/usr/bin/env sh
# Builds the page into frontend/dist: the one way of Dockerfile, `make run` and the tests.
set -eu
cd "$(dirname "$0")/../../frontend"
[ -e node_modules/.installed ] || { npm ci --no-fund --no-audit --loglevel=error && touch node_modules/.installed; }
npm run --silent build
