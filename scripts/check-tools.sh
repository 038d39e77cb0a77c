#!/usr/bin/env sh
# Stops with a plain sentence where Python or Node is missing or too old.
# Usage: scripts/check-tools.sh PYTHON
set -eu

fail() { printf '%s\n' "$1" >&2; exit 1; }

command -v "$1" >/dev/null || fail "Python 3.11 or newer is needed ($1 was not found): https://www.python.org"
"$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed; $1 is $("$1" -V). Name another: make run PYTHON=python3.12"
"$1" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv"
command -v node >/dev/null && command -v npm >/dev/null ||
    fail "Node.js 20 or newer with npm is needed: https://nodejs.org"
node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exitCode = major < 20 || (major === 20 && minor < 19) ? 1 : 0' ||
    fail "Node.js 20.19 or newer is needed; this is $(node --version): https://nodejs.org"
