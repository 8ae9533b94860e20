# Every target works in a fresh clone; the first one installs what it needs.   ARGS="…" is passed on to pytest.

BIN := .venv/bin
PICTURES := build/tour
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test setup check format bench bundle constraints clean

help:
	@echo "make run          start Memvid Studio on the demo capsule (without a display: the tour, as pictures)"
	@echo "make test         the whole test suite"
	@echo "make check        ruff, mypy, import contracts"
	@echo "make bench        the benchmarks; table printed and saved under build/bench"
	@echo "make setup        install everything, model libraries included"
	@echo "make bundle       the desktop bundle"
	@echo "make format       let ruff format and fix"
	@echo "make constraints  write constraints/*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)"

run:
	@scripts/setup.sh run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	  exec $(BIN)/memvid-studio --demo; \
	else \
	  echo "No display: running the tour offscreen."; \
	  QT_QPA_PLATFORM=offscreen $(BIN)/memvid-studio --tour $(PICTURES) && \
	  echo "The pictures are in $(CURDIR)/$(PICTURES)"; \
	fi

test:
	@scripts/setup.sh test
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

setup:
	@scripts/setup.sh all

check:
	@scripts/setup.sh test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format:
	@scripts/setup.sh test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench:
	@scripts/setup.sh test
	$(BIN)/python -m pytest tests/benchmarks -m bench -n 0 --timeout 1800 $(ARGS)

bundle:
	@echo "There is no bundle recipe yet. Until there is one: make run, or pip install '.[gui,text]'." >&2
	@exit 1

constraints:
	@scripts/setup.sh test
	scripts/lock.sh $(ARGS)

clean:
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
