# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh
#
# Sourced after lib.sh by tests of the tool against the real module: runs the tool
# and compares what it prints.

ftpmark=${FTPMARK:-ftpmark}
sysfs=/sys/kernel/nf_ftpmark/net
says='ftpmark: the kernel says:'
run_as=()

# Runs the tool, through $run_as, and sets $status, $out and $err.
run() # WORD...
{
	status=0
	"${run_as[@]}" "$ftpmark" "$@" >"$scratch/out" 2>"$scratch/err" ||
		status=$?
	slurp out "$scratch/out"
	slurp err "$scratch/err"
}

# One check: the last run ended with STATUS and printed exactly this.
expect() # DESCRIPTION STATUS [STDOUT [STDERR]]
{
	if [ "$status" = "$2" ] && [ "$out" = "${3-}" ] && [ "$err" = "${4-}" ]
	then
		ok "$1"
		return
	fi
	not_ok "$1"
	note "exit $status, expected $2"
	note "$(diff <(echo "${3-}"; echo "${4-}") <(echo "$out"; echo "$err"))"
}

# One check: the last run was refused with a message that begins with WHAT.
expect_error() # DESCRIPTION STATUS WHAT
{
	if [ "$status" = "$2" ] && [ -z "$out" ] &&
	   [[ $err == "ftpmark: $3"* ]]; then
		ok "$1"
		return
	fi
	not_ok "$1"
	note "exit $status: $out: $err"
}

services()
{
	ls "$sysfs/services"
}

setting() # NAME FILE
{
	local text

	slurp text "$sysfs/services/$1/$2" && echo "$text"
}

# Leaves all settings of all services in $state, to see that nothing changed.
state_read()
{
	local file text

	state=
	for file in "$sysfs"/services/*/*; do
		[ ! -f "$file" ] || {
			slurp text "$file"
			state+=$file:$text$'\n'
		}
	done
}

# check_green NAME NAMESPACE [FINDING...]: in the namespace "check" finds no fault, and
# of other things these, each "GRADE ID", in the order of their names.
check_green()
{
	local found

	run -n "$2" check
	found=$(sed -nE 's/^([a-z]+): .*\[(.*)\]$/\1 \2/p' "$scratch/out" | sort -u)
	check_equal "$1" "$(printf '%s\n' "exit status 0" "${@:3}")" \
		"$(printf '%s\n' "exit status $status" ${found:+"$found"})"
}
