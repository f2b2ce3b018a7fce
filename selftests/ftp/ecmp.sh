#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Four directors behind a router that spreads packets over them by a hash of
# addresses and ports, so that the control and data connections of one client come
# to different directors. They share no state. Direct routing, the scheduler "mh",
# which looks at the client's address only, and sloppy_tcp keep transfers going
# when a director leaves or comes; persistence alone does not.

# shellcheck disable=SC2034,SC2154 # cluster.sh's names
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2317 # functions that are arguments
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/run_tool.sh
. "$(dirname "$0")/../lib/run_tool.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ecmp.sh
. "$(dirname "$0")/../lib/ecmp.sh"

clients=$(soak 16 208)

# check_event WHAT EVENT [ARG...]: downloads, and the event in their middle.
check_event()
{
	check "$1: the event happens" fleet_run "${@:2}"
	note "$1: of $clients downloads $whole whole, $broken broken," \
		"$unbegun did not begin"
	printf '# %s\n' "${fleet[@]}"
}

check_all_whole() # WHAT EVENT [ARG...]
{
	# Nobody waits in vain if all is well.
	local patience=$((10 * patience))

	check_event "$@"
	check_equal "$1: downloads that are whole" "$clients" "$whole"
}

# The directors that had control packets, of those that are asked for.
directors_used()
{
	local name used=0 stat

	for name in d1 d2 d3 d4; do
		director=${!name}
		service_stat_read stat ftp control_packets
		[ "$stat" -eq 0 ] || : $((++used))
	done
	echo "$used"
}

# Other directors than before get the packets of established connections.
test_by_client()
{
	services mh 1
	check_all_whole "mh, nothing happens" true
	check_directors
	check_all_whole "mh, a director leaves" ecmp_directors 1 2 4
	check_all_whole "mh, a director comes" ecmp_directors 1 2 3 4
	check_all_whole "mh, all directors but one leave" ecmp_directors 3
	check_all_whole "mh, they come back" ecmp_directors 1 2 3 4
	# By now chance has left none of them out.
	check_equal "mh: directors that saw control connections" 4 \
		"$(directors_used)"
}

check_directors()
{
	local name

	for name in d1 d2 d3 d4; do
		check_green "mh: check is green on $name" "${!name}"
	done
}

# Downloads of the server that dies are lost, and no others.
test_server_removed()
{
	# All have to begin; those whose server dies wait for so long.
	local patience=$((patience > 90 ? patience : 90))

	services mh 1
	check_event "mh, a server leaves" server_dies
	check "mh, a server leaves: its downloads are broken" [ "$broken" -gt 0 ]
	check "mh, a server leaves: others are whole" [ "$whole" -gt 0 ]
	check_equal "mh, a server leaves: downloads that did not begin" 0 "$unbegun"
	check_all_whole "mh, then the other servers have all clients" true
	ip -n "$switch" link set "rs$victim" up
}

# That of the first client; left in $victim.
victim=
server_dies()
{
	local name

	for name in d1 d2 d3 d4; do
		in_ns "${!name}" ipvsadm -Lcn
	done >"$scratch/connections"
	victim=$(awk -v client="${cip4[1]}:" '
		$3 == "ESTABLISHED" && index($4, client) == 1 {
			sub(/:.*/, "", $6)
			print substr($6, length($6))
			exit
		}' "$scratch/connections")
	[ -n "$victim" ] && service_delete_server "$victim" &&
		ip -n "$switch" link set "rs$victim" down
}

# What the same events do to other configurations.
test_contrasts()
{
	services mh 0
	check_event "mh without sloppy_tcp, a director leaves" ecmp_directors 1 2 4
	check "mh without sloppy_tcp, a director leaves: downloads are broken" \
		[ "$broken" -gt 0 ]
	ecmp_directors 1 2 3 4

	# Data and control connections of a client have other servers, unless by chance:
	# so there are more of them.
	local clients=$((clients > 32 ? clients : 32))
	services rr 1 -p 300
	check_event "persistence, nothing happens" true
	check "persistence: some passive downloads do not begin" \
		[ "$unbegun" -gt 0 ]
}

# For the figures in docs/scaling.md: the same events with persistence, and two at a
# time with mh.
test_figures()
{
	services rr 1 -p 300
	check_event "persistence, a director leaves" ecmp_directors 1 2 4
	services rr 1 -p 300
	check_event "persistence, a director comes" ecmp_directors 1 2 3 4
	services rr 1 -p 300
	check_event "persistence, a server leaves" server_dies
	ip -n "$switch" link set "rs$victim" up

	services mh 1
	check_event "mh, a server leaves, then a director" server_and_director
	ecmp_directors 1 2 3 4
	ip -n "$switch" link set "rs$victim" up
}

server_and_director()
{
	server_dies && ecmp_directors 1 2 4
}

need "$ftpmark"
load_module
ecmp_world_up || exit
test_by_client
test_server_removed
test_contrasts
[ -z "${FTPMARK_SOAK:-}" ] || test_figures
finish
