# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests and by machine/common.sh: the cache, which keeps what deps has
# unpacked and the kernels that were built.

# A user's PATH may lack modprobe, depmod and ipvsadm.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
umask 022

: "${FTPMARK_CACHE:=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/nf_ftpmark}"

# ftp_server NAME: prints the program, the system's or the one that deps unpacked.
ftp_server()
{
	command -v "$1" && return
	[ -x "$FTPMARK_CACHE/ftpd/$1/usr/sbin/$1" ] &&
		echo "$FTPMARK_CACHE/ftpd/$1/usr/sbin/$1"
}
