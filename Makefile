# Everything goes through a virtual environment in the checkout; a stamp for each set of packages says that it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: help chat install train test lint format bench probes clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

chat: $(VENV)/.base  ## talk to the model that ships with the project
	@$(BIN)/chatbot $(ARGS)

install: $(VENV)/.base  ## only set up what chatting needs

train: $(VENV)/.train  ## train a model: make train ARGS="my.jsonl --out runs/mine"
	@$(BIN)/chatbot train $(ARGS)

test: $(VENV)/.dev  ## run the tests
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

lint: $(VENV)/.dev  ## style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.dev  ## put the source in the house style
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

bench: $(VENV)/.bench  ## measure speed and memory
	@$(BIN)/python -m tests.benchmarks $(ARGS)

probes: $(VENV)/.base  ## play the probe scripts: make probes ARGS="runs/mine/bundle --show failed"
	@$(BIN)/python -m tests.probes $(ARGS)

clean:  ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$$($(PYTHON) --version) found; expected 3.11 or later; run: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.train: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@touch $@

$(VENV)/.dev: $(VENV)/.train
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train,dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train,dev,bench]'
	@touch $@
