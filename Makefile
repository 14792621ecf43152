# `make test` needs nothing but Python 3.11 or newer, git and, for the comparisons with Prisma, with real databases and
# in a real VS Code, Node 20, MariaDB, PostgreSQL, Chromium and a C++ compiler. `.ci/run` installs them on Debian.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := server tests bench vscode-client/scripts vscode-client/bundled/server.py

.PHONY: check demo docs format node-20 pictures test bench clean vsix prove

test: .venv/ready ## all tests
	$(BIN)/pytest -n auto --dist loadgroup --reruns 2 # real editors and servers share two cores: one that was late gets another chance

check: .venv/ready ## what does not need a test: style, types
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/mypy
	$(if $(shell command -v npm),$(MAKE) vscode-client/node_modules/.ready && cd vscode-client && npm run --silent check)

format: .venv/ready ## put the sources into the house style
	$(BIN)/ruff check --fix $(wildcard $(SOURCES))
	$(BIN)/ruff format $(wildcard $(SOURCES))
	$(if $(shell command -v npm),$(MAKE) vscode-client/node_modules/.ready && cd vscode-client && npm run --silent format)

demo: .venv/ready ## the findings of the example project
	$(BIN)/refract check examples/shop --fail-on never

bench: .venv/ready ## the speed of the analysis, cold and warm, per key
	$(BIN)/python -m bench

prove: .venv/ready ## every plan under load on every PostgreSQL from npm, for long: docs/proof.md
	PYTHONPATH=tests $(BIN)/python -m live.ledger.prove $(PROVE)

docs: .venv/ready ## write the generated pages of docs/ again
	$(BIN)/python -m refract.rules docs/rules
	$(BIN)/python -m refract.recipes docs/recipes
	$(BIN)/python -m refract.config.reference docs
	$(BIN)/python vscode-client/scripts/settings.py

vsix: node-20 .venv/ready vscode-client/node_modules/.ready ## the extension for VS Code, in vscode-client/dist
	$(BIN)/python vscode-client/scripts/bundle.py
	cd vscode-client && npm run --silent package

node-20:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
		{ echo "The extension is packed with Node 20 or newer; here is: $$(node --version || echo none)" >&2; exit 1; }

pictures: .venv/ready ## the pictures of the README, as the tests in a real VS Code see them
	$(BIN)/pytest tests/editors/vscode/test_round.py
	for name in finding split plan sql; do cp tests/editors/artefacts/readme-$$name.png docs/images/$$name.png; done

vscode-client/node_modules/.ready: vscode-client/package-lock.json
	cd vscode-client && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --group dev --editable .
	touch $@

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
