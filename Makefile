# Everything starts here. Needs Python 3.11 or newer and make, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.done

.PHONY: setup demo run test check check-safety bench lock media transcripts deliveries kills faults soak load simulate fuzz long dist licences

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/keel demo

run: $(STAMP)
	$(BIN)/keel run

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/keel content check
	$(BIN)/python .ci/audit.py

# The peers have an environment of their own, from a lock of their own.
.venv-bench/.done: bench/requirements.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.lock
	touch .venv-bench/.done

# The danger rules: each rule and mask taken away once, what people do to a text, and the measured figures.
check-safety: $(STAMP)
	$(BIN)/python -m pytest tests/safety
	for file in tests/safety/*.csv; do echo "$$file"; $(BIN)/keel safety check "$$file" || exit 1; done

bench: $(STAMP) .venv-bench/.done
	$(BIN)/python -m bench

# Ten thousand people's years by Keel's rules and by a plain reference; fails on any difference.
simulate: $(STAMP)
	$(BIN)/python -m tests.year

# Prints the sessions in docs/transcripts anew, after a wanted change of wording.
transcripts: $(STAMP)
	KEEL_WRITE_TRANSCRIPTS=1 $(BIN)/python -m pytest tests/acceptance/test_transcripts.py

# Kill -9 twenty times in the middle of 20,000 deliveries: some minutes.
deliveries: $(STAMP)
	$(BIN)/python -m tests.acceptance.deliveries

# Kill -9 two hundred times under load, on SQLite and on PostgreSQL: some minutes.
kills: $(STAMP)
	$(BIN)/python -m tests.acceptance.kills

# Telegram down, slow, flooding, broken off; clocks that jump; SIGTERM storms: each under load, on SQLite and on PostgreSQL.
# The first takes more than ten minutes, each of the others one or two.
faults: $(STAMP)
	$(BIN)/python -m tests.acceptance.faults

# A month in an hour, with 2,000 people: memory, open files, warnings.
soak: $(STAMP)
	$(BIN)/python -m tests.acceptance.soak

# 200 updates a second into several processes with 100,000 lessons due, then the same with kills: a quarter of an hour.
load: $(STAMP)
	$(BIN)/python -m bench.load

# 10,000 made-up bodies at the webhook, and 20,000 made-up updates through the whole bot.
fuzz: $(STAMP)
	KEEL_FUZZ=10000 $(BIN)/python -m pytest -n 0 tests/web
	KEEL_FUZZ_UPDATES=20000 $(BIN)/python -m pytest -n 0 tests/telegram/test_fuzz.py --hypothesis-show-statistics

# What takes long: databases that go away, a way in that changes, keys that change, all under load.
long: $(STAMP)
	$(BIN)/python -m pytest -n 0 -m long

# Draws the animations in content/media.
media: $(STAMP)
	$(BIN)/python content/media/make.py

# A wheel and a source archive, and what is in them (CycloneDX).
dist: $(STAMP)
	$(BIN)/uv build --out-dir dist
	$(BIN)/uvx --from cyclonedx-bom==7.5.0 cyclonedx-py requirements deploy/requirements.lock \
		--pyproject pyproject.toml --output-reproducible --output-file dist/keel.cdx.json

# Who wrote what Keel runs on, and on which terms.
licences: $(STAMP)
	$(BIN)/uvx --from pip-licenses==5.5.5 pip-licenses --python $(BIN)/python --format markdown --order name \
		--packages $$(grep -oE '^[A-Za-z0-9._-]+==' deploy/requirements.lock | tr -d '=') --output-file deploy/licences.md

# Universal (every platform and Python from 3.11 on) and with hashes; names no index. The second is what runs, without the
# tools of those who work on it.
lock: $(STAMP)
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --constraint requirements.lock --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --quiet --output-file deploy/requirements.lock
	$(BIN)/uv pip compile bench/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file bench/requirements.lock
