# Every target sets up what it needs by itself, once. PYTHON names the interpreter that starts it; without it the first that works.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11 python3.10 python3.9 "$$HOME"/.pyenv/versions/3.*/bin/python3; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null && echo "$$python" && break; done)
endif
ifeq ($(PYTHON),)
$(error no Python 3.9 or later on PATH or under pyenv; name one: make PYTHON=/path/to/python3)
endif
ARGS ?=
LOGS ?=
RUN := $(PYTHON) -m tools.environment run

.DEFAULT_GOAL := help
.PHONY: help hunt hunts test lab package bench lint appinspect new-command new-hunt try-hunt notebook clean

help: ## list the targets
	@grep -E '^[a-z-]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+): .*## /  make \1	/'

hunt: ## ranked findings of the simulated network, or of LOGS=/path/to/zeek
	@$(RUN) -m lab.hunt $(if $(LOGS),"$(LOGS)") $(ARGS)

test: ## the suite on Python 3.9, 3.13 and the running one, then lint; ARGS go to pytest
	@$(PYTHON) -m tools.run_tests $(ARGS)

lab: ## the dashboards in a browser, on LOGS=/path/to/zeek or the simulated network; with ARGS the lab's command line
	@$(RUN) $(if $(ARGS),-m lab.cli $(ARGS),-m lab.web $(if $(LOGS),"$(LOGS)"))

package: ## dist/zeek_hunting-<version>.spl; ARGS=--bundle-numpy for the flavour with numpy
	@PYTHON="$(PYTHON)" ./package.sh $(ARGS)

bench: ## speed and memory beside the splunk-sdk
	@$(RUN) -m bench $(ARGS)

lint: ## ruff, mypy and generated files
	@$(PYTHON) -m tools.lint

appinspect: ## Splunk's own checks over the package
	@$(PYTHON) -m tools.appinspect $(ARGS)

new-command: ## a new streaming command from a template: NAME=, and TITLE= what it is for
	@$(PYTHON) -m tools.new_command $(NAME) $(if $(TITLE),"$(TITLE)")

hunts: ## saved searches, macros and pages from hunts/*.yml
	@$(RUN) -m tools.hunts $(ARGS)

try-hunt: ## build, then the tests of one hunt alone: NAME=area_what
	@$(RUN) -m tools.hunts
	@$(RUN) -m pytest -q tests/hunts/test_playbooks.py -k "$(NAME)"

new-hunt: ## a new hunt from a template that works: NAME=area_what
	@$(RUN) -m tools.hunts new $(NAME)

notebook: ## the notebook of a hunt: NAME=c2_beacon_ip
	@$(RUN) -m tools.hunts notebook $(NAME)

clean: ## remove what was built, but not the environments and the cache of vendored code
	rm -rf dist build/test-results build/appinspect.json .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
