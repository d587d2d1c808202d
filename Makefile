# The commands of this house. `make run` needs Python 3.11 or newer and nothing else;
# `make test` also installs what the tests need where it may, and says what it could not run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --no-emit-index-url --universal --python-version 3.11 --generate-hashes
FIGURES ?=
PORT ?= 8080

.PHONY: run test check bench docs lock clean

run: $(VENV)/run.stamp
	$(BIN)/ipt-rooms demo --port $(PORT)

test: $(VENV)/test.stamp
	sh tests/prepare.sh
	$(BIN)/python -m tests.lanes

check: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q tests/test_locks.py
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench $(if $(FIGURES),--figures $(FIGURES))

docs: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q tests/test_docs.py

# Only for whoever changes a dependency: resolves anew, so it needs a package index.
lock: $(VENV)/test.stamp
	$(PIP) install --quiet uv
	$(COMPILE) requirements/build.in -o requirements/build.txt
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) --extra test pyproject.toml -o requirements/test.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "IPT Rooms needs Python 3.11 or newer")'
	sh deploy/make_venv.sh $(PYTHON) $(VENV)

$(VENV)/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml $(wildcard server/media/*.[ch]) | $(VENV)/bin/python
	@echo "Making the environment in $(VENV); this happens once and takes about a minute."
	$(PIP) install --quiet --no-deps --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m server.media.compile_fanout
	touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	$(PIP) install --quiet --no-deps --require-hashes -r requirements/test.txt
	touch $@
