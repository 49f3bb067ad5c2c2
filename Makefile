# One command each. The environment is .venv; afterwards the command is .venv/bin/trustspace.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := $(shell find native -name target -prune -o -type f -print) pyproject.toml

.PHONY: run test test-native check bench conformance constant-time fuzz clean

run: $(VENV)/.built
	$(BIN)/trustspace demo --dir space

test: $(VENV)/.built
	$(BIN)/python -m pytest -n auto

# The crate's own tests link libpython, which a bare machine may lack; what they hold is also held above.
test-native:
	cd native && cargo test --locked --quiet

check: $(VENV)/.built
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd native && cargo fmt --check && cargo clippy --all-targets --locked -- -D warnings

$(VENV)/.installed: requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/dev.txt
	touch $@

# Anything that changes under native/ or in a lock file rebuilds, so no stale extension is tested.
$(VENV)/.built: $(VENV)/.installed $(NATIVE)
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/maturin develop --release --locked --quiet
	touch $@

clean:
	rm -rf $(VENV) native/target

bench: $(VENV)/.built $(VENV)/.bench
	PYTHONPATH=tests:bench $(BIN)/python bench/run.py $(BENCH)

$(VENV)/.bench: requirements/bench.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/bench.txt
	touch $@

# For each target FUZZ="--seconds N"; see docs/reference/fuzzing.md.
fuzz: $(VENV)/.built $(VENV)/.fuzz
	PYTHONPATH=tests:fuzz $(BIN)/python fuzz/run.py $(FUZZ)

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/fuzz.txt
	touch $@

conformance: $(VENV)/.built
	PYTHONPATH=tests $(BIN)/python tests/conformance/report.py

# Whether signing takes time from the key: a measurement, with a leaking control that it must find.
constant-time:
	cd native && cargo run --release --locked --quiet --example dudect -- $(MEASUREMENTS)
