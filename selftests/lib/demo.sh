# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced after cluster.sh by programs that show a person something: they print no
# TAP.

# shellcheck disable=SC2034,SC2154 # lib.sh's and cluster.sh's names

# lib.sh must not complain that there is no plan.
tap_finished=1
skip_all()
{
	echo "demo: $*" >&2
	exit "$ksft_fail"
}

heading() # TEXT
{
	printf '\n%s\n%s\n\n' "$1" "${1//?/=}"
}

show() # COMMAND [ARG...]: prints it as typed on the router, and runs it there
{
	echo "# $*"
	in_ns "$director" "$@" || return
	echo
}
