# make help lists the targets. Everything is installed in .venv (and .venv-core, .venv-ecosystem) inside this folder, nothing elsewhere.

# The newest Python of 3.11 or later on the PATH; PYTHON=... chooses another.
PYTHON ?= $(shell for py in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$py -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$py; break; }; done)
PLUGINS := $(foreach folder,$(sort $(wildcard plugins/*)),$(if $(and $(wildcard $(folder)/pyproject.toml),$(wildcard $(folder)/README.md)),$(folder)))
# The stamp's name changes with the set of plugins, so that one that is added or removed is noticed.
READY := .venv/.ready-$(shell echo $(PLUGINS) | cksum | cut -d' ' -f1)
CORE_READY := .venv-core/.ready
ECOSYSTEM_READY := .venv-ecosystem/.ready
CORE_TESTS := $(wildcard tests/unit tests/wire tests/faults tests/contracts)
PY := .venv/bin/python
SIZE ?= small
TESTBED = $(PY) -m nbcore_testbed
# The version that make testbed starts, and whose tests make test-integration runs; the newest one when empty.
NAUTOBOT ?=
ARGS ?=
# Behind a proxy with a CA of its own, the system's certificates are the ones that know it.
install = .venv/bin/uv pip install --quiet --no-sources $(1) || .venv/bin/uv pip install --quiet --no-sources --system-certs $(1)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-core test-ecosystem test-integration test-all soak faults-compare check format testbed testbed-stop docs bench changes clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make .venv with nbcore and every plugin, editable, and the development tools

.venv/bin/uv:
	@test -n "$(PYTHON)" || { echo "make: needs Python 3.11 or later with its venv module (Debian: apt-get install python3-venv); or say PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check uv

$(READY): pyproject.toml $(PLUGINS:%=%/pyproject.toml) | .venv/bin/uv
	@rm -f .venv/.ready-*
	@for name in $$(.venv/bin/uv pip list --quiet --python $(PY) --format freeze | sed -n 's/^\(nbcore-[a-z0-9-]*\)==.*/\1/p'); do \
		test -f plugins/$$name/pyproject.toml || .venv/bin/uv pip uninstall --quiet --python $(PY) $$name; done
	@echo 'make: installing nbcore $(PLUGINS:plugins/%=%) and the development tools into .venv'
	@$(call install,--python $(PY) --editable . $(PLUGINS:%=--editable %) --group dev)
	@touch $@

$(CORE_READY): pyproject.toml | .venv/bin/uv
	.venv/bin/uv venv --quiet --clear --python $(PY) .venv-core
	@$(call install,--python .venv-core/bin/python --editable . --group test)
	@touch $@

$(ECOSYSTEM_READY): pyproject.toml | .venv/bin/uv
	.venv/bin/uv venv --quiet --clear --python $(PY) .venv-ecosystem
	@$(call install,--python .venv-ecosystem/bin/python --editable . --group ecosystem)
	@touch $@

demo: $(READY) ## the main job against an in-memory Nautobot; URL=... TOKEN=... reads from a real one
	@$(PY) -m nbcore_sandbox.demo $(if $(URL),--url $(URL)) $(if $(TOKEN),--token $(TOKEN)) $(ARGS)

test: $(READY) ## every test that needs no server; ARGS=... goes to pytest
	$(PY) -m pytest -m "not integration" -n 2 --dist loadfile $(ARGS)

test-core: $(CORE_READY) ## the core's own tests where no plugin is installed
	.venv-core/bin/python -m pytest -m "not integration" -n 2 --dist loadfile $(CORE_TESTS) $(ARGS)

test-ecosystem: $(ECOSYSTEM_READY) ## the sessions, adapters and test doubles of docs/sessions.md, each with its library
	.venv-ecosystem/bin/python -m pytest tests/ecosystem $(ARGS)

test-integration: $(READY) testbed ## the tests against the real Nautobot of make testbed
	@set -e; eval "$$($(TESTBED) env)"; unset NAUTOBOT_URL NAUTOBOT_TOKEN; \
	export NBCORE_TEST_URL NBCORE_TEST_TOKEN NBCORE_TEST_REDIS; $(PY) -m pytest -m integration $(ARGS)

soak: $(READY) ## a minute of writes and reads through random faults; ARGS="--seconds 600 --seed 7" for more
	$(PY) tests/faults/soak.py $(ARGS)

faults-compare: $(READY) ## the same read faults with nbcore, pynautobot and aiopynautobot, as a table
	@$(PY) tests/faults/compare.py $(ARGS)

test-all: test test-core test-ecosystem test-integration ## all of them

check: $(READY) ## format, lint, types and the tests of types, import contracts, change fragments
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	$(PY) tests/typing/check.py
	.venv/bin/lint-imports
	.venv/bin/towncrier build --draft --version next >/dev/null

format: $(READY) ## put the code into its format
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

testbed: $(READY) ## start a real Nautobot on loopback (SIZE=large: 5,000 devices; NAUTOBOT=2.4: that version)
	$(TESTBED) up --seed $(SIZE) $(if $(NAUTOBOT),--nautobot $(NAUTOBOT))

testbed-stop: $(READY) ## stop it
	$(TESTBED) down

docs: $(READY) ## the documentation as a site in site/
	@$(call install,--python $(PY) --group docs)
	.venv/bin/mkdocs build --strict

bench: $(READY) ## nbcore, requests, pynautobot and aiopynautobot side by side; ARGS=--testbed walks the testbed too, ARGS=--loops runs pynautobot's
	@eval "$$($(TESTBED) env 2>/dev/null)"; unset NAUTOBOT_URL NAUTOBOT_TOKEN; export NBCORE_TEST_URL NBCORE_TEST_TOKEN; $(PY) tests/bench/run.py $(ARGS)

changes: $(READY) ## collate docs/changes/*.md into CHANGES.md: make changes VERSION=0.2.0
	.venv/bin/towncrier build --version $(VERSION)

clean: ## remove the virtual environments and what tools left
	rm -rf .venv .venv-core .venv-ecosystem site build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
