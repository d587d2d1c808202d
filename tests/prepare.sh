#!/bin/sh
# Installs what the tests talk to (Redis, PostgreSQL, Chromium, coturn, Node's development packages) where
# this machine lets us, and names what stays missing. Never fails: a test without its service says so itself.
set -u
packages=""
want() { # want PROGRAM PACKAGE...: asks for the packages when the program is not there
    program=$1; shift
    command -v "$program" >/dev/null 2>&1 || packages="$packages $*"
}
want redis-server redis-server
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || want postgres postgresql
want chromium chromium
want turnserver coturn
want openssl openssl
want node nodejs npm
if [ -n "$packages" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "prepare: installing$packages"
        apt-get update -qq || true
        # One by one: a package that is not to be had does not keep the others away.
        for package in $packages; do
            DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
                apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 \
                || echo "prepare: could not install $package; the tests that need it will say so"
        done
    else
        echo "prepare: not root, so these are not installed:$packages"
    fi
fi
if [ -f package-lock.json ] && command -v npm >/dev/null 2>&1 && [ ! -f node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --ignore-scripts --silent \
        || echo "prepare: npm could not install the development packages; tsc and axe will not run"
fi
exit 0
