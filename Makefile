# make demo and make test do all the set-up they need; a second run is fast.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo dev test lint bench bench-soundness clean

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

test: setup
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m benchmarks

bench-soundness: setup
	$(BIN)/python -m benchmarks.soundness

clean:
	rm -rf .venv .snu .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis
