#!/bin/sh
# Checks the browser modules: their types with tsc, their pure parts with Node's own test runner.
# Says what it cannot run; fails when something that ran failed.
set -eu
if [ -x node_modules/.bin/tsc ]; then
    node_modules/.bin/tsc -p web/tsconfig.json
    echo "web: types checked"
else
    echo "web: NOT RUN: types (TypeScript is not installed)"
fi
if command -v node >/dev/null 2>&1 && ls tests/web/*.test.* >/dev/null 2>&1; then
    node --test tests/web/
else
    echo "web: NOT RUN: module tests (Node is not installed)"
fi
