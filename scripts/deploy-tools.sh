#!/usr/bin/env sh
# Has what the deployment tests start at hand: nginx with its brotli module, Prometheus with promtool,
# and bubblewrap. Installs Debian's packages where it may; prints the path of each, one a line,
# `name=path`. `--check` only looks, as INSTALL_TOOLS=0 in the
# environment does.
set -eu

# Debian keeps daemons where an ordinary user's PATH does not look.
PATH="$PATH:/usr/sbin:/usr/local/sbin"

PROGRAMS="nginx prometheus promtool bwrap"

missing() {
    for program in $PROGRAMS; do
        command -v "$program" >/dev/null || printf '%s ' "$program"
    done
}

if [ -n "$(missing)" ] && [ "${1:-}" != --check ] && [ "${INSTALL_TOOLS:-1}" != 0 ] &&
    command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then sudo=""
    elif sudo -n true 2>/dev/null; then sudo="sudo -n"
    else sudo="no"; fi
    if [ "$sudo" != no ]; then
        echo "installing nginx, Prometheus and bubblewrap for the deployment tests" >&2
        # Debian would start both as services once they are installed; the run level keeps it from that.
        { $sudo apt-get update -qq && $sudo env RUNLEVEL=1 \
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            nginx-light libnginx-mod-http-brotli-filter prometheus bubblewrap; } >&2 </dev/null || true
    fi
fi

for program in $PROGRAMS; do
    path="$(command -v "$program")" && printf '%s=%s\n' "$program" "$path"
done

lacking="$(missing)"
[ -z "$lacking" ] && exit 0
echo "The deployment tests lack: $lacking" >&2
echo "Install them (Debian: sudo apt install nginx-light prometheus bubblewrap; macOS: brew install" >&2
echo "nginx prometheus, without bubblewrap) and have them on PATH." >&2
exit 1
