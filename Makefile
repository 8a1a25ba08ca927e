# A handful of commands; each works on a fresh clone with Python 3.11 or later.
# `make` alone lists them. The same in plain pip lines: README.md.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made
PYTEST := $(BIN)/python -P -m pytest

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1 # its version is pinned; a newer one is no news

.DEFAULT_GOAL := help
.PHONY: help demo gui test test-wheel test-long lint format docs bench clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

demo: $(STAMP) ## check, show and train a small GPT for a minute on the CPU, and let it write
	@$(BIN)/zoo demo

gui: $(STAMP) ## open the editor
	@$(BIN)/zoo gui

# The suite runs under jaxtyping's import hook; what the hook would break runs before it, without.
test: $(STAMP) ## run the tests
	$(PYTEST) -m "tracing and not long" --jaxtyping-packages=
	$(PYTEST) -n 2

test-wheel: $(STAMP) ## build the wheel, install it where there is no Qt, and run all tests but the editor's against it
	$(BIN)/python tests/installed.py build/installed
	HYPOTHESIS_PROFILE=quick build/installed/bin/python -P -m pytest -n 2 --ignore tests/gui

test-long: $(STAMP) ## run the tests that take minutes
	$(PYTEST) -m long --jaxtyping-packages= --timeout 1800

lint: $(STAMP) ## ruff, pyright, import contracts, contents of the wheel
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/pyright
	$(BIN)/lint-imports
	rm -rf build/wheel
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(BIN)/check-wheel-contents build/wheel

format: $(STAMP) ## let ruff mend and format what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(STAMP) ## make the pages of layers and graphs anew, and build the documentation in build/site
	$(BIN)/zoo layers --docs docs/layers --graphs-page ../../graphs.md $(QUICK)
	$(BIN)/zoo graphs --docs docs $(QUICK)
	$(BIN)/mkdocs build --quiet

bench: $(STAMP) ## run the benchmarks
	@for each in benchmarks/*.py; do echo "# $$each"; $(BIN)/python $$each; done

clean: ## remove what the other commands made, the environment too
	rm -rf .venv build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# The stamp holds the place and the Python that the environment was made with. When the folder has moved or that Python
# is gone, the environment is made anew; when only what to install has changed, it is brought up to date.
IDENTITY := $(shell $(BIN)/python -c 'import sys; print(sys.prefix, *sys.version_info[:3])' 2>/dev/null || echo none)
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(IDENTITY))
.PHONY: $(STAMP)
endif

# torch goes first and alone, at its pinned version, so that a machine that offers a CPU wheel of it takes that one.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "layerzoo needs Python 3.11 or later; name one, as in: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test "$$(cat $@ 2>/dev/null)" = "$(IDENTITY)" || \
	  { echo "Making .venv; this takes some minutes, once: PyTorch, then all that the tests need."; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing PyTorch ..."; $(BIN)/pip install --quiet "$$(grep '^torch==' constraints.txt)"
	@echo "Installing the rest ..."; $(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@$(BIN)/python -c 'import sys; print(sys.prefix, *sys.version_info[:3])' > $@
