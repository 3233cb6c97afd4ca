# The course, one verb a line: `make help`.
#
# Everything a verb makes is under _build/ (and .venv/). People's work is in class/ (or COURSE=DIR)
# and work/, and no verb here deletes it. A verb run twice does no work twice: set-up has a stamp,
# the other steps find out by themselves what has changed. Once set up, no verb needs a network.
# GNU make 3.81, which macOS has, is enough: it knows no .SHELLFLAGS, so recipes of several
# commands begin with `set -eu`.

SHELL := bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

COURSE ?= class
ASSIGNMENT ?=
SUBMISSIONS ?=
ROSTER ?=
FOR ?=
PORT ?= 8000
export COURSE

# Two cores are shared by processes, not by threads: everything heavy here runs side by side.
export OMP_NUM_THREADS ?= 1
export PYTHONUTF8 = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# PYTHON: the interpreter that makes .venv; the newest of 3.11 to 3.14 unless you name one. (For 3.15
# torch and the pinned numpy have no wheels.) Where there is none, uv gets one, if it is there.
RIGHT_VERSION := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$name" -c "$(RIGHT_VERSION)" 2>/dev/null && { echo "$$name"; break; }; done)

# On Linux the usual torch brings 5 GB for graphics cards. Where PyTorch's index of builds without
# them can be reached, that is used; make setup TORCH_INDEX= takes the usual one.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
REACHED := import sys, urllib.request as u; u.urlopen(sys.argv[1] + "/torch/", timeout=5)

BIN := .venv/bin
PY := $(BIN)/python
INSTALLED := .venv/installed
SAMPLE := _build/sample-class

.PHONY: help setup data book pdf epub read release prints lab grade formgrader feedback report \
	export course test browser-test hub-test bench evidence lint lock clean clean-data

help:  ## what each verb does
	@echo "make VERB, one or more of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo "Settings: PYTHON=python3.12  COURSE=DIR (people's work; default: class)"
	@echo "          ASSIGNMENT=NAME  SUBMISSIONS=PATH  ROSTER=CSV (for grade)  PORT=8000 (for read)"

setup: $(INSTALLED)  ## make .venv, install what the course needs, fetch the data; when these change

$(INSTALLED): requirements.txt requirements.lock pyproject.toml data.lock
	@set -eu; if [ ! -x $(PY) ]; then \
		python="$(or $(PYTHON),python3)"; \
		if "$$python" -c "$(RIGHT_VERSION)" 2>/dev/null; then \
			echo "making .venv with $$("$$python" --version)"; \
			"$$python" -m venv .venv; \
		elif [ -z "$(PYTHON)" ] && command -v uv >/dev/null; then \
			echo "making .venv with a Python 3.13 that uv gets"; \
			uv venv --quiet --python 3.13 --seed .venv; \
		else \
			found="$$("$$python" --version 2>/dev/null || echo none)"; \
			echo "Needed: Python 3.11, 3.12, 3.13 or 3.14. Found: $$found ($$python)." >&2; \
			echo "Install one, or uv (docs.astral.sh/uv), which gets one by itself; or name the" >&2; \
			echo "one you have: make setup PYTHON=python3.12" >&2; \
			exit 1; \
		fi; \
	fi
	@echo "installing what requirements.txt names (a few minutes the first time)"
	@set -eu; more=; if [ "$$(uname)" = Linux ] && [ -n "$(TORCH_INDEX)" ] && \
		$(PY) -c '$(REACHED)' "$(TORCH_INDEX)" 2>/dev/null; \
		then more="--extra-index-url $(TORCH_INDEX)"; fi; \
	$(PY) -m pip install --quiet --no-compile $$more -r requirements.txt -c requirements.lock
	@$(PY) -m compileall -qq -j 0 .venv || true  # as pip would, but on every core
	@$(PY) -m rnn_course.packages
	@touch $@

data: setup  ## fetch what is missing of the packages with data that data.lock names
	@$(PY) -m rnn_course.packages

book: data prints  ## build the book: _build/html/index.html
	@$(PY) book/_tools/build_book.py

pdf: book  ## the whole book as one PDF, linked from its first page; needs Chromium
	@$(PY) book/_tools/make_pdf.py

epub: book  ## the whole book as an EPUB, for e-readers, linked from its first page
	@$(PY) book/_tools/make_epub.py

read: book  ## serve the book on this machine and say the address
	@$(PY) book/_tools/serve.py --port $(PORT)

release: data prints  ## make every assignment's student notebook, and the student kit
	@$(PY) exercises/release.py

prints: setup  ## work out what each known mistake gives, so that checks can name it
	@$(PY) -m rnn_course.checks.diagnosis.make

lab: setup  ## JupyterLab on a copy of the releases in work/ (never over what is there)
	@$(PY) exercises/lab.py

grade: release  ## grade SUBMISSIONS=DIR or ZIP [ASSIGNMENT=NAME]; else the class, or the sample class
ifneq ($(SUBMISSIONS),)
	@$(BIN)/rnn-course grade $(ASSIGNMENT) --submissions "$(SUBMISSIONS)" \
		$(if $(ROSTER),--roster "$(ROSTER)")
else
	@[ -d "$(COURSE)/submitted" ] || $(PY) exercises/sample_class.py $(ASSIGNMENT)
	@$(BIN)/rnn-course grade $(ASSIGNMENT)
endif

formgrader: setup  ## mark the written answers by hand, in the browser
	@$(BIN)/rnn-course formgrader

feedback: setup  ## make each student's feedback page [ASSIGNMENT=NAME]
	@$(BIN)/rnn-course feedback $(ASSIGNMENT)

report: setup  ## make the page about a class's work (make grade does so too) [ASSIGNMENT=NAME]
	@$(BIN)/rnn-course report $(ASSIGNMENT)

export: setup  ## write all grades as CSV [FOR=canvas or FOR=moodle, ROSTER=CSV]
	@$(BIN)/rnn-course export $(if $(FOR),--for $(FOR)) $(if $(ROSTER),--roster "$(ROSTER)")

course: book release  ## everything once: book, releases, sample class graded; says where it all is
	@$(PY) exercises/sample_class.py
	@$(BIN)/rnn-course grade --sample
	@$(BIN)/rnn-course feedback --sample
	@$(BIN)/rnn-course export --sample
	@echo
	@echo "the book            _build/html/index.html       (make read: in your browser)"
	@echo "student notebooks   _build/exercises/release/    (make lab: try them)"
	@echo "the student kit     _build/student-kit.zip"
	@echo "grades              $(SAMPLE)/grades.csv"
	@echo "class reports       $(SAMPLE)/report-*.html"
	@echo "feedback            $(SAMPLE)/feedback/"

# One process more than there are cores, since some tests wait for a limit. A file's tests stay
# together, and the files in the order of tests/conftest.py.
PROCESSES = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SIDE_BY_SIDE = -n $(PROCESSES) --maxprocesses 5 --dist loadfile --no-loadscope-reorder

test: release  ## the tests that need neither browser nor hub, the quick ones first
	$(PY) -m pytest -m "not browser and not hub and not evidence" $(SIDE_BY_SIDE)

browser-test: book  ## open every page of the built book in Chromium
	$(PY) -m pytest -m browser $(SIDE_BY_SIDE:loadfile=load)

hub-test: data prints  ## a class's round on a JupyterHub (installed into _build/hub; needs root)
	$(PY) -m pytest -m hub tests/hub

bench: setup  ## measure the speed that the book quotes, on this machine
	@$(PY) -m bench

evidence: book release hub-test  ## what is too long for each change: tests marked so, the hub, bench/evidence/*.py
	$(PY) -m pytest -m "evidence and not browser" $(SIDE_BY_SIDE)
	@set -eu; for script in bench/evidence/*.py; do echo "== $$script"; $(PY) $$script; done

lint: setup  ## ruff (lint and format, as before each commit) and mypy (the type hints)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: setup  ## (for maintainers) write requirements.lock from what .venv holds
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' \
		| grep -v -i -E '^(nvidia|cuda|triton)' > requirements.lock.new
	mv requirements.lock.new requirements.lock
	@touch $(INSTALLED)

clean:  ## delete _build/ but for the data (never class/, work/ or .venv/)
	@[ ! -d _build ] || find _build -mindepth 1 -maxdepth 1 ! -name data -exec rm -rf {} +
	@rmdir _build 2>/dev/null || true

clean-data:  ## delete the data too, _build/data; the next `make data` fetches them again
	rm -rf _build/data
