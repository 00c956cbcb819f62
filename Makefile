# One way in: `make` prints what there is.
#
# MOTCUA_HTTP, MOTCUA_MQTT (host:port) and MOTCUA_DATA (a folder) move the hall of `make run`:
#     make run MOTCUA_HTTP=127.0.0.1:8090 MOTCUA_MQTT=127.0.0.1:1893 MOTCUA_DATA=/tmp/second

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
RUN     := $(VENV)/.ready-to-run
TEST    := $(VENV)/.ready-to-test
# What the tests want of Debian: a second broker, a browser, a voice, a print server, what finds USB printers,
# what reads scripts, system calls and units, and an OpenID provider.
DEBIAN  := curl mosquitto chromium chromium-driver espeak-ng cups-daemon cups-client libusb-1.0-0 \
           shellcheck strace systemd glewlwyd dbconfig-sqlite3
PIP     := $(BIN)/pip --disable-pip-version-check -qq
INSTALL := $(PIP) install --only-binary :all: --require-hashes
SUDO    := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := help
.PHONY: help run day test check bench bench-walls pictures docs lock clean

help:  ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: $(RUN)  ## set everything up and start the whole hall; Ctrl-C stops it
	@$(BIN)/motcua demo

day: $(RUN)  ## start the hall and play a day of citizens in a minute
	@$(BIN)/motcua demo --day

test: debian $(TEST)  ## install what tests need and run everything; CI runs exactly this
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(TEST)  ## the quick part of test: lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(RUN)  ## measure the hall over the real processes, due dates, and a province's dossiers
	@$(BIN)/motcua bench
	@$(BIN)/python -m benchmarks.due
	@$(BIN)/python -m benchmarks.imports
	@$(BIN)/python -m benchmarks.dossiers

bench-walls: $(TEST)  ## measure walls: from an officer's key or a source of dossiers to their light, memory, rest
	$(BIN)/python -m benchmarks.light
	$(BIN)/python -m benchmarks.wall
	$(BIN)/python -m benchmarks.dossier_walls

pictures: $(TEST)  ## make the pictures of the documents from a running hall
	$(BIN)/python docs/pictures.py

docs: $(RUN)  ## write the documents that are generated from the code
	@mkdir -p .cache
	@for of in broker.asyncapi server.web.openapi; do \
		$(BIN)/python -m $$of > .cache/written && mv .cache/written docs/$${of##*.}.json || exit 1; \
	done

lock: $(VENV)/.pip-tools  ## work the locked dependencies out anew (UPGRADE=1 for the newest)
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra test --constraint requirements.txt --output-file requirements-test.txt pyproject.toml

clean:  ## remove everything that was built; the hall's data stays
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

LOCK = CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/pip-tools/bin/pip-compile --quiet --generate-hashes \
	--no-emit-index-url --no-emit-find-links --strip-extras --allow-unsafe --build-deps-for editable \
	$(if $(UPGRADE),--upgrade)

# The editable install needs no index: its build tool is in the lock.
$(RUN): requirements.txt pyproject.toml
	@echo "motcua: setting up $(VENV) (the first time this takes a minute)"
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST): requirements-test.txt requirements-emupos.txt $(RUN)
	@$(INSTALL) -r requirements-test.txt
	@$(INSTALL) --no-deps --ignore-requires-python -r requirements-emupos.txt
	@touch $@

$(VENV)/.pip-tools: $(RUN)
	@$(PYTHON) -m venv $(VENV)/pip-tools
	@$(VENV)/pip-tools/bin/pip --quiet install pip-tools
	@touch $@

# Debian starts a broker of its own as soon as mosquitto is installed, and a print server likewise; tests start
# theirs, and the hall wants the port.
.PHONY: debian
debian:
	@missing=""; for package in $(DEBIAN); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "motcua: installing$$missing"; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing \
			>/dev/null || exit 1; \
		if [ -d /run/systemd/system ]; then \
			case "$$missing" in *mosquitto*) $(SUDO) systemctl disable --quiet --now mosquitto;; esac; \
			case "$$missing" in *cups-daemon*) \
				$(SUDO) systemctl disable --quiet --now cups.socket cups.path cups.service;; esac; \
			case "$$missing" in *glewlwyd*) $(SUDO) systemctl disable --quiet --now glewlwyd;; esac; \
		fi; \
	fi
