# make demo   a running system with data in it, on http://127.0.0.1:8000
# make test   every check and every test
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo serve test lint shots faults messages clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard registry/translations/*/LC_MESSAGES/*.po))
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
NO_CHROMIUM := Chromium was not found: install it (Debian: apt-get install chromium) so that it is on PATH.

help:
	@echo "make demo    set up everything and serve a synthetic network on http://127.0.0.1:8000"
	@echo "make test    set up everything and run all checks and tests, those in a browser too"
	@echo "make serve   serve the instance in ./instance (SANG_… settings: docs/settings.md)"
	@echo "make lint    only the style and type checks"
	@echo "make shots   a picture of every page, role, width and language into ./shots"
	@echo "make faults  10,000 deliveries by LINE with faults, kills and a lost answer"

demo: ready
	SANG_ENV=demo $(BIN)/sang demo

serve: ready
	$(BIN)/sang init
	$(BIN)/sang serve

test: lint browser
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy registry dashboards importers reports benchmarks wsgi.py

shots: ready browser
	SANG_ENV=demo $(BIN)/sang demo --no-serve
	$(BIN)/python -m benchmarks.shots $(ARGS)

faults: ready
	$(BIN)/python -m benchmarks.faults.outbox $(ARGS)

.PHONY: ready browser
# SPARK=1 installs PySpark, too: half a gigabyte that only its own test and large registries need.
ready: $(VENV)/installed $(CATALOGUES) $(if $(SPARK),$(VENV)/spark)

browser:
	@test -n "$(CHROMIUM)" || { echo "$(NO_CHROMIUM)" >&2; exit 2; }

# uv halves the time that pip takes; where it cannot be had or cannot reach its index, pip does.
$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/python
	{ $(BIN)/python -m pip install --quiet uv \
	  && $(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock; } \
	  || $(BIN)/python -m pip install --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/spark: requirements-spark.lock | $(VENV)/installed
	$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements-spark.lock \
	  || $(BIN)/python -m pip install --require-hashes -r requirements-spark.lock
	touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer was not found: install it (Debian: apt-get install python3 python3-venv)." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' || { \
	  echo "Python lacks venv: install it (Debian: apt-get install python3-venv)." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

%.mo: %.po | $(VENV)/installed
	$(BIN)/pybabel --quiet compile --use-fuzzy -i $< -o $@

clean:
	rm -rf $(VENV) shots .pytest_cache .ruff_cache .mypy_cache
