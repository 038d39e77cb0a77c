#!/usr/bin/env sh
# Everything of a release, into dist/: wheel (page and weights inside), sdist, the Python client's wheel,
# page, notes, materials, checksums.
# From the last commit, never from what lies around: `make release`.
set -eu
cd "$(dirname "$0")/.."
# Not PYTHON, by which make names the interpreter that environments are made of.
python=$(pwd)/.venv/bin/python
out=$(pwd)/dist

[ -z "$(git status --porcelain)" ] || { echo "Commit first: a release is made of what is committed." >&2; exit 1; }
number=$("$python" scripts/release_number.py)
scripts/check-release.sh "$number"
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH # the same commit gives the same bytes

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive HEAD | tar -x -C "$work"
ln -s "$(pwd)/frontend/node_modules" "$work/frontend/node_modules"
"$work/deploy/image/frontend.sh"
cp -R "$work/frontend/dist" "$work/backend/cxr_severity/page"
rm -rf "$out"
mkdir "$out"
(cd "$work/backend" && "$python" -m hatchling build --target wheel --target sdist --directory "$out" >/dev/null)
(cd "$work/clients/python" && "$python" -m hatchling build --target wheel --directory "$out" >/dev/null)
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
    --directory "$work/frontend/dist" . | gzip -n > "$out/cxr-severity-page-$number.tar.gz"
awk -v head="## $number" '/^## / { on = ($0 == head || index($0, head " ") == 1); next } on' CHANGELOG.md > "$out/notes.md"
"$python" scripts/materials.py "$number" > "$out/sbom.cdx.json"
(cd "$out" && sha256sum -- * > SHA256SUMS)
ls -l "$out"
