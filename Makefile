# Every target makes the environment it needs, in .venv, and nothing else: `make run` and `make test` start fast.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes
# sam-cli and checkov pin what the code itself needs in other versions, so each lives in an environment of its own.
SAM := AWS_DEFAULT_REGION=$(or $(AWS_DEFAULT_REGION),eu-central-1) SAM_CLI_TELEMETRY=0 $(VENV)/sam/bin/python -m samcli
CHECKOV := $(VENV)/checkov/bin/python -m checkov.main
CODE := functions layers/vocespace/vocespace cli local tools examples tests
TEMPLATE := template.yaml
export UV_CUSTOM_COMPILE_COMMAND := make lock

# `sam build` wants the runtime's interpreter on PATH; where only pyenv has it, its folder is put there.
RUNTIME_PYTHON := python3.13
PYENV_ROOT ?= $(shell command -v pyenv >/dev/null 2>&1 && pyenv root)
RUNTIME_BIN = $(shell $(RUNTIME_PYTHON) --version >/dev/null 2>&1 || \
  ls -d $(PYENV_ROOT)/versions/3.13*/bin 2>/dev/null | sort -V | tail -n 1)

.DEFAULT_GOAL := help
.PHONY: help run test coverage long soak lint build e2e sam-local dynamodb dynamodb-jars livekit livekit-server bench openapi format lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.project ## serve the API on 127.0.0.1 (PORT, default 3000; 0 = a free one), no AWS account needed
	@exec $(PY) -m local

test: $(VENV)/.test ## unit, functional, template and contract tests
	$(PY) -m pytest $(ARGS)

coverage: $(VENV)/.test ## the same tests with branch coverage
	$(PY) -m pytest --cov --cov-report=term-missing $(ARGS)

long: $(VENV)/.test ## random histories of the key ring and of the rooms, and a fleet through 100 rotations: some minutes
	$(PY) -m pytest tests/long --log-cli-level=INFO $(ARGS)

soak: $(VENV)/.test ## the API under load for SECONDS (default 60) while keys rotate, rotations are killed and secrets go away
	@SECONDS=$(or $(SECONDS),60) $(PY) -m tools.soak

lint: $(VENV)/.lint $(VENV)/.checkov ## ruff, mypy, cfn-lint, checkov, and openapi.yaml against the code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(wildcard $(CODE))
	$(VENV)/bin/cfn-lint $(TEMPLATE)
	LOG_LEVEL=ERROR $(CHECKOV) --file $(TEMPLATE) --framework cloudformation --skip-download --compact --quiet
	$(PY) -m tools.openapi --check

build: $(VENV)/.build $(VENV)/.project ## sam validate and build, then import every handler from what was built
	$(SAM) validate --lint --template $(TEMPLATE)
	PATH="$(addsuffix :,$(RUNTIME_BIN))$$PATH" $(SAM) build --cached --parallel --template $(TEMPLATE)
	PATH="$(addsuffix :,$(RUNTIME_BIN))$$PATH" $(PY) -m tools.verify_build

e2e: build $(VENV)/.e2e ## examples, browser, LiveKit, schemathesis, load, and the built functions in containers
	$(PY) -m pytest tests/e2e $(ARGS)

sam-local: build $(VENV)/.project ## the built functions in containers on 127.0.0.1:3000, as sam local start-api (needs Docker)
	$(PY) -m tools.sam_local $(ARGS)

dynamodb: $(VENV)/.run dynamodb-jars ## DynamoDB Local on 127.0.0.1 (PORT, default 8000), in memory (needs Java 17)
	@exec $(PY) -m tools.dynamodb

dynamodb-jars: .dynamodb/.jars ## fetch DynamoDB Local (needs Maven)

livekit: $(VENV)/.run livekit-server ## a LiveKit server on 127.0.0.1 (PORT, default 7880; 0 = a free one)
	@exec $(PY) -m tools.livekit

livekit-server: | $(PY) ## build it, unless it is on PATH (needs Go)
	@$(PY) -m tools.livekit.build

bench: build $(VENV)/.test ## measure cost against peers; writes .local/bench.json and its plot (ARGS=requests, rooms or growth: that alone)
	PATH="$(addsuffix :,$(RUNTIME_BIN))$$PATH" $(PY) -m tools.bench $(ARGS)

openapi: $(VENV)/.test ## generate openapi.yaml from the code
	$(PY) -m tools.openapi

format: $(VENV)/.lint ## let ruff fix and format the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# lint.in is the superset: solved first, and every other file agrees with it.
LOCK := $(CURDIR)/$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --no-emit-build-options
lock: $(VENV)/.lint ## solve the requirements files anew (ARGS=--upgrade for newer versions)
	cd requirements && $(LOCK) $(ARGS) lint.in -o lint.txt
	cd requirements && for name in run test e2e; do $(LOCK) $(ARGS) $$name.in -c lint.txt -o $$name.txt || exit; done
	cd requirements && for name in build checkov; do $(LOCK) $(ARGS) $$name.in -o $$name.txt || exit; done
	for layer in vocespace aws cryptography calendar docs; do (cd layers/$$layer && \
	  $(LOCK) $(ARGS) requirements.in -c ../../requirements/lint.txt -o requirements.txt) || exit; done

.dynamodb/.jars: tools/dynamodb/pom.xml
	@command -v mvn >/dev/null || { echo "mvn was not found: install Maven" >&2; exit 1; }
	@rm -rf .dynamodb
	@echo "fetching DynamoDB Local"
	@mvn --batch-mode --quiet --no-transfer-progress --file $< initialize
	@touch $@

clean: ## remove everything that make makes
	rm -rf $(VENV) .venv313 .local .aws-sam .dynamodb .livekit build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .schemathesis .coverage

# --- environments: a stamp file per requirements file, so that nothing unchanged is installed again -----------------
# An environment whose interpreter is gone is made anew, with all that was in it.
$(shell test -x $(PY) || rm -f $(foreach name,run project test e2e lint build checkov,$(VENV)/.$(name)))

VERSION_CHECK := import sys; sys.exit(sys.version_info < (3, 11))
$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or newer, or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c '$(VERSION_CHECK)' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed (make PYTHON=...)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.run $(VENV)/.test $(VENV)/.e2e $(VENV)/.lint: $(VENV)/.%: requirements/%.txt | $(PY)
	@echo "installing $<"
	@$(PY) $(PIP_INSTALL) -r $<
	@touch $@

# The least environment first, then the project in it, so that the command `vocespace` is there after any other one too.
$(VENV)/.test $(VENV)/.e2e $(VENV)/.lint: | $(VENV)/.project
$(VENV)/.project: pyproject.toml $(VENV)/.run
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.build: requirements/build.txt | $(PY)
	@echo "installing $<"
	@test -x $(VENV)/sam/bin/python || $(PY) -m venv $(VENV)/sam
	@$(VENV)/sam/bin/python $(PIP_INSTALL) -r $<
	@touch $@

$(VENV)/.checkov: requirements/checkov.txt | $(PY)
	@echo "installing $<"
	@test -x $(VENV)/checkov/bin/python || $(PY) -m venv $(VENV)/checkov
	@$(VENV)/checkov/bin/python $(PIP_INSTALL) -r $<
	@touch $@
