# `make test` needs nothing but Python 3.11 or newer, git and, for the comparisons with Prisma and with real
# databases, Node 20, MariaDB and PostgreSQL. `.ci/run` installs them on Debian.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := server tests bench

.PHONY: check demo docs format test bench clean

test: .venv/ready ## all tests
	$(BIN)/pytest -n auto --dist loadgroup

check: .venv/ready ## what does not need a test: style, types
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/mypy

format: .venv/ready ## put the sources into the house style
	$(BIN)/ruff check --fix $(wildcard $(SOURCES))
	$(BIN)/ruff format $(wildcard $(SOURCES))

demo: .venv/ready ## the findings of the example project
	$(BIN)/refract check examples/shop --fail-on never

bench: .venv/ready ## the speed of the analysis, cold and warm, per key
	$(BIN)/python -m bench

docs: .venv/ready ## write the generated pages of docs/ again
	$(BIN)/python -m refract.rules docs/rules
	$(BIN)/python -m refract.recipes docs/recipes
	$(BIN)/python -m refract.project.settings_documentation docs

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --group dev --editable .
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
