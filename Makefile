.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help:  ## Show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/.run-ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Longhand needs Python 3.11 or newer: make run PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev-ready: .venv/.run-ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: .venv/.run-ready  ## Install what is needed and serve the app on http://localhost:8501
	$(BIN)/python -m streamlit run app.py

worker: .venv/.run-ready  ## Run jobs in a process of their own; the app needs JOB_QUEUE=celery
	$(BIN)/python -m celery -A workers.app worker

setup: .venv/.dev-ready  ## Make .venv with everything that development needs

fmt: setup  ## Format, and fix what can be fixed
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: setup  ## The checks that need no tests: format, lint, layers, types
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

test: check  ## Everything from a bare clone: setup, checks and tests
	$(BIN)/python -m pytest -m "not long and not detail" -n auto --maxprocesses 4 --dist loadfile --durations=20

test-long: setup  ## The long tests: load, kills, figures, and the pages in a browser
	$(BIN)/python -m pytest -m "long and not alone" -n auto --maxprocesses 4 --dist loadfile --durations=10 \
		tests/unit tests/e2e tests/api tests/contract tests/crash tests/ui
	$(BIN)/python -m pytest -m "long and alone" --durations=10

test-detail: setup  ## The composer, the outliner and the board in a browser, in every case
	$(BIN)/python -m pytest -m detail -n auto --maxprocesses 4 --dist loadfile --durations=10

bench: setup  ## Measure cost and latency against a simulated endpoint
	$(BIN)/python -m benchmarks

evals: setup  ## Measure the quality of outlines, drafts, research and citations
	$(BIN)/python -m evals

.PHONY: help run worker setup fmt check test test-long test-detail bench evals
