#!/usr/bin/env sh
# Gives the next release its number, in every place that names it, and in CHANGELOG.md what stands
# under Unreleased to it. Usage: scripts/set-version.sh NUMBER
set -eu
cd "$(dirname "$0")/.."
[ $# = 1 ] || { echo "Usage: scripts/set-version.sh NUMBER, like 0.2.0" >&2; exit 2; }
number=$1

"${PYTHON:-python3}" scripts/release_number.py --set "$number"
if ! grep -q "^## $number\( \|$\)" CHANGELOG.md; then
    sed "s/^## Unreleased\$/&\\
\\
## $number - $(date +%Y-%m-%d)/" CHANGELOG.md > CHANGELOG.md.new
    mv CHANGELOG.md.new CHANGELOG.md
fi
scripts/check-release.sh "$number"
