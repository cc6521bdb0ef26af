# Needs Python 3.11 to 3.14 with pip, and make. `make` alone lists the targets.
#
# Everything runs in .venv, made from the pins in requirements/. A step that was
# interrupted leaves no stamp and is done again by the next call.

# The Python that makes .venv, such as PYTHON=/opt/python/bin/python3; left empty,
# the first of these that fits. The pins have ready-built packages for 3.11 to 3.14.
PYTHON ?=
PYTHONS := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -q
SCENARIO ?= scenarios/laroche2011.yaml

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help env run test validation docs bench results check format pins clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-11s %s\n", $$1, $$2 }'

env: $(VENV)/.project ## make the environment alone

run: $(VENV)/.project ## run a scenario: make run SCENARIO=scenarios/laroche2011.yaml
	$(BIN)/mastosim run $(SCENARIO)

test: check ## style, types and the fast tests
	$(BIN)/python -m pytest -n 2

validation: $(VENV)/.dev $(VENV)/.project ## the slow statistical tests
	$(BIN)/python -m pytest -m validation
	$(BIN)/python -m pytest --hypothesis-profile deep tests/test_invariants.py tests/test_engines_agree.py tests/test_limits.py tests/test_fuzz.py

docs: $(VENV)/.dev $(VENV)/.project ## build the site of the documentation into build/docs, to be read offline
	$(BIN)/python -m sphinx -W --keep-going -q -d build/doctrees docs build/docs
	@echo "Open build/docs/index.html"

bench: $(VENV)/.dev $(VENV)/.project ## measure the speed of both engines into docs/benchmarks.md
	$(BIN)/python -m benchmarks

results: $(VENV)/.dev $(VENV)/.project ## remake the committed summaries and figures in results/
	$(BIN)/python -m tests.remake_results

check: $(VENV)/.dev $(VENV)/.project ## style and types only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/.dev ## put the code into the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Versions that still fit are kept; `make pins UPGRADE=--upgrade` takes the newest.
# One version of each package for all Pythons, so that all compute with the same.
UPGRADE ?=
COMPILE = $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-header --no-annotate $(UPGRADE)

pins: $(VENV)/.dev ## remake requirements/*.txt from pyproject.toml
	$(COMPILE) --group dev --all-extras -o requirements/dev.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/run.txt

clean: ## remove .venv, caches and build output; results/ is left alone
	rm -rf $(VENV) build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find benchmarks sim tests -name __pycache__ -type d -prune -exec rm -rf {} +

# .run: what running needs; .dev: the developers' tools on top (with equal pins);
# .project: mastosim itself, from the sources here.
$(VENV)/.run: requirements/run.txt
	@for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then \
	        echo "Making the environment in $(VENV) (once, about a minute)"; \
	        exec "$$python" -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "mastosim needs Python 3.11 to 3.14, found none. Tried: $(PYTHONS)." >&2; \
	echo "Name another one with: make PYTHON=/path/to/python3" >&2; \
	exit 1
	@$(PIP) --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Adding the developers' tools (once)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.run
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@
