# One command each; CI calls these and nothing else. `make help` lists them.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= ../shared/data
CONFIG ?= training/configs/v2.0.0.yaml
OUT ?= runs/$(basename $(notdir $(CONFIG)))
REPORT ?= docs/evaluation
# QUICK=1 makes a bench of under a minute.
QUICK ?=
# Networks trained at a time. One suits a GPU; on a CPU, two processes of one thread beat one of two.
JOBS ?= 2
# Processes that the Python tests are shared out to, of one thread each: two that share cores wait for each other.
WORKERS ?= 2
MINUTES ?= 5
SEED ?= 0
COUNT ?= 1000000
# Of `make fuzz` or `make bench`, one alone; ARGS are handed to it.
PART ?=
ARGS ?=
# 0 keeps the tests from installing Debian's packages: those that lack a program are skipped.
INSTALL_TOOLS ?= 1
# glibc gives freed memory back at once and asks for it again in the next step: half of the time of
# training on a CPU went into that. These have it keep what it has.
KEEP := MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_MMAP_THRESHOLD_=4000000000
# Where torch comes from, which tests and training need; empty: pip's own index. See the README for
# machines without a GPU.
TORCH_INDEX ?=
export HOST PORT INSTALL_TOOLS
# Quoted below, since they may hold blanks; not every shell has taken the tilde off.
override DATA := $(patsubst ~/%,$(HOME)/%,$(DATA))
override CONFIG := $(patsubst ~/%,$(HOME)/%,$(CONFIG))
override OUT := $(patsubst ~/%,$(HOME)/%,$(OUT))
override REPORT := $(patsubst ~/%,$(HOME)/%,$(REPORT))
# Whether it is this repository's, however it is written; README and docs/ablation.md go with it.
OWN_REPORT = [ "$(REPORT)" = docs/evaluation ] || [ "$(REPORT)" -ef docs/evaluation ]
# 1 for a switch that is on; 0 is off as well as nothing.
on = $(if $(filter-out 0 no false off,$(1)),1)

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
TORCH := $(PIP) --no-deps $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
SOURCES := backend/cxr_severity backend/bench backend/fuzz backend/tests training/cxr_training training/tests \
	clients/python/src clients/python/tests scripts
# Apart: a torchvision that does not fit torch would break training, which finds it by itself.
BENCH_ONLY := .venv/bench-only
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend samples -type f \
	-not -path '*/node_modules/*' -not -path 'frontend/dist/*' -not -path 'frontend/e2e/*' 2>/dev/null | sed 's/ /\\ /g')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run tools test test-python test-page e2e check format openapi train evaluate ablation bench agree fuzz release clean

help: ## List the commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: .venv/.service $(PAGE) ## Set up what is missing, then serve page and API (HOST, PORT)
	@exec $(BIN)/cxr-severity serve

tools: ## Install what the tests start beside the service, from Debian's packages: nginx, Orthanc, Chromium and others
	@failed=0; for each in deploy-tools hospital-tools chromium; do scripts/$$each.sh || failed=1; done; exit $$failed

test: test-python test-page e2e ## Run every test: Python, TypeScript, and the page in Chromium

test-python: .venv/.dev clients/orval/node_modules/.installed
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

test-page: frontend/node_modules/.installed
	cd frontend && npm run --silent test

e2e: .venv/.dev $(PAGE)
	CHROMIUM="$$(scripts/chromium.sh)" && export CHROMIUM && cd frontend && npm run --silent e2e

check: .venv/.dev frontend/node_modules/.installed ## Lint, formats, strict types, import rules, lengths, API drift
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	scripts/check-length.sh $(SOURCES)
	scripts/check-drift.sh
	cd frontend && npm run --silent check

format: .venv/.dev frontend/node_modules/.installed ## Format the code and mend what lint can mend
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)
	cd frontend && npm run --silent format

openapi: .venv/.dev frontend/node_modules/.installed ## Write backend/openapi.json, the client from it, the page's words, docs/settings.md
	$(BIN)/cxr-severity openapi > backend/openapi.json
	cd frontend && npm run --silent generate
	$(BIN)/cxr-severity words frontend/src/client/words
	$(BIN)/cxr-severity settings > docs/settings.md

train: .venv/.dev ## Cross-validate a recipe and export its version (DATA, CONFIG, OUT, JOBS; RESUME=1 goes on)
	$(KEEP) $(BIN)/cxr-train --config "$(CONFIG)" --data "$(DATA)" --out "$(OUT)" --jobs $(JOBS) $(if $(call on,$(RESUME)),--resume)

evaluate: .venv/.dev ## Report and figures of a run's out-of-fold predictions (DATA, OUT, REPORT)
	if $(OWN_REPORT); then set -- --readme README.md; fi; \
		$(KEEP) $(BIN)/cxr-evaluate --run "$(OUT)" --data "$(DATA)" --out "$(REPORT)" "$$@"

ablation: .venv/.dev ## The published recipe and two steps back from it, beside a run of what ships (DATA, CONFIG, OUT, REPORT)
	to="$(REPORT)"; if $(OWN_REPORT); then to=docs; fi; \
		$(KEEP) $(BIN)/cxr-ablation $(addprefix training/configs/ablation/published,-cnn.yaml -balanced-cnn.yaml .yaml) \
		--shipped "$(CONFIG)" --predictions "$(OUT)/predictions.csv" --data "$(DATA)" --runs runs/ablation \
		--out "$$to/ablation.md"

bench: $(if $(PART),.venv/.dev,.venv/.bench) ## How fast it is, beside Flask with grad-cam: tables and a chart in docs/bench (QUICK=1); or one PART=batch forms bulk idle
	cd backend && $(if $(PART),../$(BIN)/python -m bench.$(PART) $(ARGS),\
		PYTHONPATH=../$(BENCH_ONLY) ../$(BIN)/python -m bench $(if $(call on,$(QUICK)),--quick --out ../runs/bench,--readme))

agree: .venv/.dev ## Whether every installed engine answers as PyTorch does, on the films of severity/ and the samples
	data="$$(realpath "$(DATA)")" && cd backend && ../$(BIN)/python -m bench.agree "$$data/severity/images" ../samples

fuzz: .venv/.dev ## Hostile files and requests by the thousand (PART=decode guided http document, MINUTES for each, COUNT, SEED)
	cd backend && PYTHONPATH="$$PWD:$$PWD/tests" ../$(BIN)/python -m fuzz $(PART) --minutes $(MINUTES) --inputs $(COUNT) --seed $(SEED)

release: .venv/.dev frontend/node_modules/.installed ## Wheel, sdist, page, SBOM, notes and checksums of the last commit, in dist/
	scripts/release.sh

clean: ## Remove everything that the other commands made, except runs/
	rm -rf .venv frontend/node_modules clients/orval/node_modules frontend/dist artifacts dist

# The stamps below are older than their sources exactly when something must be installed again.

.venv/.created:
	@scripts/check-tools.sh $(PYTHON)
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.service: .venv/.created constraints.txt backend/pyproject.toml
	@echo "installing the service (a few minutes the first time)"
	@TORCH_INDEX= deploy/image/backend.sh .venv -e backend
	@touch $@

.venv/.dev: .venv/.service training/pyproject.toml clients/python/pyproject.toml
	@echo "installing training and development tools"
	@TORCH_INDEX="$(TORCH_INDEX)" deploy/image/backend.sh .venv -e 'backend[dev]' -e training -e clients/python
	@touch $@

# torchvision comes from torch's own index, and grad-cam would bring a second OpenCV.
.venv/.bench: .venv/.dev
	@echo "installing what the bench compares with"
	@$(PIP) -e 'backend[bench]'
	@$(TORCH) --upgrade --target $(BENCH_ONLY) torchvision
	@$(PIP) --no-deps --upgrade --target $(BENCH_ONLY) grad-cam ttach
	@touch $@

frontend/node_modules/.installed: frontend/package.json frontend/package-lock.json
	@scripts/check-tools.sh $(PYTHON)
	cd frontend && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

# Of one test alone; apart, since it is larger than what the page is built with.
clients/orval/node_modules/.installed: clients/orval/package.json clients/orval/package-lock.json
	@scripts/check-tools.sh $(PYTHON)
	cd clients/orval && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(PAGE): frontend/node_modules/.installed $(PAGE_SOURCES)
	deploy/image/frontend.sh
	@touch $@
