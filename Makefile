# Needs Python 3.11 or newer and git. Tests also need what `tests/parts.py` lists; `make setup` installs it on Debian.
# On a machine that may lack make or Python, `./dev TARGET` installs them on Debian and runs `make TARGET`.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/build/node/node_modules/.bin:$(PATH)
# Python's compiled files save each test process 2 s of rewriting asserts.
unexport PYTHONDONTWRITEBYTECODE
SOURCES := server tests bench scripts vscode-client/scripts vscode-client/bundled/server.py packaging

.PHONY: accept check demo docs format fuzz new-recipe new-rule node-20 pictures setup site test test-fast bench clean vsix prove release

setup: .venv/ready ## installs what the tests need, as root on Debian; names the tests that are left out
	$(BIN)/python tests/parts.py install

test: .venv/ready ## all tests; names those that are left out, and fails for them in CI
	$(BIN)/python tests/parts.py
	$(BIN)/pytest -n auto --dist loadgroup

test-fast: .venv/ready ## the tests without a server, an editor, npm or a database, and without slow ones: two minutes
	$(BIN)/pytest -n auto --dist loadgroup -m "not real and not slow"

check: .venv/ready ## what does not need a test: style, types
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/mypy
	$(if $(shell command -v npm),$(MAKE) vscode-client/node_modules/.ready && cd vscode-client && npm run --silent check,\
		@echo "left out: the style and types of vscode-client/: npm is not installed"; test -z "$$CI")

format: .venv/ready ## put the sources into the house style
	$(BIN)/ruff check --fix $(wildcard $(SOURCES))
	$(BIN)/ruff format $(wildcard $(SOURCES))
	$(if $(shell command -v npm),$(MAKE) vscode-client/node_modules/.ready && cd vscode-client && npm run --silent format)

demo: .venv/ready ## the findings of the example project
	$(BIN)/refract check examples/shop --fail-on never

fuzz: .venv/ready ## random texts for everything that reads one: FUZZ="--inputs 1000000 --target sql"
	PYTHONPATH=tests $(BIN)/python -m safety.fuzz $(FUZZ)

bench: .venv/ready ## the speed of the analysis, cold and warm, per key
	$(BIN)/python -m bench

prove: .venv/ready ## every plan under load on every PostgreSQL from npm, for long: docs/proof-under-load.md
	PYTHONPATH=tests $(BIN)/python -m live.ledger.prove $(PROVE)

new-rule new-recipe: new-%: .venv/ready ## the module and the fixture of a new rule or recipe: NAME=nullable-json
	$(BIN)/python scripts/new.py $* $(NAME)

accept: .venv/ready ## write the expected output of the tests again, and the pages; read the diff: IN=tests/rules K=nullable-json
	UPDATE_EXPECT=1 $(BIN)/pytest -q -m expected $(or $(IN),tests) $(if $(K),-k $(K))
	$(MAKE) --no-print-directory docs

docs: .venv/ready ## write the generated pages of docs/ again
	$(BIN)/python -m refract.rules docs/rules
	$(BIN)/python -m refract.rendering.recipe_pages docs/recipes
	$(BIN)/python -m refract.fixes tests/fixes docs/fixes
	$(BIN)/python -m refract.config.reference docs
	$(BIN)/python -m refract.agents.references server/refract/agents/plugin/skills/database-migrations/references
	$(BIN)/python vscode-client/scripts/settings.py

site: .venv/ready ## the documentation as a website, in build/site/html
	$(BIN)/python scripts/site.py

release: .venv/ready site vsix ## what a release publishes, in build/release; npm's packages are built on each platform
	rm -rf build/release
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build --outdir build/release/python
	mkdir -p build/release/vscode
	cp vscode-client/dist/prisma-refract.vsix vscode-client/dist/prisma-refract.cdx.json build/release/vscode
	cp -r build/site/html build/release/site
	$(BIN)/python scripts/release_notes.py > build/release/notes.md

vsix: node-20 .venv/ready vscode-client/node_modules/.ready ## the extension for VS Code and its bill of materials, in vscode-client/dist
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
