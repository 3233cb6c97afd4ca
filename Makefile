# The course, one verb a line: `make help`.
#
# Everything a verb makes is under _build/ (and .venv/). People's work is in class/ (or COURSE=DIR)
# and work/, and no verb here deletes it. A stamp under _build/stamps/ is newer than what a step
# read when it last succeeded, so that a verb run twice does no work twice.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

COURSE ?= class
ASSIGNMENT ?=
SUBMISSIONS ?=
PORT ?= 8000
export COURSE

# Two cores are shared by processes, not by threads: everything heavy here runs side by side.
export OMP_NUM_THREADS ?= 1
export PYTHONUTF8 = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# PYTHON: the interpreter that makes .venv; the newest of 3.11 to 3.13 unless you name one.
RIGHT_VERSION := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c "$(RIGHT_VERSION)" 2>/dev/null && { echo "$$name"; break; }; done)

BIN := .venv/bin
PY := $(BIN)/python
STAMPS := _build/stamps

PACKAGE := $(shell find rnn_course -name '*.py' -not -path '*/.ipynb_checkpoints/*')
INSTALLED := .venv/installed

.PHONY: help setup book read release lab grade formgrader feedback export course \
	test browser-test bench evidence lint lock clean

help:  ## what each verb does
	@echo "make VERB, one or more of:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo "Settings: PYTHON=python3.12  COURSE=DIR (people's work; default: class)"
	@echo "          ASSIGNMENT=NAME  SUBMISSIONS=DIR (for grade)  PORT=8000 (for read)"

setup: $(INSTALLED)  ## make .venv and install what the course needs; only when requirements change

$(INSTALLED): requirements.txt requirements.lock pyproject.toml
	@if [ ! -x $(PY) ]; then \
		if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c "$(RIGHT_VERSION)" 2>/dev/null; then \
			echo "Needed: Python 3.11, 3.12 or 3.13. Found: $${PYTHON:-$$(python3 --version \
				2>/dev/null || echo none)}. Install one, or name it: make setup PYTHON=python3.12" >&2; \
			exit 1; \
		fi; \
		echo "making .venv with $(PYTHON)"; \
		"$(PYTHON)" -m venv .venv; \
	fi
	$(PY) -m pip install --quiet -r requirements.txt -c requirements.lock
	@touch $@

book: setup  ## build the book: _build/html/index.html
	$(PY) book/_tools/build.py

read: book  ## serve the book on this machine and say the address
	$(PY) book/_tools/serve.py --port $(PORT)

release: setup $(STAMPS)/release  ## make every assignment's student notebook, and the student kit

$(STAMPS)/release: $(INSTALLED) $(wildcard exercises/*) $(PACKAGE)
	$(PY) exercises/release.py
	@mkdir -p $(@D) && touch $@

lab: release  ## JupyterLab on a copy of the releases in work/ (never over what is there)
	$(PY) exercises/lab.py

grade: release  ## grade SUBMISSIONS=DIR [ASSIGNMENT=NAME]; without: the sample class
ifeq ($(SUBMISSIONS),)
	$(PY) exercises/sample_class.py
	$(BIN)/rnn-course grade $(ASSIGNMENT)
else
	$(BIN)/rnn-course grade $(ASSIGNMENT) --submissions "$(SUBMISSIONS)"
endif

formgrader: setup  ## mark the written answers by hand, in the browser
	$(BIN)/rnn-course formgrader

feedback: setup  ## make each student's feedback page [ASSIGNMENT=NAME]
	$(BIN)/rnn-course feedback $(ASSIGNMENT)

export: setup  ## write the grades as CSV
	$(BIN)/rnn-course export

course: setup  ## everything once: book, releases, sample class graded; says where it all is
	$(MAKE) --no-print-directory book
	$(MAKE) --no-print-directory release
	$(MAKE) --no-print-directory grade SUBMISSIONS=
	$(MAKE) --no-print-directory feedback ASSIGNMENT=
	@echo
	@echo "the book              _build/html/index.html   (make read serves it)"
	@echo "student notebooks     _build/exercises/release/   and _build/student-kit.zip"
	@echo "grades                $(COURSE)/grades.csv"
	@echo "feedback              $(COURSE)/feedback/"

test: setup  ## every test but those that need a browser, the quick ones first
	$(PY) -m pytest -m "not browser"

browser-test: setup  ## open every page of the built book in Chromium
	$(PY) -m pytest -m browser

bench: setup  ## the measurements that the book quotes
	$(PY) bench/run.py

evidence: setup  ## the full tables of proof and attack; long
	$(PY) bench/evidence.py

lint: setup  ## ruff: lint and format, as before each commit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lock: setup  ## (for maintainers) write requirements.lock from what .venv holds
	$(BIN)/pip freeze --exclude-editable | sed 's/+cpu$$//' \
		| grep -v -i -E '^(nvidia|cuda|triton)' > requirements.lock.new
	mv requirements.lock.new requirements.lock
	@touch $(INSTALLED)

clean:  ## delete _build/ (never class/, work/ or .venv/)
	rm -rf _build
