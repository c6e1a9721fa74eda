PY ?= python3
V := .venv/bin
LOCK := $(V)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
APT := apt-get install -y -q --no-install-recommends
PIP := $(V)/python -m pip install -q --disable-pip-version-check
# Compiled files are kept even where the environment forbids it: a command then starts in three quarters of the time.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help run test check bench lock docs ui kill-test browser-test simulate fuzz clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/run.ok: requirements/run.txt requirements/ui.txt pyproject.toml
	@$(PY) -c 'import sys, ensurepip; assert sys.version_info >= (3, 11)' 2>/dev/null || { \
	  echo "tieline needs Python 3.11 or newer with venv. On Debian: apt-get install python3-venv. Another interpreter: make PY=python3.12 ..."; exit 1; }
	@test -d .venv || $(PY) -m venv .venv
	$(PIP) --require-hashes -r requirements/run.txt -r requirements/ui.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.ok: .venv/run.ok requirements/test.txt tests/wire/node/package-lock.json
	$(PIP) --require-hashes -r requirements/test.txt
	@$(V)/python tools/build_ui.py --packages tests/wire/node
	@command -v chromium-headless-shell >/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { \
	  apt-get update -q && { $(APT) chromium-headless-shell || $(APT) chromium; }; } >/dev/null || command -v chromium >/dev/null
	@touch $@

.venv/dev.ok: .venv/test.ok requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

ui: .venv/run.ok
	@$(V)/python tools/build_ui.py

run: ui ## set everything up and start the demo portal
	$(V)/tieline demo

test: .venv/test.ok ui ## set everything up and run the tests
	$(V)/python -m pytest -n auto --dist loadgroup -m "not slow"

KILLED := tests/e2e/test_kill.py tests/e2e/test_dead_handler.py tests/e2e/test_fetching_bot.py

kill-test: .venv/test.ok ui ## kill -9 at 200 random moments, servers and bots, on both engines
	$(V)/python -m pytest -m slow -n 0 -s $(KILLED)

browser-test: .venv/test.ok ui ## the pages again: on a phone, and what is rarer
	$(V)/python -m pytest -m slow -n auto --dist loadgroup tests/e2e $(addprefix --ignore ,$(KILLED))

simulate: .venv/test.ok ## ten thousand dialogs at random; a year of a line's rules; figures of a thousand histories
	$(V)/python -m pytest -m slow -n 0 -s tests/simulation

.venv-fuzz/ok: requirements/fuzz.txt
	@test -d .venv-fuzz || $(PY) -m venv .venv-fuzz
	.venv-fuzz/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	@touch $@

fuzz: .venv/test.ok ui .venv-fuzz/ok ## call a server at random from its OpenAPI document; SECONDS=600
	PYTHONPATH=tests $(V)/python tools/fuzz.py --seconds $(or $(SECONDS),600)

check: .venv/dev.ok ## ruff, mypy, import-linter
	$(V)/ruff check . && $(V)/ruff format --check .
	$(V)/mypy
	$(V)/lint-imports --no-cache

bench: .venv/test.ok ui ## speed as ratios against bare prototypes
	$(V)/python -m bench

docs: .venv/run.ok ## write the generated reference anew
	$(V)/python tools/write_reference.py docs/reference

lock: .venv/dev.ok ## resolve the dependencies anew
	$(LOCK) --extra postgresql --extra demo pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) --group ui -c requirements/run.txt -o requirements/ui.txt
	$(LOCK) --group test -c requirements/run.txt -o requirements/test.txt
	$(LOCK) --group fuzz -o requirements/fuzz.txt
	$(LOCK) --group dev -c requirements/run.txt -c requirements/test.txt -o requirements/dev.txt

clean: ## remove what the set-up made; keeps ./data
	rm -rf .venv .venv-fuzz ui/node_modules tests/wire/node/node_modules src/tieline/static
