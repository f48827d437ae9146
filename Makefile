# The one door to this house. On a fresh machine `make demo` and `make test` set up whatever is missing by themselves.

.DEFAULT_GOAL := help
.PHONY: setup demo test test-slow check fmt docs clean help

PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
TESTS ?=

# A process that may not keep what it has compiled compiles the whole house anew: two seconds, and tests start many.
unexport PYTHONDONTWRITEBYTECODE

setup: ## Create .venv with hongmao in it and build the browser assets; quick when all is there
	@$(PYTHON) scripts/setup.py >&2 # standard output belongs to the command that set-up is for

demo: setup ## Run the platform with a living city; try ARGS="--days 3 --no-serve"
	@$(BIN)/hongmao demo $(ARGS)

test: setup ## Run every test but the slow ones, real Chromium included; TESTS=path for some
	@$(PYTHON) scripts/find_chromium.py --install
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(TESTS)

test-slow: setup ## Run the tests that take minutes: kill -9, whole city days
	@$(PYTHON) scripts/find_chromium.py --install
	$(BIN)/pytest -m slow $(TESTS)

check: setup ## Check style, types, storeys, dependencies, reference pages and changelog
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/python scripts/make_reference.py --check
	$(BIN)/python scripts/make_trend.py --check
	$(BIN)/towncrier build --draft --version next >/dev/null

fmt: setup ## Format and mend what can be mended by itself
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: setup ## Write docs/reference anew from the code and from what benchmarks have shown
	$(BIN)/python scripts/make_reference.py
	$(BIN)/python scripts/make_trend.py

clean: ## Remove what was built; .venv, .tools and your data in var/ stay
	rm -rf src/hongmao/web/static/built node_modules dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile
