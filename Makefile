# Each target is complete: it makes .venv, installs what it needs, and installs again when setup.cfg has changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVERS := $(VENV)/servers
PACKAGES := csta tapi_adapter crm_adapter csta_gateway
SOURCES := $(PACKAGES) examples tests docs
# Counting lines triples the time of tests that try thousands of messages: it is left to these.
COUNTED := $(addprefix tests/,unit session scenarios traces tapi codegen)
PARALLEL := --numprocesses auto --maxprocesses 8 --dist worksteal

.PHONY: help run test check format generate docs bench dist clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 18

run: $(VENV)/.installed-gateway ## start the gateway with the simulator, demo data and the call screen
	@$(BIN)/csta-gateway run --demo

test: $(VENV)/.installed-dev $(SERVERS)/.installed ## run all tests on all cores, and measure what most of them cover
	@.ci/debian-package chromium || echo "Without Chromium the tests of the call screen are skipped."
	@.ci/debian-package gcc libc6-dev || echo "Without gcc the stand-in of the telephony library is not built."
	@.ci/debian-package gcc-mingw-w64-x86-64 gcc-mingw-w64-i686 || echo "Without mingw-w64 the tables of TAPI are not held against its header."
	@.ci/debian-package erlang-asn1 || echo "Without Erlang its opinion on the octets is not asked."
	@.ci/debian-package postgresql || echo "Without PostgreSQL the tests of contacts kept in it are skipped."
	@.ci/debian-package mariadb-server-core mariadb-client-core || echo "Without MariaDB the tests of contacts kept in it are skipped."
	@.ci/debian-package slapd || echo "Without OpenLDAP's slapd the tests of directories are skipped."
	@.ci/debian-package nginx apache2-bin || echo "Without nginx and Apache their example files are not tried."
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PARALLEL) $(COUNTED); counted=$$?; \
		$(BIN)/python -m pytest $(PARALLEL) $(COUNTED:%=--ignore=%) && exit $$counted
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(VENV)/.installed-dev ## lint, format, types, documentation
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	@$(MAKE) --no-print-directory docs

format: $(VENV)/.installed-dev ## bring the code into shape
	$(BIN)/ruff check --fix-only $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

generate: $(VENV)/.installed-dev ## write messages, codecs and the tables of TAPI anew from their sources
	$(BIN)/python -m csta.codegen
	$(BIN)/python -m tapi_adapter.codegen

docs: $(VENV)/.installed-dev ## build documentation and manual pages into docs/_build
	$(BIN)/sphinx-build -q -W -n --keep-going -d docs/_build/doctrees -b html docs docs/_build/html
	$(BIN)/sphinx-build -q -W -n --keep-going -d docs/_build/doctrees -b man docs docs/_build/man
	@echo "Documentation: docs/_build/html/index.html, manual pages: docs/_build/man"

bench: $(VENV)/.installed-dev ## measure, side by side with other implementations (BENCH=--full: an hour of events)
	$(BIN)/python -m tests.bench.codecs
	$(BIN)/python -m tests.bench.events $(BENCH)
	$(BIN)/python -m tests.bench.traces
	$(BIN)/python -m tests.bench.contacts $(BENCH)
	$(BIN)/python -m tests.bench.telephony
	$(BIN)/python -m tests.bench.screens
	$(BIN)/python -m tests.bench.fallback

dist: $(VENV)/.installed-dev ## build the source distribution and the wheel
	$(BIN)/python -m build --outdir dist .

clean: ## remove everything that was made here, the virtual environment included
	rm -rf $(VENV) var/demo build dist *.egg-info docs/_build artefacts htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(PACKAGES) examples tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || .ci/debian-package python3-venv
	$(PYTHON) -m venv $(VENV)

# Servers under the GPL that sources are tested against: programs beside the project, in a virtual environment of their own.
$(SERVERS)/.installed: tests/backends/servers.txt | $(VENV)/bin/python
	@$(PYTHON) -m venv $(SERVERS) \
		&& $(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $< \
		&& touch $@ || echo "Without Tryton and Radicale the tests of contacts kept in them are skipped."

$(VENV)/.installed-%: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@
