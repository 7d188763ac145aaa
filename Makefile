# Jobs of this repository; each installs what it needs into .venv first. `make` alone lists them.
# Without make: sh scripts/setup.sh run && .venv/bin/sightlog demo

bin := .venv/bin
# Two processes, each with a server of its own; a file's tests stay together.
two_at_once := -n 2 --dist loadfile
.DEFAULT_GOAL := help
.PHONY: help run serve test check lint format bench bench-large bench-peers sample screenshots clean

help: ## list these jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: ## the demo: three use cases with two weeks of events, and one more every few seconds
	@sh scripts/setup.sh run
	@exec $(bin)/sightlog demo $(ARGS)

serve: ## the server on ./sightlog-data; options: make serve ARGS="--port 8080"
	@sh scripts/setup.sh serve
	@exec $(bin)/sightlog serve $(ARGS)

test: lint ## everything CI needs: lint, types, layers and all tests
	@sh scripts/setup.sh browser
	@$(bin)/python -m pytest $(two_at_once) $(ARGS)

check: lint ## the same without the slow tests and those in a browser
	@$(bin)/python -m pytest $(two_at_once) -m "not slow and not browser" $(ARGS)

lint: ## lint, types and layers only
	@sh scripts/setup.sh test
	$(bin)/ruff check --quiet .
	$(bin)/ruff format --check --quiet .
	$(bin)/mypy --no-error-summary
	@$(bin)/lint-imports --no-logo > .venv/layers.log || { cat .venv/layers.log; exit 1; }

format: ## put the code into its form and mend what the linter can mend
	@sh scripts/setup.sh test
	@$(bin)/ruff format --quiet .
	@$(bin)/ruff check --fix .

bench: ## the figures of docs/performance.md, each beside its ceiling
	@sh scripts/setup.sh test
	@$(bin)/python -m benchmarks $(ARGS)
	@$(bin)/python -m benchmarks.pictures

bench-peers: ## the figures of docs/peers.md: FiftyOne, MongoDB and PostgreSQL beside Sightlog (installs them)
	@sh scripts/setup.sh test
	@$(bin)/python -m benchmarks.peers $(ARGS)

bench-large: ## the same with ten million events: half an hour, and 20 GB in the system's temporary folder
	@sh scripts/setup.sh test
	@$(bin)/python -m benchmarks --events 10000000 --only queries --parts-for large $(ARGS)

sample: ## the upgrade sample of the newest table version, made anew; only before that version's release
	@sh scripts/setup.sh test
	@$(bin)/python -m scripts.make_upgrade_sample

screenshots: ## the pictures of docs/images, made anew from the demo
	@sh scripts/setup.sh browser
	@$(bin)/python -m scripts.make_screenshots

clean: ## remove .venv and caches; data folders stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
