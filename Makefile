# sahelsim: `make run` and `make test` work on a fresh machine with Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
STAMP := $(VENV)/.installed

.PHONY: run test test-slow test-slurm test-slurm-slow coverage check docs bench reference patterns ablation flee examples examples-engines calibrate posterior validation clean

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("sahelsim needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(STAMP)

run: $(STAMP)  ## the reference scenario, with figures
	$(BIN)/sahelsim run scenarios/sahel_2017_2023.yaml --workers $(WORKERS) --out runs/sahel_2017_2023 --force
	$(BIN)/sahelsim plot runs/sahel_2017_2023 --out runs/sahel_2017_2023_figures

test: $(STAMP)  ## the quick tier of tests
	$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadfile

test-slow: $(STAMP)  ## the slow science tiers
	$(BIN)/python -m pytest -m slow

test-slurm: $(STAMP)  ## sweeps on a real Slurm of two pretended nodes; installs Debian's packages where root and apt are there
	$(PYTHON) tests/slurm/with_slurm.py $(BIN)/python -m pytest -m "slurm and not slow" tests/test_sweep_on_slurm.py

test-slurm-slow: $(STAMP)  ## the same with a walltime that ends and a node that fails: minutes of waiting
	$(PYTHON) tests/slurm/with_slurm.py $(BIN)/python -m pytest -m slurm tests/test_sweep_on_slurm.py

coverage: $(STAMP)  ## lines run under test with the JIT off
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -m "not slow and not jit_only" -n $(WORKERS) --dist loadfile --cov --cov-report=term --cov-fail-under=90

check: $(STAMP)  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP)  ## regenerate what is generated in docs/
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sahelsim.results.describe docs/results.md
	$(BIN)/sahelsim schema --out docs/scenario.schema.json
	$(BIN)/sahelsim schema --experiment --out docs/experiment.schema.json
	$(BIN)/sahelsim schema --calibration --out docs/calibration.schema.json

bench: $(STAMP)  ## measure; writes experiments/benchmarks/
	$(BIN)/python experiments/benchmarks/bench.py

reference: $(STAMP)  ## 20 replicates of the reference scenario against the yearly record; writes experiments/reference/
	$(BIN)/python experiments/reference/compare.py --workers $(WORKERS)

patterns: $(STAMP)  ## scorecard of the patterns over 200 replicates of the reference scenario; writes runs/patterns/
	$(BIN)/sahelsim run scenarios/sahel_2017_2023.yaml --replicates 200 --workers $(WORKERS) --out runs/reference_200 --force
	$(BIN)/sahelsim patterns runs/reference_200 --out runs/patterns

ablation: $(STAMP)  ## the patterns without each mechanism, 20 replicates of each variant; writes experiments/ablation/
	$(BIN)/sahelsim ablate scenarios/sahel_2017_2023.yaml --replicates 20 --workers $(WORKERS) --out experiments/ablation

flee: $(STAMP)  ## the displacement model Flee on two replicates of the reference scenario
	$(BIN)/sahelsim run scenarios/sahel_2017_2023.yaml --replicates 2 --workers $(WORKERS) --out runs/flee --force
	$(BIN)/sahelsim flee runs/flee --workers $(WORKERS) --out runs/flee_camps --force

examples: $(STAMP)  ## the example sweeps and their figures, minutes each on a core; EXAMPLES=french_exit for one
	$(BIN)/python experiments/examples.py $(EXAMPLES) --workers $(WORKERS)

examples-engines: $(STAMP)  ## every example, made small, on local processes, Slurm and Dask: the same table to the byte; writes experiments/engines.md
	$(PYTHON) tests/slurm/with_slurm.py $(BIN)/python experiments/engines.py --out experiments/engines.md

calibrate: $(STAMP)  ## a small calibration on the patterns alone, minutes on two cores; writes runs/calibration_small/
	$(BIN)/sahelsim calibrate experiments/calibration_small.yaml --workers $(WORKERS) --resume

posterior: $(STAMP)  ## the posterior that ships, from patterns and a file of UCDP GED, GED=FILE, a quarter of an hour on two cores; writes scenarios/posteriors/ and experiments/calibration/
	$(BIN)/python experiments/calibration/make.py --ged $(GED) --workers $(WORKERS)

validation: $(STAMP)  ## backtests against a file of UCDP GED, GED=FILE, half an hour on two cores; writes experiments/validation/ and docs/validation.md
	$(BIN)/python experiments/validation/make.py $(if $(GED),--ged $(GED)) --workers $(WORKERS)

clean:
	rm -rf $(VENV) runs build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
