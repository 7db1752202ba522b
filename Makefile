# Everything a developer or a visitor types. PYTHON=… names the interpreter that makes .venv.
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo reset sandbox sandbox-merchant test test-slow e2e-all crashpoints lint bench bench-national screenshots lock chromium

PY := .venv/bin/python
TEXTS := $(wildcard locale/*/vi/LC_MESSAGES/django.po)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.runtime .venv/.texts  ## Install what the portal needs into .venv

install-dev: .venv/.dev .venv/.texts  ## The same, and what tests and checks need

demo: install  ## Start the portal with everything around it (Ctrl-C stops it)
	@$(PY) manage.py demo

reset: install  ## A fresh story, in seconds (while the demo is stopped)
	@$(PY) manage.py reset

sandbox: install  ## Start the payment sandbox alone
	@$(PY) manage.py sandbox

sandbox-merchant:  ## Register a merchant: IPN_URL=http://… [NAME="My shop"]; prints one line of JSON
	@$(MAKE) --no-print-directory install >&2
	@$(PY) manage.py sandbox_merchant --ipn-url="$$IPN_URL" --name="$$NAME"

test: install-dev chromium  ## Fast tests; make test ARGS="-k …"
	@$(PY) -m pytest -n 2 $(ARGS)

test-slow: install-dev chromium  ## The long tiers
	@$(PY) -m pytest -m slow $(ARGS)

e2e-all: install-dev chromium  ## Every service filed in Chromium
	@$(PY) -m pytest -m every_service tests/e2e/test_services.py $(ARGS)

crashpoints: install-dev  ## Kill every flow of money before and after each of its steps
	@$(PY) -m pytest -q -m slow tests/faults/test_every_crash_point.py $(ARGS)

lint: install-dev  ## Style, types, imports, migrations, production settings
	@sh .ci/lint

bench: install-dev  ## Speed as ratios against the raw floor; writes var/bench.json
	@$(PY) -m tests.benchmarks $(ARGS)

bench-national: install-dev  ## The official figures of a whole country: 1 and 15 million dossiers (50 GB, over an hour)
	@$(PY) -m tests.benchmarks --only P4 P5 DASH --dossiers 1000000 15000000 $(ARGS)

screenshots: install-dev chromium  ## The story as pictures, into docs/screenshots
	@$(PY) -m tests.screenshots $(ARGS)

lock:  ## Pin requirements/*.in again
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links requirements/runtime.in --output-file requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links requirements/dev.in --output-file requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links requirements/bench.in --output-file requirements/bench.txt

chromium: .venv/.dev
	@PYTHON=$(PY) sh .ci/chromium

# Made again only when the file on the right is newer.
$(PY):
	@sh .ci/venv $(PYTHON)

.venv/.runtime: requirements/runtime.txt | $(PY)
	@echo "Installing what the portal needs (once) …"
	@$(PY) -m pip install --quiet --require-hashes -r requirements/runtime.txt
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "Installing what tests and checks need (once) …"
	@$(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.texts: $(TEXTS) .venv/.runtime
	@$(PY) -m portal.translations
	@touch $@
