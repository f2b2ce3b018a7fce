# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Runs apt-get on a machine where another program may be using it.

# How long to wait for it.
: "${FTPMARK_APT_SECONDS:=600}"

# apt_get WORD...: apt-get itself waits for dpkg's lock, if it is told to, but not for
# those of its lists and archives.
apt_get()
{
	local status=1 deadline=$((SECONDS + FTPMARK_APT_SECONDS)) errors said=

	errors=$(mktemp) || return
	until LC_ALL=C apt-get -o "DPkg::Lock::Timeout=$FTPMARK_APT_SECONDS" "$@" \
			2>"$errors" && status=0; do
		[ "$SECONDS" -lt "$deadline" ] || break
		grep -q '^E: Could not get lock ' "$errors" || break
		[ -n "$said" ] ||
			echo "another program is using apt: waiting, at most $FTPMARK_APT_SECONDS s" >&2
		said=1
		sleep 2
	done
	cat "$errors" >&2
	rm -f "$errors"
	return "$status"
}
