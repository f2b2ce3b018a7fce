# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh
#
# Sourced by lib.sh: what the shell does itself instead of starting a process.
# In an emulated machine a process costs 35 ms, "ip netns exec" 90 ms, and a
# subshell 8 ms; most of what tests do then is to start processes.
#
# The functions named like programs do what those do: a test says
# "ip netns exec", "nft" and "sysctl", and another shell that it starts runs
# the programs. For what stays in the background, and whose process must be the
# program's own, say "become ip netns exec ... &".

# Of the package bash-builtins, which has the headers for our own.
shell_enable()
{
	local name

	enable -f "$selftests/lib/builtins.so" netns nft_run || return
	for name in mkdir mkfifo rm sleep; do
		enable -f "$name" "$name" || return
	done
}

if ! shell_enable; then
	not_ok "the builtins of the shell: run make -C selftests"
	plan
	exit 1
fi

# "ip netns exec NAME COMMAND" runs COMMAND, which can be a function or a builtin
# too, in this shell, so variables that it sets stay set. What is mounted there is
# seen by all that come after.
ip()
{
	case ${1-}:${2-} in
	netns:exec)
		netns enter "$3" || return
		"${@:4}"
		netns leave
		;;
	netns:delete)
		netns forget "$3"
		command ip "$@"
		;;
	-n:*)
		netns enter "$2" || return
		command ip "${@:3}"
		netns leave
		;;
	*)
		command ip "$@"
		;;
	esac
}

# become COMMAND [ARG...]: the process of this shell, one in the background,
# becomes that of the command.
become()
{
	if [ "${*:1:3}" = "ip netns exec" ]; then
		netns enter "$4" || exit
		shift 4
	fi
	exec "$@"
}

nft()
{
	case ${1-} in
	-f | -c | -n | -nn | [!-]*) nft_run "$@" ;;
	*) command nft "$@" ;;
	esac
}

# nft_counter_read NAMESPACE FAMILY TABLE NAME: leaves what a named counter has counted
# in $packets and $bytes.
nft_counter_read()
{
	local text

	ip netns exec "$1" nft_run -n -v text list counter "${@:2}" || return
	[[ $text =~ packets\ ([0-9]+)\ bytes\ ([0-9]+) ]] || return
	packets=${BASH_REMATCH[1]} bytes=${BASH_REMATCH[2]}
}

# "sysctl -qw VARIABLE=VALUE..."
sysctl()
{
	local setting path status=0

	if [ "$1" != -qw ]; then
		command sysctl "$@"
		return
	fi
	for setting in "${@:2}"; do
		path=${setting%%=*}
		printf '%s\n' "${setting#*=}" >"/proc/sys/${path//.//}" ||
			status=1
	done
	return $status
}

# slurp VARIABLE FILE: as VARIABLE=$(cat FILE).
slurp()
{
	IFS= read -r -d '' "$1" <"$2" || [ -n "${!1+set}" ] || return
	while [[ ${!1} == *$'\n' ]]; do
		printf -v "$1" %s "${!1%$'\n'}"
	done
}

# capture VARIABLE COMMAND [ARG...]: as VARIABLE=$(COMMAND ARG...), but without a
# subshell: what else the command sets stays set.
capture_depth=0
capture()
{
	local capture_file=$scratch/captured.$((++capture_depth))
	local capture_status=0

	"${@:2}" >"$capture_file" || capture_status=$?
	: $((capture_depth--))
	slurp "$1" "$capture_file"
	return $capture_status
}

# In the namespace, and without asking.
netns_kill() # NAME
{
	local process

	for process in /proc/[0-9]*; do
		[ ! "$process/ns/net" -ef "/run/netns/$1" ] ||
			kill -KILL "${process#/proc/}"
	done 2>/dev/null
}
