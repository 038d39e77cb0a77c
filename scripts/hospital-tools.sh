#!/usr/bin/env sh
# Has the hospital's side of the tests at hand: Orthanc with its DICOMweb plugin (`Orthanc`), DCMTK
# (`storescu`, `dsrdump`, `dcm2pnm`), dicom3tools (`dciodvfy`) and, for pictures in Chinese, a font.
# Installs Debian's packages where it may; prints the path of each program, one a line, `name=path`.
# `--check` only looks, as INSTALL_TOOLS=0 in the environment does.
set -eu

# Debian keeps daemons where an ordinary user's PATH does not look.
PATH="$PATH:/usr/sbin:/usr/local/sbin"

PROGRAMS="Orthanc storescu dsrdump dcm2pnm dciodvfy"

dicomweb() { # The plugin is no program: look where Debian, Homebrew and Osimis put it.
    if [ -n "${ORTHANC_DICOMWEB:-}" ]; then
        if [ -e "$ORTHANC_DICOMWEB" ]; then printf '%s\n' "$ORTHANC_DICOMWEB" && return 0; fi
        return 1
    fi
    for place in /usr/share/orthanc/plugins /usr/lib/orthanc /usr/lib/*/orthanc \
        /usr/local/share/orthanc/plugins /opt/homebrew/lib; do
        for name in libOrthancDicomWeb.so libOrthancDicomWeb.dylib; do
            if [ -e "$place/$name" ]; then printf '%s\n' "$place/$name" && return 0; fi
        done
    done
    return 1
}

missing() {
    for program in $PROGRAMS; do
        command -v "$program" >/dev/null || printf '%s ' "$program"
    done
    dicomweb >/dev/null || printf '%s ' OrthancDicomWeb
}

if [ -n "$(missing)" ] && [ "${1:-}" != --check ] && [ "${INSTALL_TOOLS:-1}" != 0 ] &&
    command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then sudo=""
    elif sudo -n true 2>/dev/null; then sudo="sudo -n"
    else sudo="no"; fi
    if [ "$sudo" != no ]; then
        echo "installing Orthanc, DCMTK and dicom3tools for the hospital tests" >&2
        # Debian would start Orthanc as a service once it is installed; the run level keeps it from that.
        { $sudo apt-get update -qq && $sudo env RUNLEVEL=1 \
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            orthanc orthanc-dicomweb dcmtk dicom3tools fonts-droid-fallback; } >&2 </dev/null || true
    fi
fi

for program in $PROGRAMS; do
    path="$(command -v "$program")" && printf '%s=%s\n' "$program" "$path"
done
path="$(dicomweb)" && printf 'OrthancDicomWeb=%s\n' "$path"

lacking="$(missing)"
[ -z "$lacking" ] && exit 0
echo "The hospital tests lack: $lacking" >&2
echo "Install them (Debian: sudo apt install orthanc orthanc-dicomweb dcmtk dicom3tools; macOS: brew install" >&2
echo "dcmtk, Orthanc from orthanc-server.com, dicom3tools from dclunie.com) and have them on PATH;" >&2
echo "ORTHANC_DICOMWEB names the plugin's library where it lies elsewhere." >&2
exit 1
