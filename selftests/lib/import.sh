# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
#
# Sourced after lib.sh by tests of "ftpmark import": runs it and compares what it prints.

ftpmark=${FTPMARK:-ftpmark}

# import [-v] FILE [COMMAND...]: leaves output, errors and status in $scratch.
import()
{
	local option='' file lines

	[ "$1" != -v ] || { option=-v; shift; }
	file=$1
	shift
	status=0
	# shellcheck disable=SC2086 # no option without one
	"$@" "$ftpmark" import $option "$file" >"$scratch/out" \
		2>"$scratch/err" || status=$?
	mapfile lines <"$scratch/err"
	printf %s "${lines[@]#"ftpmark: $file:"}" >"$scratch/err"
}

# gives NAME STATUS OUTPUT: the last import had these; two checks.
gives()
{
	local out

	slurp out "$scratch/out"
	check_equal "$1: status" "$2" "$status"
	check_equal "$1" "$3" "$out"
	[ "$status" = "$2" ] || note "$(cat "$scratch/err")"
}

# says NAME ERRORS: the last import printed these, apart from the rules.
says()
{
	local lines

	mapfile -t lines <"$scratch/err"
	lines=("${lines[@]%%: -A *}")
	check_equal "$1" "$2" "$(IFS=$'\n'; echo "${lines[*]}")"
}

# The rules of stdin as a file of one table each: mangle, then nat.
write_rules() # FILE
{
	local rule mangle='' nat=''

	while IFS= read -r rule; do
		case $rule in
		*POSTROUTING*) nat+=$rule$'\n' ;;
		*) mangle+=$rule$'\n' ;;
		esac
	done
	printf '*mangle\n%sCOMMIT\n*nat\n%sCOMMIT\n' "$mangle" "$nat" >"$1"
}
