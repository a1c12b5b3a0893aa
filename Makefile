# make setup    a virtual environment in .venv with everything the project needs
# make demo     a sample city, loaded night by night
# make test     lint, types and the suite on both stores
# make help     the other targets

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# The Debian packages; another release of Debian has another version of PostgreSQL: make test POSTGIS=…
POSTGIS ?= postgresql-15-postgis-3
VENV_PACKAGES := python3 python3-venv
# Pass options to pytest with: make test PYTEST="-k cluster"
PYTEST ?=

.PHONY: help setup postgis demo test test-slow lint format bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(INSTALLED) ## install into .venv; again only when setup.cfg changed

# Installs Debian packages if we may: as root, or where sudo asks for no password. 1 if we may not.
define apt_install
apt_install() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [ "$$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
    "$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$$@"
}
endef

$(INSTALLED): setup.cfg pyproject.toml
	@$(apt_install)
	find_python() {
	    local python
	    for python in $${PYTHON:-python3.11 python3 python3.12 python3.13}; do
	        if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	            command -v "$$python"
	            return
	        fi
	    done
	    return 1
	}
	if ! [ -x $(BIN)/pip ]; then
	    if ! python=$$(find_python); then
	        echo "No Python 3.11 or newer with the venv module; installing $(VENV_PACKAGES)."
	        apt_install $(VENV_PACKAGES) || true
	        if ! python=$$(find_python); then
	            echo "Python 3.11 or newer with its venv module is needed. On Debian 12, as root:" >&2
	            echo "    apt-get install $(VENV_PACKAGES)" >&2
	            echo "or name another one: make setup PYTHON=/path/to/python3.11" >&2
	            exit 1
	        fi
	    fi
	    "$$python" -m venv $(VENV)
	fi
	$(BIN)/python -m pip install --quiet --editable '.[dev,spark]'
	touch $@

# A server package creates and starts a database of the machine's own; the tests bring theirs, so not here.
# The setting is for this installation only, not for the next one its administrator makes.
postgis: $(INSTALLED) ## install PostgreSQL + PostGIS for the tests, where that is allowed
	@if reason=$$($(BIN)/python -m tests.cluster --check 2>&1); then exit 0; fi
	echo "$$reason; installing $(POSTGIS)."
	$(apt_install)
	no_main=/etc/postgresql-common/createcluster.d/basedb-tests.conf
	write() { if [ "$$(id -u)" = 0 ]; then "$$@"; else sudo -n "$$@" 2>/dev/null; fi; }
	if write mkdir -p "$${no_main%/*}" && echo 'create_main_cluster = false' | write tee "$$no_main" >/dev/null; then
	    trap 'write rm -f "$$no_main"; write rmdir --ignore-fail-on-non-empty "$${no_main%/*}"' EXIT
	fi
	if ! apt_install $(POSTGIS); then
	    echo "Without PostGIS the tests on PostgreSQL cannot run. On Debian 12, as root:" >&2
	    echo "    apt-get install $(POSTGIS)" >&2
	fi

demo: $(INSTALLED) ## build a sample city and tour its databases
	@$(BIN)/python -m basedb.cli.tour

test: postgis lint ## lint, types, and the suite on both stores
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST)

test-slow: postgis ## the tests that take longer than a build may
	@$(BIN)/python -m pytest -m slow $(PYTEST)

lint: $(INSTALLED) ## style, format and types, changing nothing
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED) ## put the code into its format and repair what can be repaired
	@$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: postgis ## run every benchmark
	@for file in benchmarks/[!_]*.py; do
	    [ -e "$$file" ] || { echo "There is no benchmark yet."; break; }
	    echo "== $$file"
	    $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)"
	done

clean: ## remove what these targets made, .venv too
	rm -rf $(VENV) build dist *.egg-info demo-city .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
