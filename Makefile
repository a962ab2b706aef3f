# `make train` and `make test` each work alone in a fresh clone: the virtual environment is made on demand.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test lint bench docs notebook clean

train: .venv/installed
	$(BIN)/cnndsl compile-and-train inputdir/model.txt

test: .venv/installed-dev
	$(BIN)/python -m pytest

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

docs: .venv/installed-dev
	$(BIN)/python -m tests.diagnostics
	$(BIN)/python -m cnndsl.diagnostics.docs

# The twin is what is edited; the notebook is the twin with its outputs.
notebook: .venv/installed-dev
	$(BIN)/python -m tests.notebook

clean:
	rm -rf .venv outputdir

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/installed-dev: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ .venv/installed
