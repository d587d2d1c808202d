#!/bin/sh
# Makes the virtual environment $2 with the interpreter $1. Debian and Ubuntu ship Python without the
# part that does this; where we are root we fetch it, elsewhere we say which package is missing.
set -eu
python=$1 venv=$2
if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    exec "$python" -m venv "$venv"
fi
package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
    exec "$python" -m venv "$venv"
fi
echo "This Python cannot make a virtual environment. Install $package and run make again." >&2
exit 1
