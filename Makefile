# make run    the whole system on http://127.0.0.1:8000 until Ctrl-C
# make test   format, lint, types, import contracts and every test
# The rest is for developers; see README.md.

HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

SHELL := /bin/bash
PYTHON := .venv/bin/python
CLUSTER := $(PYTHON) .ci/cluster.py
COMPILE := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links pyproject.toml

.PHONY: run test bench fuzz check setup lock cluster-start cluster-stop cluster-url

run:
	@# The set-up of a new machine takes minutes: a taken port is said before it.
	@if timeout 2 bash -c 'exec 3<>/dev/tcp/$(HOST)/$(PORT)' 2>/dev/null; then \
		echo "Port $(PORT) on $(HOST) is taken: stop what listens there, or choose another, PORT=8001 make run." >&2; exit 1; fi
	@.ci/setup
	@exec $(PYTHON) .ci/serve.py

test: check
	@# One process more than cores: tests wait for their databases and browsers half of the time.
	@exec $(CLUSTER) test $(PYTHON) -m pytest -n $$(( $$(nproc) + 1 )) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: setup
	@exec $(CLUSTER) with $(PYTHON) -m tests.performance $(ARGS)

# ARGS="--minutes 20 --role engineer"; all roles and nobody by default.
fuzz: setup
	@exec $(CLUSTER) with $(PYTHON) -m tests.fuzz $(ARGS)

check: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/mypy .ci/serve.py
	.venv/bin/lint-imports

setup:
	@.ci/setup

# The lock files name no host: anybody's mirror serves them.
lock: setup
	$(PYTHON) -m pip install -q uv
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group test -c requirements.lock -o requirements-test.lock

cluster-start: setup
	@exec $(CLUSTER) start

cluster-stop:
	@exec $(CLUSTER) stop

cluster-url:
	@exec $(CLUSTER) url
