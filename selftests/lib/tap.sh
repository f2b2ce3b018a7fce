# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by what tests from outside of a VM: its checks as TAP.

count=0
failed=0

# result STATUS NAME [LOG]: a check; if it failed, with the end of LOG.
result()
{
	: $((++count))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	: $((++failed))
	echo "not ok $count - $2"
	[ -z "${3:-}" ] || tail -n 60 "$3" | sed 's/^/# /'
}

skip() # NAME REASON
{
	echo "ok $((++count)) - $1 # SKIP $2"
}

# The last line. Fails if a check has.
plan()
{
	echo "1..$count"
	[ "$failed" -eq 0 ]
}
