#!/usr/bin/env sh
# Fails where a part of the repository names another release than NUMBER, or nothing is told of it.
# Usage: scripts/check-release.sh NUMBER
set -eu
cd "$(dirname "$0")/.."
number=$1
wrong() { echo "$1" >&2; exit 1; }

grep -q "^  \"version\": \"$number\",$" frontend/package.json || wrong "frontend/package.json is not of $number"
grep -q "^version = \"$number\"$" clients/python/pyproject.toml || wrong "clients/python is not of $number"
[ "$(cat deploy/kustomize/overlays/*/kustomization.yaml | grep -c "newTag: $number}")" = 5 ] || wrong "deploy/kustomize is not of $number"
grep -q "newTag: $number-cuda}" deploy/kustomize/overlays/gpu/kustomization.yaml || wrong "the gpu overlay is not of $number"
grep -q "^## $number$" CHANGELOG.md || wrong "CHANGELOG.md tells nothing of $number"
