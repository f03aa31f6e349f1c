# The two commands of the README: `make demo` and `make test`. Both install what is missing on Debian 12.
PACKAGES = libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev libsvm-dev liblbfgs-dev rapidjson-dev
# Schemas are tested with a validator that is not ours.
TEST_PACKAGES = python3-jsonschema
BENCH_PACKAGES = valgrind
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: demo test build packages test-packages bench-packages browser instructions format format-check examples man \
  man-check install

packages: MISSING = $(PACKAGES)
# Tests of pages run where there is a browser; with GEOC_BROWSER=1 they fail where there is none.
browser: MISSING = chromium

test-packages: MISSING = $(PACKAGES) $(TEST_PACKAGES)
bench-packages: MISSING = $(PACKAGES) $(BENCH_PACKAGES)

packages test-packages bench-packages browser:
	@missing=""; for p in $(MISSING); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $$missing; fi

# With Swift's libraries inside, the program starts in half the time and runs where there is no Swift.
build: packages
	swift build -c release --static-swift-stdlib --product geoc

# Real EMG recordings through our own compiler and interpreter.
demo: build
	.build/release/geoc check examples/emg-spd-bwbn.yaml
	.build/release/geoc compile examples/emg-spd-bwbn.yaml --report --function step
	.build/release/geoc run examples/emg-spd-bwbn.yaml

test: test-packages
	swift build --build-tests
	swift test --skip-build
	for level in $(LEVELS); do GEOC_KERNELS=$$level swift test --skip-build --filter '$(KERNEL_TESTS)' || exit 1; done

# Instructions of four fixed plans against the counts of the repository, with the binary that the tests built.
instructions: bench-packages
	python3 Tests/Benchmarks/instructions.py --geoc .build/debug/geoc

# Instruction sets that were built and are below the best one of this processor, and the tests that run kernels on golden
# vectors.
comma = ,
BUILT = $(or $(subst $(comma), ,$(GEOC_KERNEL_LEVELS)),v2 v3 v4)
LOWER = $(shell grep -qw avx512f /proc/cpuinfo && echo v2 v3 || (grep -qw avx2 /proc/cpuinfo && echo v2))
LEVELS = $(filter $(BUILT),$(LOWER))
KERNEL_TESTS = GeocKernelsTests|GeocOpsTests.OracleTests|OptimizerOracleTests

# Manual pages, from the commands' own declarations by the generator of swift-argument-parser.
MAN_TOOL = .build/checkouts/swift-argument-parser
man:
	swift build --product geoc
	swift build --package-path $(MAN_TOOL) --scratch-path .build/man-tool --product generate-manual
	mkdir -p docs/man && rm -f docs/man/*.1
	.build/man-tool/debug/generate-manual --multi-page --date 2026-01-01 --output-directory docs/man .build/debug/geoc

# Fails where the pages are not those that `make man` writes now.
man-check: man
	@git diff --exit-code --stat -- docs/man && test -z "$$(git ls-files --others --exclude-standard docs/man)"

PREFIX = /usr/local
install: build
	install -D -m 755 .build/release/geoc $(DESTDIR)$(PREFIX)/bin/geoc
	for page in docs/man/*.1; do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man1/$$(basename $$page); done
	mkdir -p $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	.build/release/geoc --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/geoc
	.build/release/geoc --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_geoc
	.build/release/geoc --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/geoc.fish

SOURCES = Package.swift Sources Tests

format:
	swift format format -i -r --configuration .swift-format $(SOURCES)

format-check:
	swift format lint -s -r --configuration .swift-format $(SOURCES)

# Every example compiled and run for one epoch, with the binary that the tests built; the tests check them all.
GEOC = $(CURDIR)/.build/debug/geoc
examples:
	@set -e; work=$$(mktemp -d); for spec in examples/*.yaml; do \
	  echo "== $$spec"; \
	  $(GEOC) compile $$spec -o $$work/model.geoplan; \
	  epochs=$$(grep -q '^  epochs:' $$spec && echo --set train.epochs=1 || true); \
	  (cd $$work && $(GEOC) run $(CURDIR)/$$spec $$epochs --quiet); \
	done; \
	for spec in examples/networks/*.yaml; do \
	  echo "== $$spec"; \
	  $(GEOC) compile $$spec -o $$work/model.geoplan; \
	done; rm -r $$work
