# Switchroom: build, run, test, measure. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
DATA ?= data
HTTP ?= 127.0.0.1:8080
VENV := target/test-venv
PYTHON := $(VENV)/bin/python

.PHONY: help run build web release lint test test-rust test-web test-product test-faults fuzz bench clean-data

help:
	@echo "make run       build everything and start a centre on $(HTTP), data in ./$(DATA)"
	@echo "make test      everything that must hold: lint, Rust, web, SDK, browser and fault tests"
	@echo "make bench     one table of figures with units"
	@echo "make lint      formatting, clippy, TypeScript and web lint"
	@echo "make release   the optimised binary with the pages inside: target/release/switchroom"

# ── build ────────────────────────────────────────────────────────────────────

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null)

web/dist/index.html: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run build
	touch $@

web: web/dist/index.html

build: web
	cargo build -p switchroom

release: web
	cargo build --release -p switchroom

run: build
	target/debug/switchroom serve --data $(DATA) --http $(HTTP)

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	cd tests/browser && npm ci --no-audit --no-fund
	touch $@

# ── checks ───────────────────────────────────────────────────────────────────

lint: web/node_modules/.installed
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	cd web && npm run lint

# Runs everything, counts it, and closes with one line: N passed, N failed.
test:
	bash tests/run.sh

# Feeds the flow language and its interpreter with changed documents; needs cargo-fuzz (`cargo install cargo-fuzz`).
# What it finds is kept under crates/flows/fuzz/artifacts.
FUZZ_SECONDS ?= 300
fuzz:
	mkdir -p crates/flows/fuzz/seeds
	cp crates/flows/src/library/*.json crates/flows/fuzz/seeds/
	cd crates/flows && for target in documents runs; do \
	  mkdir -p fuzz/corpus/$$target && \
	  RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=40000 || exit 1; done

bench: release tests/browser/node_modules/.installed
	cargo build --release -p routing -p flows -p functions -p media -p bench --bins --examples
	$(MAKE) $(VENV)/.installed
	$(PYTHON) bench/run.py

$(VENV)/.installed: tests/requirements.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@
