# Every act of this project; `make` alone lists them. Settings: PYTHON=python3.12 PORT=8080 HOST=0.0.0.0 DEMO=0

PYTHON ?= python3
VENV   ?= .venv
HOST   ?= 127.0.0.1
PORT   ?= 8000
DEMO   ?= 1
PYTEST_ARGS ?=
LOCK_ARGS ?=

BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
SOURCES := routing gtfs api

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup setup-test test check static format bench lock clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  settings: DEMO=0 (plain service)  PORT=$(PORT)  HOST=$(HOST)  PYTHON=$(PYTHON)  PYTEST_ARGS='-k name'"

run: setup ## Set everything up and serve Sokcho (a demo day; DEMO=0 for the plain service)
	@exec $(BIN)/sokcho serve $(if $(filter 0 no false,$(DEMO)),,--demo) --host $(HOST) --port $(PORT)

setup: $(STAMPS)/run $(STAMPS)/kernels ## Install the locked packages and compile the kernels
setup-test: $(STAMPS)/test $(STAMPS)/kernels $(STAMPS)/tools ## The same, and what the tests need (browser, Redis server)

test: setup-test ## Run every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: static test ## Formatting, lint, types, import rules, docstrings, then every test

static: $(STAMPS)/test ## All of check but the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(git ls-files -- 'routing/*.py' 'gtfs/*.py' 'api/*.py')
	if [ -f Dockerfile ]; then $(BIN)/hadolint Dockerfile; fi

format: $(STAMPS)/test ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMPS)/bench $(STAMPS)/kernels ## Measure and rewrite benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

lock: $(STAMPS)/test ## Resolve pyproject.toml into the lock files again (LOCK_ARGS=--upgrade for newer versions)
	scripts/lock $(BIN)/uv $(LOCK_ARGS)

clean: ## Remove the environment and the tools' caches
	rm -rf $(VENV) build dist ./*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# --- set-up steps; each leaves a stamp, so a second run starts at once ---

$(STAMPS)/venv:
	@scripts/create-venv $(PYTHON) $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: requirements.lock pyproject.toml | $(STAMPS)/venv
	@scripts/install $(BIN)/python requirements.lock
	@touch $@

$(STAMPS)/test: requirements-test.lock | $(STAMPS)/run
	@scripts/install $(BIN)/python requirements-test.lock
	@touch $@

$(STAMPS)/bench: requirements-bench.lock | $(STAMPS)/test
	@scripts/install $(BIN)/python requirements-bench.lock || \
		echo "==> a peer cannot be installed on this machine: measuring without it"
	@touch $@

$(STAMPS)/tools: tests/tools.py | $(STAMPS)/test
	@$(BIN)/python -m tests.tools
	@touch $@

$(STAMPS)/kernels: $(shell find routing -name '*.py') api/kernel_cache.py | $(STAMPS)/run
	@echo "==> Compiling the kernels (once; up to a minute)"
	@$(BIN)/sokcho warm-kernels
	@touch $@
