# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by all that builds or boots kernels: how to find kernels, their headers and
# their sources.

# shellcheck source-path=SCRIPTDIR source=../lib/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/cache.sh"

# Kernel series that are supported and tested, oldest to newest, and those of them whose
# source the kernels with detectors are built from; "check" takes these by default.
: "${FTPMARK_SERIES:=5.10 6.1 6.12 7.3}"
: "${FTPMARK_SOURCES:=6.1 6.12}"
ftpmark_top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
}

# The processors that this may run on, one a line.
allowed_processors()
{
	python3 -c 'import os; print(*sorted(os.sched_getaffinity(0)), sep="\n")'
}

# follow PID FILE: prints FILE as it grows, until PID ends.
follow()
{
	tail -q -f -c +1 -s 0.1 --pid="$1" "$2"
}

# test_program NAME: prints the test NAME or FOLDER/NAME as FOLDER/NAME.
test_program()
{
	local file

	for file in "$ftpmark_top"/selftests/{,*/}"$1"{,.c}; do
		[ -f "$file" ] || continue
		file=${file#"$ftpmark_top/selftests/"}
		echo "${file%.c}"
		return
	done
	return 1
}

# Whether NAME is SERIES-VARIANT: debug and kcsan run in QEMU, um is a program.
kernel_is_variant() # NAME
{
	case $1 in
	*-debug | *-kcsan | *-um) ;;
	*) return 1 ;;
	esac
}

# foreign_triplet ARCH: how compilers call an architecture of which QEMU emulates the
# machine, or fails.
foreign_triplet()
{
	case $1 in
	arm64) echo aarch64-linux-gnu ;;
	s390x) echo s390x-linux-gnu ;;
	*) return 1 ;;
	esac
}

# foreign_variables ARCH: the kernel's variables for such a build, one a line.
foreign_variables()
{
	local -A names=([arm64]=arm64 [s390x]=s390)

	echo "ARCH=${names[$1]}"
	echo "CROSS_COMPILE=$(foreign_triplet "$1")-"
}

# kernel_is_foreign NAME: whether a release, or SERIES-ARCH, is of such a machine.
kernel_is_foreign()
{
	[[ $1 == *-* ]] && foreign_triplet "${1##*-}" >/dev/null
}

# kernel_variant SERIES-VARIANT [OPTION...]: prints the directory of a kernel such as
# 6.1-debug, which build_kernel builds first if need be, unless one of its options
# says otherwise.
kernel_variant()
{
	local configs=$ftpmark_top/selftests/machine/kernel
	local series=${1%%-*} variant=${1#*-}
	local arguments=(-k "$series" "${@:2}") fragments=("$configs/base.config")

	kernel_is_variant "$1" || return
	[ ! -e "$configs/$series.config" ] ||
		fragments+=("$configs/$series.config")
	if [ "$variant" = um ]; then
		arguments+=(-a um)
		fragments+=("$configs"/{um,debug}.config)
	else
		fragments+=("$configs"/{qemu,"$variant"}.config)
	fi
	"$ftpmark_top/selftests/machine/build_kernel" "${arguments[@]}" "$variant" \
		"${fragments[@]}"
}

# kernel_built RELEASE: prints the directory that build_kernel left it in, or fails.
kernel_built()
{
	local dir

	dir=$FTPMARK_CACHE/kernels/$(kernel_series "$1")-${1#*-}
	[ -e "$dir/release" ] && echo "$dir"
}

# kernel_arch RELEASE: x86, um for one that runs in user mode, or that of another machine.
kernel_arch()
{
	local built

	built=$(kernel_built "$1") ||
		{ kernel_is_foreign "$1" && built=$(kernel_root "$1"); } ||
		{ echo x86; return; }
	cat "$built/arch"
}

# kernel_root RELEASE: prints the root of another distribution or machine that "root" or
# "foreign_root" has made with this kernel, or fails. What is installed on this machine is preferred.
kernel_root()
{
	local file

	[ -n "$1" ] && [ ! -e "/boot/vmlinuz-$1" ] || return
	for file in "$FTPMARK_CACHE"/{roots,foreign}/*/release; do
		[ ! -e "$file" ] || [ "$(<"$file")" != "$1" ] ||
			{ echo "${file%/release}"; return; }
	done
	return 1
}

# kernel_image RELEASE: the file that boots.
kernel_image()
{
	local dir

	if dir=$(kernel_built "$1"); then
		echo "$dir/image"
	elif dir=$(kernel_root "$1"); then
		echo "$dir/kernel/boot/vmlinuz-$1"
	else
		echo "/boot/vmlinuz-$1"
	fi
}

# kernel_modules RELEASE: the root directory that has its modules.
kernel_modules()
{
	local root

	kernel_built "$1" && return
	root=$(kernel_root "$1") || { echo /; return; }
	echo "$root/kernel"
}

# kernel_headers RELEASE: the directory to build a module against; in the root of
# another distribution the build runs in that root.
kernel_headers()
{
	local dir

	dir=$(kernel_built "$1") && echo "$dir/build" && return
	for dir in "/lib/modules/$1/build" "/usr/src/linux-headers-$1"; do
		[ -e "$dir/Makefile" ] && echo "$dir" && return
	done
	dir=$(kernel_root "$1") && echo "$dir/usr/src/linux-headers-$1"
}

# kernels_installed SERIES: stock kernels that can be booted; first those with headers,
# then the newest. Debian's other flavours lack drivers or features of the tests.
kernels_installed()
{
	local image release headers

	for image in "/boot/vmlinuz-$1".*; do
		release=${image#/boot/vmlinuz-}
		case $release in
		*-cloud-* | *-rt-* | *-dbg) continue ;;
		esac
		[ -r "$image" ] || continue
		[ -e "/lib/modules/$release/modules.dep" ] || continue
		headers=1
		kernel_headers "$release" >/dev/null || headers=0
		echo "$headers $release"
	done | sort -k 1,1rn -k 2,2rV | cut -d ' ' -f 2
}

# kernels_in_roots SERIES: kernels of other distributions, the newest first.
kernels_in_roots()
{
	cat "$FTPMARK_CACHE"/roots/*/release 2>/dev/null | grep "^$1\\." | sort -rV
}

# kernels_foreign SERIES-ARCH: kernels of another machine, the newest first.
kernels_foreign()
{
	cat "$FTPMARK_CACHE/foreign/${1#*-}"-*/release 2>/dev/null |
		grep "^${1%%-*}\\." | sort -rV
}

# kernel_distributions SERIES: those that have it, one a line.
kernel_distributions()
{
	awk -F '\t' -v series="$1" '$1 == series { print $2 }' \
		"$ftpmark_top/selftests/machine/debian.tsv"
}

# kernel_pair DISTRIBUTION: prints the series of its kernel, and of a newer one that it
# has too: in backports, or beside the first.
kernel_pair()
{
	local first newer

	first=$(awk -F '\t' -v name="$1" '$2 == name { print $1 }' \
		"$ftpmark_top/selftests/machine/debian.tsv")
	newer=$(awk -F '\t' -v name="$1-backports" '$2 == name { print $1 }' \
		"$ftpmark_top/selftests/machine/debian.tsv")
	[ -n "$first" ] && echo "$first ${newer:-${FTPMARK_SOURCES##* }}"
}

# kernel_release [RELEASE|SERIES|SERIES-VARIANT]: prints the release to use, or fails.
# Without an argument, a stock one of the first series that has any.
kernel_release()
{
	local built series release

	if built=$(kernel_variant "${1:-}" -n 2>/dev/null) ||
	   built=$(kernel_built "${1:-}"); then
		cat "$built/release"
		return
	fi
	if [ -n "${1:-}" ] && [ -e "/boot/vmlinuz-$1" ] ||
	   kernel_root "${1:-}" >/dev/null; then
		echo "$1"
		return
	fi
	if kernel_is_foreign "${1:-}"; then
		release=$(kernels_foreign "$1")
		[ -n "$release" ] && echo "${release%%$'\n'*}"
		return
	fi
	for series in ${1:-$FTPMARK_SOURCES}; do
		release=$(kernels_installed "$series")
		[ -n "$release" ] || release=$(kernels_in_roots "$series") || true
		[ -n "$release" ] && echo "${release%%$'\n'*}" && return
	done
	return 1
}

# kernel_own: the same, of one that this machine has headers of: the others need a root
# to be built in.
kernel_own()
{
	local series release

	for series in $FTPMARK_SOURCES; do
		release=$(kernels_installed "$series")
		[ -n "$release" ] && echo "${release%%$'\n'*}" && return
	done
	return 1
}

# kernel_fetch_foreign SERIES ARCH: the last of the distributions that have it may lack
# that architecture's.
kernel_fetch_foreign()
{
	local foreign=$ftpmark_top/selftests/machine/foreign_root distribution release

	for distribution in $(kernel_distributions "$1" | tac); do
		release=$("$foreign" release "$2" "$distribution") || return
		[[ $release == "$1".* ]] || continue
		"$foreign" build "$2" "$distribution" >/dev/null
		return
	done
	return 1
}

# kernel_ready KERNEL: as kernel_release, but first builds a variant, or fetches what only another
# distribution has, if need be.
kernel_ready()
{
	local distribution

	if kernel_is_variant "$1"; then
		kernel_variant "$1" >/dev/null || return
	elif kernel_is_foreign "$1" && [ -z "$(kernel_root "$1")" ]; then
		kernel_fetch_foreign "${1%%-*}" "${1##*-}" || return
	elif ! kernel_release "$1" >/dev/null; then
		distribution=$(kernel_distributions "$1" | tail -n 1)
		[ -n "$distribution" ] || return
		"$ftpmark_top/selftests/machine/root" "$distribution" >/dev/null ||
			return
	fi
	kernel_release "$1"
}

# kernel_series RELEASE: 6.12.117+deb12-amd64 -> 6.12
kernel_series()
{
	[[ $1 =~ ^[0-9]+\.[0-9]+ ]] && echo "${BASH_REMATCH[0]}"
}

# kernel_source SERIES: the directory of the unpacked part of linux-source-SERIES.
kernel_source()
{
	echo "$FTPMARK_CACHE/linux-source-$1"
}

# copy_module DIR: copies the source of the module, and nothing built.
copy_module()
{
	mkdir -p "$1"
	cp -r "$ftpmark_top/Kbuild" "$ftpmark_top/module" "$1"
	find "$1" \( -name '*.o' -o -name '*.cmd' -o -name '*.ko' \) -delete
}

# build_module RELEASE DIR [MAKE_ARG...]: builds in a copy for each kernel, so that
# several can be built at once.
build_module()
{
	local headers

	headers=$(kernel_headers "$1") || {
		echo "no headers of $1: run selftests/deps kernels"
		return 1
	}
	copy_module "$2"
	make_module "$1" "$2" W=1 "${@:3}"
}

# make_module RELEASE DIR [MAKE_ARG...]: builds the copy in DIR. A kernel with detectors
# has UBSAN and counters of lines not for all its code, but for this module.
make_module()
{
	local headers root args=(-j "$(allowed_processors | wc -l)" "${@:3}")

	headers=$(kernel_headers "$1")
	if root=$(kernel_root "$1") && [[ $headers == "$root"/* ]]; then
		[ ! -e "$root/arch" ] ||
			mapfile -t -O "${#args[@]}" args < <(foreign_variables "$(<"$root/arch")")
		"$ftpmark_top/selftests/machine/inside" "$root" "$2" -- \
			make -C "${headers#"$root"}" M="$2" "${args[@]}" modules
		return
	fi
	if kernel_built "$1" >/dev/null; then
		args+=(UBSAN_SANITIZE=y ARCH="$(kernel_arch "$1")")
		! grep -qx CONFIG_GCOV_KERNEL=y "$headers/.config" ||
			args+=(GCOV_PROFILE=y)
	fi
	make -C "$headers" M="$2" "${args[@]}" modules
}

# build_module_without_ipvs RELEASE DIR: builds as for a kernel without IPVS. A header
# that is included behind autoconf.h undefines its options.
build_module_without_ipvs()
{
	mkdir -p "$2"
	printf '#undef %s\n' CONFIG_IP_VS CONFIG_IP_VS_MODULE >"$2/no_ipvs.h"
	build_module "$1" "$2" CONFIG_IP_VS= KCFLAGS="-include $2/no_ipvs.h"
}
