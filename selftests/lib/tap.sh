# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by every shell program that prints TAP: numbered checks, notes about
# those that failed, and the plan. A program
#
#	. "$here/../lib/tap.sh"
#	scratch=$(mktemp -d)
#	check "what must work" command...
#	check "what must not" ! command...
#	plan
#
# prints one line for each check and its plan at the end: a program that ends early
# has no plan, and no plan is a failure.

# shellcheck disable=SC2154 # $scratch is the program's

tap_count=0
tap_failed=0
# A failed check shows at most this many lines of its command's output, the last.
tap_lines=100

# note TEXT...: prints text for the reader of the log.
note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() # NAME
{
	echo "ok $((++tap_count)) - $1"
}

not_ok() # NAME
{
	echo "not ok $((++tap_count)) - $1"
	: $((++tap_failed))
}

skip() # NAME REASON: one check that cannot be made here
{
	echo "ok $((++tap_count)) - $1 # SKIP $2"
}

# result STATUS NAME [LOG]: reports a check that was made already. If it failed,
# the end of LOG is shown.
result()
{
	if [ "$1" -eq 0 ]; then
		ok "$2"
		return
	fi
	not_ok "$2"
	[ -z "${3:-}" ] || tail -n "$tap_lines" "$3" | sed 's/^/# /'
}

# check NAME [!] COMMAND [ARG...]: the command must succeed or, after "!", be
# refused. A command that cannot be run at all was not refused. What it prints
# is left in $scratch/check.
check()
{
	local name=$1 refused="" status=0

	shift
	[ "$1" != "!" ] || { refused=1; shift; }
	"$@" >"$scratch/check" 2>&1 || status=$?
	if [ -z "$refused" ] && [ "$status" -eq 0 ]; then
		ok "$name"
	elif [ -n "$refused" ] && [ "$status" -gt 0 ] && [ "$status" -lt 124 ]; then
		ok "$name"
	else
		not_ok "$name"
		note "exit status $status of: ${refused:+! }$*"
		tail -n "$tap_lines" "$scratch/check" | sed 's/^/# /'
	fi
}

check_equal() # NAME EXPECTED ACTUAL
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		note "expected: $2"
		note "     got: $3"
	fi
}

# Prints the plan, which is the last line. Fails if a check has failed.
plan()
{
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
