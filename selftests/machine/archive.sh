# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by what makes root file systems: Debian's archive as a machine of $arch sees
# it that has nothing of $distribution installed. apt's state is kept in $state.

# shellcheck disable=SC2154 # set by who sources this
base=${distribution%-backports}
# Release files of distributions that are no longer cared for have expired. Old versions
# of apt give up a download at the first fault of the network.
# shellcheck disable=SC2034 # for who sources this
lenient='Acquire::Check-Valid-Until "false"; Acquire::Retries "5";'

# The mirror is the one that this machine uses, if it has one of that label.
mirror() # LABEL DEFAULT
{
	# shellcheck disable=SC2016 # a field for apt to fill in
	apt-get indextargets --format '$(REPO_URI)' "Label: $1" \
		'Created-By: Packages' 2>/dev/null | sort -u | awk -v default="$2" '
		NR == 1 { uri = $1 }
		END { sub("/*$", "", uri); print uri ? uri : default }'
}

sources()
{
	local main suites=("$base")

	main=$(mirror Debian http://deb.debian.org/debian)
	[ "$base" = "$distribution" ] || suites+=("$distribution")
	printf "deb $main %s main\n" "${suites[@]}"
	case $base in
	sid | unstable) ;;
	*) echo "deb $(mirror Debian-Security http://deb.debian.org/debian-security) $base-security main" ;;
	esac
}

# Kernels come from backports, what they are built with does not.
preferences()
{
	[ "$base" = "$distribution" ] ||
		printf 'Package: linux-*\nPin: release n=%s\nPin-Priority: 900\n' \
			"$distribution"
}

# Runs apt as on a machine of that distribution that has nothing installed.
foreign() # TOOL [ARG...]
{
	LC_ALL=C "$1" -q -o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::Check-Valid-Until=false -o Acquire::Retries=5 \
		-o Dir::Etc::sourcelist="$state/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences="$state/preferences" \
		-o Dir::Etc::preferencesparts=/dev/null \
		-o Dir::State::lists="$state/lists" \
		-o Dir::State::status="$state/status" \
		-o Dir::Cache="$state/cache" "${@:2}"
}

# A mirror may be in the middle of an update: the lists that are there will do.
fetch_lists()
{
	mkdir -p "$state"/lists/partial "$state"/cache/archives/partial
	touch "$state/status"
	sources >"$state/sources.list"
	preferences >"$state/preferences"
	foreign apt-get update >"$state/log" 2>&1 ||
		foreign apt-cache show "linux-headers-$arch" >/dev/null 2>&1 ||
		{ cat "$state/log" >&2; die "no package lists of $distribution"; }
}

# Prints the packages of that kernel that a package depends on, and that there are.
kernel_packages() # RELEASE PACKAGE
{
	foreign apt-cache depends --important --recurse "$2" |
		awk -v release="$1" '
			/^[^ ]/ && substr($1, length($1) - length(release)) == "-" release &&
				/^linux-/ { print $1 }' | sort -u
}

# Prints the release of the distribution's newest kernel.
newest_release()
{
	foreign apt-cache depends --important "linux-headers-$arch" |
		awk '$1 == "Depends:" && $2 ~ /^linux-headers-[0-9]/ {
			print substr($2, length("linux-headers-") + 1); exit
		}'
}

unpack_kernel() # DIR
{
	local deb

	mkdir "$1/kernel"
	for deb in "$1"/srv/kernel/*.deb; do
		dpkg-deb -x "$deb" "$1/kernel"
	done
	rm -r "$1/srv/kernel" "$1"/kernel/usr/share
	[ -e "$1/kernel/lib" ] || ln -s usr/lib "$1/kernel/lib"
	# As of Linux 7.2 it is installed there by another program.
	if [ ! -e "$1/kernel/boot/vmlinuz-$2" ]; then
		mkdir -p "$1/kernel/boot"
		ln -s "../lib/modules/$2/vmlinuz" "$1/kernel/boot/vmlinuz-$2"
	fi
	depmod -b "$1/kernel" "$2"
	[ -r "$1/kernel/boot/vmlinuz-$2" ] || die "no image in linux-image-$2"
}
