#!/usr/bin/env sh
# Puts the service into a virtual environment: the one way of Dockerfile, `make run` and the tests.
# Usage: deploy/image/backend.sh ENVIRONMENT [PIP ARGUMENTS FOR THE SERVICE…]
# TORCH_INDEX: where torch comes from, when the service's extra `torch` is asked for; empty for pip's
# own index.
set -eu
cd "$(dirname "$0")/../.."
environment=$1
shift
pip() { "$environment/bin/python" -m pip "$@"; }
quiet="--quiet --disable-pip-version-check -c constraints.txt"

# Torch alone: its own index has not every release of what torch needs.
# shellcheck disable=SC2086
[ -z "${TORCH_INDEX:-}" ] || pip install $quiet --no-deps --index-url "$TORCH_INDEX" torch
# shellcheck disable=SC2086
pip install $quiet "$@"
