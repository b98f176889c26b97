# The two commands of a new user are `make run` and `make test`.
# The first Python that answers and that the product runs on.
SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c '$(SUITS)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Node trusts what the machine trusts, behind a company's proxy too.
export NODE_USE_SYSTEM_CA := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run code test check bench lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .setup-static ## Install what is needed, once (run and test do it too)

run: setup ## Start the product with its demo; Ctrl-C stops everything
	@exec python manage.py run

code: setup ## Print the one-time code that the demo's sign-ins take now
	@python manage.py demo_code

test: setup ## Run every test, in a real browser too (BROWSER=no leaves those out)
	python -m pytest -n 2 --dist loadgroup $(TESTS)

check: setup ## Lint, types, layers, templates, scoping, settings, migrations
	ruff check .
	ruff format --check .
	mypy
	lint-imports
	djlint --check --lint --quiet templates
	python -m core.scoping
	python manage.py check --fail-level WARNING
	python manage.py makemigrations --check

bench: setup ## Measure totals, lists and logging (ROWS="100000 10000000")
	python -m bench $(ROWS)

lock: setup ## Renew the locks after a change of pyproject.toml or package.json
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet -o requirements/dev.txt
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet -c requirements/dev.txt -o requirements/base.txt
	npm install --package-lock-only --ignore-scripts

clean: ## Remove all that was installed, built or stored here, the demo data too
	rm -rf .venv node_modules var static/dist static/collected .setup-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.setup-python: requirements/dev.txt
	@$(or $(PYTHON),false) -c '$(SUITS)' || { echo "Python 3.11, 3.12 or 3.13 is needed. Name one: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@echo "Installing the Python packages..."
	@$(PYTHON) -m venv --clear .venv
	@python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

.setup-node: package-lock.json .setup-python
	@echo "Installing the front-end packages..."
	@npm ci --ignore-scripts --silent
	@touch $@

.setup-static: $(shell find static/src -type f) .setup-node
	@echo "Compiling the stylesheet..."
	@npm run build --silent
	@python manage.py collectstatic --noinput --verbosity 0
	@touch $@
