# The two commands that a fresh machine needs: `make run` and `make test`. The others are chores.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools

.PHONY: help run test lint schema bench tools lock clean

help:            ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: .ci/requirements.txt | precheck
	@$(PYTHON) .ci/install.py $(VENV) .ci/requirements.txt $@

$(VENV)/.installed-dev: .ci/requirements-dev.txt $(VENV)/.installed | precheck
	@$(PYTHON) .ci/install.py $(VENV) .ci/requirements-dev.txt $@

$(TOOLS)/.installed: .ci/requirements-tools.txt | precheck
	@$(PYTHON) .ci/tools.py $(TOOLS) .ci/requirements-tools.txt $@

.PHONY: precheck
precheck:
	@$(PYTHON) .ci/precheck.py

run: $(VENV)/.installed             ## install what is needed, then start Grail
	@exec $(BIN)/python -m bot run $(ARGS)

test: $(VENV)/.installed-dev        ## the whole suite
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 $(ARGS)

lint: $(VENV)/.installed-dev        ## style, types, who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

schema: $(VENV)/.installed-dev      ## write docs/config.schema.json
	@$(BIN)/python -m bot schema > docs/config.schema.json

bench: $(VENV)/.installed-dev       ## figures, as ratios of the same run
	@$(BIN)/python -m bench $(ARGS)

tools: $(TOOLS)/.installed          ## install ansible, helm and kubectl, for the tests of docs/recipes

lock: $(VENV)/.installed-dev        ## pin the dependencies anew (wants uv)
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o .ci/requirements-dev.txt -q
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -c .ci/requirements-dev.txt -o .ci/requirements.txt -q
	uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group tools -o .ci/requirements-tools.txt -q

clean:           ## forget the installation (never the state in .grail)
	rm -rf $(VENV) $(TOOLS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
