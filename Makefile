# Everything a person or CI runs; `make` lists it.
PYTHON ?= python3
BIN := .venv/bin

EDITORS := .venv/editors/node_modules/.bin/yaml-language-server

.PHONY: help try test editors verified lint check schemas docs golden bench fuzz faults format coverage clean

help: ## List these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/installed: pyproject.toml
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

try: .venv/installed ## Apply the example to a local workspace, then show that nothing is left to change
	@REPORT_KEY=only-for-trying $(BIN)/centrali-deploy apply --local --yes examples/workspace.yaml
	@echo
	@echo "And once more, to see what is left to do:"
	@$(BIN)/centrali-deploy plan --local examples/workspace.yaml

test: .venv/installed ## Run the tests
	@$(BIN)/pytest -q

$(EDITORS): .venv/installed
	@npm install --silent --no-audit --no-fund --prefix .venv/editors yaml-language-server@1.25.0

editors: $(EDITORS) ## Try the schema in a real editor's language server (needs node and npm)
	@$(BIN)/pytest -q -m editors tests/editors

lint: .venv/installed ## Format, style, types and the contracts between floors
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

check: lint test ## Everything CI checks

fuzz: .venv/installed ## Validate 40,000 inputs, lay out 10,000 manifests, ask the local workspace 25,000 things (many minutes)
	@FUZZ_EXAMPLES=10000 $(BIN)/pytest -q tests/fuzz tests/manifest/test_layout.py tests/local/test_specification.py

faults: .venv/installed ## Kill applies at each request, pair them, edit in between, try 2,000 workspaces with failing requests (many minutes)
	@KILLED_EVERY=1 PAIRS=50 INTERLEAVINGS=1000 INVARIANTS=2000 $(BIN)/pytest -q -s tests/faults tests/cli/test_rollback.py

coverage: .venv/installed ## Run the tests and say which lines and branches they do not reach
	@$(BIN)/coverage run -m pytest -q && $(BIN)/coverage combine -q && $(BIN)/coverage report

schemas: .venv/installed ## Write schemas/workspace.schema.json anew
	@$(BIN)/centrali-deploy schema > schemas/workspace.schema.json

docs: .venv/installed ## Write the generated parts of docs/reference anew
	@$(BIN)/python docs/generate.py

verified: .venv/installed ## Ask the local workspace, and the one of CENTRALI_VERIFY_WORKSPACE, whether the API is as we believe
	@if [ -n "$$CENTRALI_VERIFY_WORKSPACE" ]; then echo "Asking the local workspace and $$CENTRALI_VERIFY_WORKSPACE."; else \
	echo "CENTRALI_VERIFY_WORKSPACE is not set: only the local workspace is asked, which says nothing about the real API."; fi
	@$(BIN)/pytest -q tests/verified

golden: .venv/installed ## Write tests/golden/*.txt anew
	@$(BIN)/pytest -q tests/golden --update-golden

bench: .venv/installed ## Measure, side by side
	@$(BIN)/python benchmarks/figures.py
	@$(BIN)/python benchmarks/records.py
	@$(BIN)/python benchmarks/runs.py
	@$(BIN)/python benchmarks/applying.py
	@$(BIN)/python benchmarks/keeping.py

format: .venv/installed ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove what was made here
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache examples/.centrali
