# Two commands for a newcomer: `make replay` and `make test`. Each creates .venv and installs what it needs by itself.
# Another interpreter: make replay PYTHON=python3.12

PYTHON ?= python3
SCENARIO ?= almaty-2022

venv := .venv
bin := $(venv)/bin
sync := UV_PROJECT_ENVIRONMENT=$(venv) UV_PYTHON_DOWNLOADS=never $(bin)/uv sync --quiet --frozen --inexact
has_python := import sys; sys.exit(sys.version_info < (3, 11))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help replay test lint verify odd claims docs page shipped benchmark clean

help: ## say what can be asked for
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

replay: $(venv)/.replay ## run the main job: 40 replays of Almaty, January 2022
	$(bin)/contrafact run $(SCENARIO) --out results/replay --overwrite

test: $(venv)/.develop ## run the tests
	$(bin)/pytest --numprocesses auto --dist worksteal

lint: $(venv)/.develop ## check style and types
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy

verify: $(venv)/.develop ## check the model against theory, published numbers and the oracle; ten minutes
	$(bin)/python -m verification

odd: $(venv)/.replay ## write docs/odd.md anew: the model and one scenario by the ODD protocol
	$(bin)/contrafact describe almaty-2022 --odd > docs/odd.md

claims: $(venv)/.replay ## ask the model anew what it says of the claims, half an hour, and write docs/claims.md
	$(bin)/contrafact claims almaty-2022 --replications 20 --seed 1 --answers src/contrafact/evidence/data/almaty-2022/answers.json --quiet > /dev/null
	$(bin)/python docs/examples/claims_page.py

docs: $(venv)/.docs ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(bin)/mkdocs build --strict --quiet

page: $(venv)/.develop ## build the page of `contrafact serve` and its catalogues; needs Node
	frontend/build.sh

shipped: $(venv)/.replay ## compute anew what the page shows before anything is run
	$(bin)/contrafact run almaty-2022 --out results/shipped --overwrite --no-pictures
	$(bin)/python -m contrafact.app results/shipped

benchmark: $(venv)/.develop ## measure rivals and us side by side, and what ten arms cost in pairs: docs/performance.md; hours
	$(bin)/python -m benchmarks
	$(bin)/python benchmarks/comparing.py

clean: ## remove .venv and what the tools left behind; results stay
	rm -rf $(venv) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed is written down by empty files in .venv: a second call does nothing unless the locked list changed.
$(venv)/.replay: $(venv)/.uv uv.lock pyproject.toml
	@echo "Installing into $(venv) what a replay needs ..." >&2
	@$(sync) --extra report
	@touch $@

$(venv)/.develop: $(venv)/.uv uv.lock pyproject.toml
	@echo "Installing into $(venv) what a replay and the tests need ..." >&2
	@$(sync) --extra report --extra calibrate --extra cluster --extra geo --extra notebook --group dev
	@touch $@ $(venv)/.replay

$(venv)/.docs: $(venv)/.uv uv.lock pyproject.toml
	@echo "Installing into $(venv) what the documentation needs ..." >&2
	@$(sync) --extra report --extra geo --group docs
	@touch $@

$(venv)/.uv:
	@$(PYTHON) -c '$(has_python)' 2>/dev/null || { \
	  echo "contrafact needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." >&2; \
	  echo "Name another one: make PYTHON=/path/to/python3.12 $(or $(MAKECMDGOALS),replay)" >&2; exit 1; }
	@echo "Creating $(venv) ..." >&2
	@$(PYTHON) -m venv $(venv)
	@$(bin)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
	@touch $@
