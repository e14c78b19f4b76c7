# Front door. Everything real is in CMakeLists.txt, CMakePresets.json and scripts/.
PRESET ?= release
PREFIX ?= /usr/local
BUILD := build/$(PRESET)
CUPEL := $(BUILD)/cupel/cli/cupel

.PHONY: all demo test test-fast bench lint format fuzz asan tsan install setup build golden clean

all: build

setup:
	@scripts/setup

build: setup
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET)

demo: setup
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET) --target cupel
	@scripts/demo $(CUPEL)

test: build
	@scripts/test $(BUILD)

test-fast: build
	@ctest --test-dir $(BUILD) -LE slow --output-on-failure -j2

bench: setup
	@scripts/setup --dev
	@cmake --preset bench >/dev/null
	@cmake --build --preset bench --target cupel benchmarks
	@scripts/bench build/bench

asan tsan:
	@$(MAKE) --no-print-directory PRESET=$@ setup
	@cmake --preset $@ >/dev/null
	@scripts/sanitize $@

fuzz:
	@scripts/setup --dev
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz --target fuzz_targets
	@scripts/fuzz build/fuzz

lint:
	@scripts/setup --dev
	@scripts/lint

format:
	@git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

golden: build
	@CUPEL_UPDATE_GOLDEN=1 ctest --test-dir $(BUILD) -L golden --output-on-failure

install: build
	@cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	@rm -rf build
