#!/usr/bin/env sh
# Prints the path of a Chromium for the page tests; installs Debian's package where it may and
# INSTALL_TOOLS is not 0.
set -eu

if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" && exit 0
    echo "CHROMIUM is set to $CHROMIUM, which is no program" >&2
    exit 1
fi

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" 2>/dev/null && return 0
    done
    mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    [ -x "$mac" ] && printf '%s\n' "$mac"
}

find_chromium && exit 0

if [ "${INSTALL_TOOLS:-1}" != 0 ] && command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then sudo=""
    elif sudo -n true 2>/dev/null; then sudo="sudo -n"
    else sudo="no"; fi
    if [ "$sudo" != no ]; then
        echo "installing Chromium for the page tests" >&2
        { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq \
            --no-install-recommends chromium; } >&2 </dev/null || true
        find_chromium && exit 0
    fi
fi
echo "The page tests need Chromium or Chrome. Install it (Debian: sudo apt install chromium," >&2
echo "macOS: brew install --cask google-chrome) or set CHROMIUM to its path." >&2
exit 1
