# `make` lists what there is. Everything runs in .venv, which is made on the first call from requirements.lock.
# For another Python: make PYTHON=python3.13 site
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SCALE ?= full
LESSONS ?=
JOBS ?= 2
export NO_MKDOCS_2_WARNING := 1

.PHONY: help site serve lessons claims notebooks jupyter author test test-quick lint benchmark lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/make \1|\2/' | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

site: lessons ## build the whole site into site/
	$(BIN)/mkdocs build --strict --quiet
	@echo "The site is in site/; look at it with: make serve"

serve: $(READY) ## show the site at http://127.0.0.1:8000 and follow every edit
	$(BIN)/python -m tools.serve

lessons: $(READY) ## run the lessons that changed (LESSONS="01 05" for some, SCALE=smoke to try them, JOBS=1 for one at a time)
	$(BIN)/python -m tools.build --scale $(SCALE) --jobs $(JOBS) $(LESSONS)

claims: $(READY) ## run the claims whose results are missing or stale (about two hours for all of them)
	$(BIN)/python -m claims --jobs $(JOBS)

notebooks: $(READY) ## make lessons/notebooks/ from the lessons; a notebook that you changed stops it
	$(BIN)/python -m tools.notebooks

jupyter: $(READY) ## open your own copy of the notebooks, work/, in JupyterLab; what you changed there stays
	$(BIN)/python -m tools.notebooks --copy
	$(BIN)/jupyter lab work

author: $(READY) ## open the lessons' scripts in JupyterLab, to write them; a double click opens a .py as a notebook
	$(BIN)/jupytext-config --settings-file .venv/etc/jupyter/labconfig/default_setting_overrides.json set-default-viewer python
	$(BIN)/jupyter lab lessons

test: $(READY) ## run all tests, on every backend that is installed
	$(BIN)/python -m tools.run_tests

test-quick: $(READY) ## run the tests that are not slow, on one backend (about a minute and a half)
	$(BIN)/python -m tools.run_tests --quick

lint: $(READY) ## check style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

benchmark: $(READY) ## measure the speed of training side by side with other ways (most of an hour)
	$(BIN)/python -m benchmarks

lock: $(READY) ## renew requirements.lock from pyproject.toml
	$(BIN)/python -m tools.lock

clean: ## remove what was built; the environment and the lessons' results stay
	rm -rf site docs/lessons docs/claims.md docs/gallery.md docs/questions.md .pytest_cache .mypy_cache .ruff_cache

$(READY): requirements.lock pyproject.toml tools/environment.py
	@$(PYTHON) tools/environment.py
