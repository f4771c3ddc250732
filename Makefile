# The commands of the project. `make` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8000
FUZZ ?= 60
KEIKI_HOME ?= $(CURDIR)/.keiki
PYTHON ?= $(shell tools/find_python.sh)
BIN := .venv/bin
UV := .uv/bin/uv
SOURCES := src tests tools benchmarks
TEMPLATES = $(shell git ls-files 'src/keiki/server/*.html')

export KEIKI_HOME
# The tests start Python hundreds of times: compiled modules are kept even where the machine asks for none.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.PHONY: run
run: install ## Set everything up, make the demo company and start Keiki (PORT=8000, KEIKI_HOME=.keiki)
	@$(BIN)/keiki demo --server
	@$(BIN)/keiki serve --port $(PORT)

.PHONY: test
test: ## Set up what the checks need and run every check and test (FUZZ=60 seconds of broken input)
	@$(MAKE) --no-print-directory --jobs 2 machine develop
	@status=0; \
	$(MAKE) --no-print-directory --jobs 2 --keep-going check fuzz || status=$$?; \
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder || status=$$?; \
	exit $$status

.PHONY: check types form layers templates house
check: types form layers templates house ## Formatting, types, layers and the rules of the house

.PHONY: fuzz
fuzz:
	@$(BIN)/python -m tools.fuzz --seconds $(FUZZ)

form:
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)

types:
	@$(BIN)/mypy

layers:
	@report=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$report"; exit 1; }

templates:
	@$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	@$(BIN)/python -m tools.messages --check

house:
	@$(BIN)/python -m tools.check
	@$(BIN)/python -m tools.write_pages

.PHONY: dev
dev: develop ## Start Keiki for development: restarts when a file changes
	@$(BIN)/keiki demo --server
	@$(BIN)/keiki serve --develop --port $(PORT)

.PHONY: bench
bench: develop ## Measure speed against the peers, as ratios within one run
	@$(BIN)/python -m benchmarks

.PHONY: docs
docs: develop ## Write the generated pages of docs/ anew
	@$(BIN)/python -m tools.write_pages --write
	@$(BIN)/python -m tools.guides --write

.PHONY: messages
messages: develop ## Gather the words of the pages and compile their Japanese
	@$(BIN)/python -m tools.messages

.PHONY: lock
lock: $(UV) ## Choose the newest allowed versions and write requirements/*.lock
	@tools/lock.sh $(UV)

.PHONY: format
format: develop ## Put code and templates into the house format
	@$(BIN)/ruff check --fix --quiet $(SOURCES)
	@$(BIN)/ruff format --quiet $(SOURCES)
	@if [ -n "$(TEMPLATES)" ]; then $(BIN)/djade --target-version 5.2 $(TEMPLATES); fi

.PHONY: machine
machine:
	@tools/machine.sh

.PHONY: install
install: $(UV) $(BIN)/python
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirements requirements/run.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .

.PHONY: develop
develop: $(UV) $(BIN)/python
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirements requirements/dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .

$(UV): requirements/uv.lock
	@echo "Fetching uv …"
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -m venv --without-pip .venv
