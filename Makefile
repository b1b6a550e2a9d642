# make demo   trains a tied autoencoder on handwritten digits and draws what it learned
# make test   runs the tests
# make docs   builds the documentation
#
# Everything is installed into a virtual environment in this folder, and nowhere else.
# Another Python: make test PYTHON=python3.10; each has an environment of its own.

PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
VENV ?= .venv/$(VERSION)
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# One more than there are processors, as tests also wait for programs that they start.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, 1 + (os.cpu_count() or 1)))')
SOURCES := pyproject.toml setup.py lasagne_expr/_version.py

.PHONY: demo test lint docs bench constraints clean

demo: $(VENV)/examples.stamp
	$(BIN)/python examples/tied_autoencoder.py --out out

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal $(ARGS)

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

docs: $(VENV)/docs.stamp
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

bench:
	$(MAKE) -C benchmarks PYTHON=$(PYTHON)

constraints:
	$(MAKE) -C benchmarks constraints PYTHON=$(PYTHON)

clean:
	rm -rf .venv build docs/_build docs/api/generated *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	    || { echo "lasagne_expr needs Python 3.10 or newer, and $(PYTHON) is $(VERSION)"; exit 1; }
	@echo "setting up Python $(VERSION) in $(VENV), once"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) can't make virtual environments: \
	    install its venv module (Debian: apt install python3-venv)"; rm -rf $(VENV); exit 1; }

$(VENV)/%.stamp: $(BIN)/python $(SOURCES)
	@echo "installing lasagne_expr[$*] into $(VENV)"
	@$(INSTALL) --editable '.[$*]'
	@touch $@
