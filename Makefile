# make run · sample · test · quick · test-gpu · soak · format · bench · examples · docs · train
#
# Each target first makes the virtual environment .venv and installs what it needs; a second time, or when the
# requirements haven't changed, that costs nothing. PYTHON=python3.12 chooses another Python (3.11 or newer),
# PROMPT="a cat" another sample, ARGS="--port 8000" more arguments for run, bench and examples.

PYTHON ?= python3
PROMPT ?= a panda on a green background
SAMPLE ?= outputs/sample.mp4
ARGS ?=

FUSE ?= --fuse
SOAK ?= 100
QUICK := $(patsubst %,tests/test_%.py,request vocabulary imports schedule guidance catalogue cli video clips)
FUZZ := tests/test_request.py tests/faults/test_weights.py tests/faults/test_mutated.py tests/space/test_fuzz.py

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile  # of 25,000 modules a fifth is ever used
MODELSCOPE := modelscope>=1.40,<2

.PHONY: space run sample test quick test-gpu soak lint format bench examples docs train browser debootstrap clean
.DEFAULT_GOAL := run
unexport PYTHONDONTWRITEBYTECODE  # the tests start Python hundreds of times; compiled modules start faster

run: $(VENV)/runtime
	$(BIN)/python app.py $(ARGS)

sample: $(VENV)/runtime
	$(BIN)/t2v "$(PROMPT)" -o "$(SAMPLE)" $(ARGS)

# The tests in the browser have two processes of their own: Playwright keeps an event loop running, and each starts
# Chromium, a server and its workers. One that fails is tried once more, and named (-rR): a busy processor can hold
# Chromium for seconds. The others run in the order of tests/conftest.py: files with slow tests first.
test: $(VENV)/dev browser lint
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m browser --reruns 1 -rR --durations=10 $(ARGS)
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder --durations=10 \
		-m "not browser and not gpu and not soak" $(ARGS)

# Under a minute on two cores: requests, the command, samplers, videos and clips, and what imports what. It leaves
# out the networks and weights, the page and its browser, the hub, what goes wrong, the peers and the training.
quick: $(VENV)/dev lint
	$(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist loadfile -m "not (browser or parity or slow)" $(QUICK) $(ARGS)

# On a machine with an NVIDIA GPU, in minutes; those of several GPUs need two. A model of the published size is made of
# random numbers.
test-gpu: $(VENV)/dev
	$(BIN)/python -m pytest -q -m "gpu or kernel" --durations=10 tests/gpu tests/kernels $(ARGS)

# Hours: T2V_SOAK times as many odd requests and damaged weights, installing all anew, then the app under load.
soak: $(VENV)/dev browser debootstrap
	T2V_SOAK=$(SOAK) $(BIN)/python -m pytest -q -n auto --dist loadfile $(FUZZ)
	$(BIN)/python -m pytest -q -m soak tests
	$(BIN)/python benchmarks/load.py $(ARGS)
	$(BIN)/python -m benchmarks.crowd $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks.cpu $(ARGS)

examples: $(VENV)/runtime
	$(BIN)/python -m t2v.space.examples $(ARGS)

# The pages of docs/ as a site, in site/index.html.
docs: $(VENV)/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# Needs GPUs, the more the better; training/README.md says how long each step takes and on what. Options of its long
# steps: make train VAE="--seconds 900" UNET="--seconds 3000" EVALUATE="--clips 64"; FUSE= where there is no GPU.
train: $(VENV)/dev
	$(BIN)/python -m training.dataset --out runs/data
	$(BIN)/python -m training.tokens --out runs/tokenizer
	$(BIN)/accelerate launch -m training.vae $(FUSE) --frames 32 $(VAE)
	$(BIN)/accelerate launch -m training.unet $(FUSE) --merges runs/tokenizer/merges.txt $(UNET)
	$(BIN)/python -m training.export --vae runs/vae/vae.safetensors --unet runs/unet/unet.safetensors \
		--text runs/unet/text_encoder.safetensors --out runs/emoji
	mkdir -p runs/emoji/tokenizer
	cp runs/tokenizer/* runs/emoji/tokenizer
	$(BIN)/python -m training.vocabulary --out runs/emoji/vocabulary.json
	$(BIN)/python -m training.evaluate --model runs/emoji $(EVALUATE)

# Uploads the page as a Space of Hugging Face: make space SPACE=user/name, with ARGS=--dry-run for a list of the files.
space: $(VENV)/runtime
	@$(BIN)/python -m tools.space "$(SPACE)" $(ARGS)

clean:
	rm -rf $(VENV) outputs site .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "t2v needs Python 3.11 or newer: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Without an NVIDIA GPU torch comes from the index of its CPU wheels, where that can be reached.
$(VENV)/runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what t2v needs (once; several minutes where PyTorch has to be downloaded) …"
	$(PIP) $$($(BIN)/python tools/torch_wheels.py) --requirement requirements.txt
	$(PIP) --no-deps --editable .
	@touch $@

# ModelScope comes alone: the tests read three of its files, and these need nothing but PyTorch.
$(VENV)/dev: requirements-dev.txt $(VENV)/runtime
	$(PIP) --requirement requirements-dev.txt
	$(PIP) --no-deps "$(MODELSCOPE)"
	@touch $@

# Some tests open the page in a real browser, some through a real proxy; one reads files with exiftool.
browser:
	@export PATH="$$PATH:/usr/sbin"; { command -v chromium && command -v nginx && command -v exiftool; } > /dev/null || { \
		echo "Installing Debian's chromium, nginx and exiftool for the tests …"; \
		[ "$$(id -u)" = 0 ] && apt-get -qq update && \
			DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium nginx libimage-exiftool-perl > /dev/null; \
	} || { echo "The tests need: sudo apt-get install chromium nginx libimage-exiftool-perl"; exit 1; }

# One of the long runs carries out the Dockerfile in a root that debootstrap makes.
debootstrap:
	@PATH="$$PATH:/usr/sbin" command -v debootstrap > /dev/null || { \
		[ "$$(id -u)" = 0 ] && apt-get -qq update && \
			DEBIAN_FRONTEND=noninteractive apt-get -qq install -y debootstrap > /dev/null; \
	} || { echo "The long tests need: sudo apt-get install debootstrap"; exit 1; }
