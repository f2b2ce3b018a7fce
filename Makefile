# SPDX-License-Identifier: GPL-2.0-only
# Targets for people. The kernel's build system starts at Kbuild.

KREL ?= $(shell uname -r)
KDIR ?= $(firstword $(wildcard /lib/modules/$(KREL)/build \
			       /usr/src/linux-headers-$(KREL)) \
		    /lib/modules/$(KREL)/build)
DESTDIR ?=
PREFIX ?= /usr/local
DEPS := selftests/deps
VERSION := $(shell sed -n 's/.define FTPMARK_VERSION "\(.*\)"/\1/p' module/version.h)
dkms_source := $(DESTDIR)/usr/src/nf_ftpmark-$(VERSION)

.DELETE_ON_ERROR:

.PHONY: all
all: module tool

.PHONY: module
module: $(KDIR)/Makefile
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

$(KDIR)/Makefile:
	$(error no headers of kernel $(KREL): install linux-headers-$(KREL), \
or name another kernel with KREL= or its headers with KDIR=)

.PHONY: tool
tool:
	$(MAKE) -C tools

.PHONY: install
install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates INSTALL_MOD_STRIP=1 modules_install
	$(if $(DESTDIR),,depmod -a $(KREL))
	$(MAKE) -C tools DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) install

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)/lib/modules/$(KREL)/updates/nf_ftpmark.ko*
	$(if $(DESTDIR),,depmod -a $(KREL))
	$(MAKE) -C tools DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) uninstall

# The module's source, and only that, where DKMS and the packages want it.
.PHONY: dkms
dkms:
	mkdir -p $(dkms_source)/module/compat
	install -m 0644 Kbuild dkms.conf $(dkms_source)
	install -m 0644 module/*.[ch] $(dkms_source)/module
	install -m 0644 module/compat/*.h $(dkms_source)/module/compat
	$(if $(DESTDIR),,dkms install nf_ftpmark/$(VERSION) -k $(KREL))

.PHONY: deb
deb:
	$(DEPS) build deb
	packaging/deb build/deb

.PHONY: rpm
rpm:
	$(DEPS) build rpm
	packaging/rpm build/rpm

# All of a release, from the tag of the version in module/version.h, or from REF=.
.PHONY: release
release:
	$(DEPS) build deb rpm
	packaging/release build build/release $(REF)

.PHONY: demo
demo:
	$(DEPS) build vm cluster
	$(MAKE) tool
	selftests/demo $(DEMO)

.PHONY: check
check:
	$(DEPS) build deb rpm vm test lint kernels newest
	$(MAKE) tool
	selftests/check --host

# What becomes of the packages on a Debian system, in VMs, of this machine's
# distribution or another: DISTRIBUTION=trixie.
.PHONY: check-packages check-packages-full
check-packages-full: private PACKAGES_FLAGS := --full
check-packages check-packages-full:
	$(DEPS) build packages
	mkdir -p build
	selftests/packages/check_packages $(PACKAGES_FLAGS) $(DISTRIBUTION) | tee build/packages.tap | \
		selftests/judge/verdict --closing

# Every kernel of Debian's, with gcc and clang. SHORT=1: one of each kind.
.PHONY: check-matrix
check-matrix:
	$(DEPS) matrix
	mkdir -p build
	selftests/machine/matrix $(if $(SHORT),--short) | tee build/matrix.tap
	selftests/judge/verdict --label matrix --closing <build/matrix.tap

# The newest kernels of Debian's testing, unstable and backports, as of today.
.PHONY: check-newest
check-newest:
	$(DEPS) build vm test newest
	$(MAKE) tool
	selftests/check_newest $(DISTRIBUTIONS)

# Other processors, as QEMU emulates them: ARCHITECTURES="s390x arm64".
.PHONY: check-arch
check-arch:
	$(DEPS) build vm test arch
	selftests/check_arch $(ARCHITECTURES)

# Kernels with the detectors of bugs are built once and kept. SHORT=1: those that
# find most in the time.
.PHONY: check-debug
check-debug:
	$(DEPS) build vm test debug
	$(MAKE) tool
	selftests/check_debug $(if $(SHORT),--short) $(addprefix -k ,$(KERNELS))

# As long as you like: SECONDS= of each fuzzer. What it finds joins the corpus.
.PHONY: fuzz
fuzz:
	$(DEPS) test
	$(MAKE) -C selftests/fuzz long

# What "make check" does briefly if FTPMARK_ALL is set, for hours: in the stock
# kernels, then with detectors, by default in all that check_debug knows.
SOAK_TESTS := $(addprefix -T ,concurrency.sh ftp_load.sh hostile.sh \
	hostile_spoof.sh sysfs_fuzz.sh)
.PHONY: soak soak-debug
soak:
	$(DEPS) build vm test kernels
	$(MAKE) tool
	FTPMARK_SOAK=1 selftests/check $(SOAK_TESTS) -T ecmp.sh
	$(MAKE) soak-debug

soak-debug:
	$(DEPS) build vm test debug
	$(MAKE) tool
	FTPMARK_SOAK=1 selftests/check_debug $(addprefix -k ,$(KERNELS)) \
		$(SOAK_TESTS)

# What the CI repeats only if its files have changed, such as the module: run it then,
# and commit selftests/results.tsv.
.PHONY: check-changed
check-changed:
	$(DEPS) build vm test debug
	selftests/steps changed

# All that takes too long for each change, for hours. It goes on where it was
# broken off, and keeps its results in selftests/results.tsv.
.PHONY: nightly
nightly:
	selftests/steps nightly

.PHONY: lint
lint:
	$(DEPS) build lint kernels
	selftests/lint

# In build/bench: tables, plots, and all numbers in a file for machines.
.PHONY: bench
bench:
	$(DEPS) build vm bench kernels
	$(MAKE) tool
	selftests/bench/run $(BENCH_FLAGS)

.PHONY: bench-check
bench-check:
	$(DEPS) build vm bench kernels
	mkdir -p build
	selftests/bench/run --check $(BENCH_FLAGS) | \
		selftests/judge/verdict --label bench --closing

.PHONY: bench-native
bench-native:
	$(DEPS) native
	mkdir -p build
	selftests/bench/native $(NATIVE_FLAGS)

.PHONY: clean
clean:
	if [ -e $(KDIR)/Makefile ]; then \
		$(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	$(MAKE) -C tools clean
	rm -rf build

.PHONY: help
help:
	@echo 'make            module for the running kernel (KREL=), and the tool'
	@echo 'make install    both (DESTDIR=, PREFIX=); as root'
	@echo 'make uninstall  undo that'
	@echo 'make dkms       the module for DKMS to build, now and for later kernels'
	@echo 'make deb        Debian packages in build/deb'
	@echo 'make rpm        RPM packages in build/rpm'
	@echo 'make release    source, packages and the tree for DKMS, from the tag (REF=)'
	@echo 'make demo       an FTP cluster behind a router, in a VM; DEMO=failover: two'
	@echo '                directors, DEMO=ecmp: four'
	@echo 'make check      every test, in VMs with the oldest to the newest kernel'
	@echo 'make check-packages  the packages on a Debian system, in VMs'
	@echo 'make check-packages-full  the same, and DKMS builds while it is in use'
	@echo 'make check-matrix   the build for every kernel of Debian 11 to sid (SHORT=1)'
	@echo 'make check-newest   the core tests on the newest kernels that Debian has today'
	@echo 'make check-arch    the core tests on emulated s390x and arm64'
	@echo 'make check-debug   the tests in kernels built to detect bugs (SHORT=1,'
	@echo '                or KERNELS=, such as 6.1-um 6.12-debug 6.1-kcsan)'
	@echo 'make check-changed  what the CI repeats only if the module and such files change'
	@echo 'make fuzz       the parsers of the tool, for long (SECONDS=)'
	@echo 'make soak       the tests of robustness, for hours; then soak-debug: with'
	@echo '                detectors (KERNELS=)'
	@echo 'make nightly    all of these, for hours; goes on where it was broken off'
	@echo 'make lint       the checks that only read or compile'
	@echo 'make bench      instructions that a packet costs, beside all rivals'
	@echo 'make bench-check   the module only, against limits'
	@echo 'make bench-native  the same as time, in a kernel in user mode'
	@echo 'make clean      remove what was built'
