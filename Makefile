# What a newcomer types. Each target installs what it needs first; see README.md.
.DEFAULT_GOAL := help
SHELL := /bin/bash
ENVIRONMENT := . tools/setup/environment.sh

.PHONY: help setup build demo test test-long bench check generate clean

help:       ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:      ## install what building and testing need (Debian 12, root or sudo)
	@tools/setup/setup.sh

build/%/build.ninja:
	@cmake --preset $* > /dev/null

build: setup build/release/build.ninja ## build the release binary: build/release/waqtor
	@cmake --build --preset release --target waqtor

demo: build ## start the server on an empty folder and say what to try
	@build/release/waqtor demo

test: setup ## build everything and run every suite; the last line is `N passed, N failed`
	@$(ENVIRONMENT) && python3 tools/test.py

test-long: setup ## the slow suites: soak and long crash runs
	@$(ENVIRONMENT) && python3 tools/test.py --long

bench:      ## measure, print tables, write bench/results/*.json
	@SETUP_BENCH=1 tools/setup/setup.sh
	@$(ENVIRONMENT) && python3 bench/run.py

check: setup ## format, lint, arrows between rooms, generated files up to date
	@$(ENVIRONMENT) && python3 tools/check.py

generate: build ## write api/* and format the code
	@python3 tools/check.py --write

clean:      ## remove what building made
	@rm -rf build
