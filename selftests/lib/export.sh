# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced behind lib.sh by tests of "ftpmark export": services, and their exports.

# shellcheck disable=SC2154 # of lib.sh
ftpmark=${FTPMARK:-ftpmark}

# export_to FORMAT SERVICE: exports into $scratch/FORMAT; one check.
export_to()
{
	check "$1: $2 is exported" \
		eval "'$ftpmark' export $2 $1 >'$scratch/$1' 2>'$scratch/export.err'"
}

# Prints an export without its comments.
said() # FORMAT
{
	grep -v '^ *#' "$scratch/$1"
}

services()
{
	"$ftpmark" add ftp vip 192.0.2.10,2001:db8::10 \
		real 10.0.0.11,10.0.0.12,10.0.1.0/24,2001:db8:2::11
	"$ftpmark" add wide mark 0x7 vip 192.0.2.20,192.0.2.21 control 2121,990 \
		passive 30000-30099,40000-49999 real 10.1.0.0/16,10.1.0.0/24 \
		active snat active-ports 2120 notrack 1 on-marked keep \
		passive-from clients
	"$ftpmark" add six mark 6 vip 2001:db8::66 real 2001:db8:6::/64 \
		active masquerade
	"$ftpmark" add plain mark 9 vip 192.0.2.30 passive none active off
}
