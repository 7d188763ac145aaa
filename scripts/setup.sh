#!/bin/sh
# Puts Sightlog and what a job needs into .venv, and says in one line what is missing.
# Quiet when there is nothing to do. Needs nothing but a shell and Python 3.11 or newer.
#
#   sh scripts/setup.sh serve    the server
#   sh scripts/setup.sh run      the server and the official client (roboflow-slim), for the demo
#   sh scripts/setup.sh test     all of that, and what checks and tests need
#   sh scripts/setup.sh browser  all of that, and Chromium for the tests in a browser (as root on Debian or Ubuntu)
#
# PYTHON=/path/to/python picks another Python for a new .venv.
set -eu
cd "$(dirname "$0")/.."

runs='pass'
is_new='import sys; sys.exit(sys.version_info < (3, 11))'
# Debian and Ubuntu leave ensurepip to a package of its own; a Python built by hand may lack the others.
has_venv='import ensurepip, venv'
has_rest='import sqlite3, ssl'

fail() {
    printf 'sightlog setup: %s\n' "$*" >&2
    exit 1
}

does() { # PYTHON CODE: does this Python run this code? (A name on PATH may be a shim that runs nothing.)
    "$1" -c "$2" >/dev/null 2>&1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

find_python() { # Sets `python` to one that has all it takes; otherwise says what the best one lacks.
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3.13 python3.12 python3.11 python3 python; fi
    too_old="" without_venv="" without_rest=""
    for python; do
        does "$python" "$runs" || continue
        if ! does "$python" "$is_new"; then
            too_old="${too_old:-$python}"
        elif ! does "$python" "$has_venv"; then
            without_venv="${without_venv:-$python}"
        elif ! does "$python" "$has_rest"; then
            without_rest="${without_rest:-$python}"
        else
            return 0
        fi
    done
    if [ -n "$without_venv" ]; then
        fail "$without_venv comes without venv; on Debian or Ubuntu: sudo apt install python$(version_of "$without_venv")-venv"
    elif [ -n "$without_rest" ]; then
        fail "$without_rest was built without sqlite3 or ssl; name another Python: PYTHON=/path/to/python"
    elif [ -n "$too_old" ]; then
        fail "needs Python 3.11 or newer, and $too_old is $(version_of "$too_old"); name another: PYTHON=/path/to/python"
    elif [ -n "${PYTHON:-}" ]; then
        fail "PYTHON=$PYTHON does not run"
    fi
    fail "needs Python 3.11 or newer and found none; on Debian or Ubuntu: sudo apt install python3 python3-venv"
}

make_venv() {
    find_python
    problem=$("$python" -m venv --clear .venv 2>&1) ||
        fail "could not make .venv with $python: $(printf '%s\n' "$problem" | tail -n 1)"
}

explain() { # What went wrong, from pip's own words.
    if grep -qi 'No space left' "$log"; then
        fail "the disk is full; pip's words are in $log"
    elif grep -qiE 'NewConnectionError|NameResolution|name resolution|unreachable|refused|Timeout|ProxyError|SSLError' "$log"; then
        fail "pip could not reach the package index; look at the network or the proxy (HTTPS_PROXY, PIP_INDEX_URL). Its words are in $log"
    fi
    reason=$(grep -i '^error' "$log" | head -n 1 | cut -c 1-160 || true)
    fail "pip could not install what is needed: ${reason:-no reason given}; its words are in $log"
}

install() { # EXTRA: the project itself, editable, with one of its extras.
    echo "Installing Sightlog into .venv (a minute the first time) ..." >&2
    unset PIP_USER PIP_TARGET PIP_PREFIX # A person's settings for other places must not lead pip out of .venv.
    .venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet --editable ".$1" >"$log" 2>&1 ||
        explain
}

find_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

install_chromium() {
    find_chromium >/dev/null && return
    how="the tests in a browser need Chromium; on Debian or Ubuntu: sudo apt install chromium. Without: make test ARGS='--ignore tests/browser'"
    { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; } || fail "$how"
    echo "Installing Chromium for the tests in a browser (a minute or two, once) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends chromium fonts-dejavu-core; } >"$log" 2>&1 ||
        fail "apt-get could not install Chromium; its words are in $log. $how"
    find_chromium >/dev/null || fail "$how"
}

case "${1:-}" in
    serve) extra="" ;;
    run) extra="[client]" ;;
    test | browser) extra="[test]" ;;
    *) fail "say what for: serve, run, test or browser" ;;
esac
what=$1
if [ "$what" = browser ]; then what=test; fi

log=.venv/install.log
here=$(pwd)
# A new pyproject.toml is installed anew. Each job has its stamp: where, and from which pyproject.toml.
now=$(printf '%s\n%s' "$here" "$(cksum <pyproject.toml)")

if ! does .venv/bin/python "import pip; $is_new"; then
    make_venv # There is none, or its Python went away, or it is half made.
elif [ -f .venv/installed-serve ] && [ "$(head -n 1 .venv/installed-serve)" != "$here" ]; then
    make_venv # The folder was moved or copied, and the commands in .venv name the old place.
fi
if [ "$(cat ".venv/installed-$what" 2>/dev/null || true)" != "$now" ]; then
    install "$extra"
    for job in serve run test; do # What a job needs includes what those before it need.
        printf '%s\n' "$now" >".venv/installed-$job"
        if [ "$job" = "$what" ]; then break; fi
    done
fi
if [ "$1" = browser ]; then install_chromium; fi
