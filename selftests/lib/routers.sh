# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by tests that compare "ftpmark check" with real transfers, on many routers
# in one boot: each is the cluster's director with something changed.
#
#	router NAME dead|alive FINDING DO UNDO [FAMILIES]
#
# runs DO on the director, then an FTP session of each family, and "ftpmark check".
# On a dead router one of the sessions fails, and the check must end with status 1;
# on one that is alive all succeed and the check ends with 0. FINDING is one that it
# must have, as "GRADE ID", or empty.
# Then it runs UNDO. The number of those it got wrong is left in $green_on_dead and
# $red_on_live.

# shellcheck disable=SC2034,SC2154 # for the tests; of cluster.sh
# shellcheck disable=SC2119,SC2120 # the words of service_anew are optional
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "${BASH_SOURCE[0]%/*}/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/agent.sh
. "$selftests/lib/agent.sh"

ftpmark=${FTPMARK:-ftpmark}
green_on_dead=0 red_on_live=0 routers=0

# Seconds that a transfer is waited for. What fails then is tried once more, and
# longer, before it counts as dead against the word of "ftpmark check".
brief=$((2 * ${FTPMARK_PATIENCE:-1})) long=$((10 * ${FTPMARK_PATIENCE:-1}))

on_director() # COMMAND...
{
	in_ns "$director" "$@"
}

# The service of the module, and those of IPVS, as the recipe has them.
service_anew() # [WORD VALUE]...
{
	local real=(real "$real_net4,$real_net6")

	[[ " $* " != *" real "* ]] || real=()
	"$ftpmark" -n "$director" flush
	"$ftpmark" -n "$director" add ftp vip "$vip4,$vip6" "${real[@]}" "$@"
}

ipvs_anew()
{
	on_director ipvsadm -C
	cluster_fwmark_service
}

ftp_servers_listen()
{
	cluster_servers_listen 21
}

ftp_server_agent() # NAMESPACE NAME ADDRESS...
{
	become ip netns exec "$1" python3 -S "$selftests/lib/ftp_agent.py" \
		server "$2" "$passive_first" "$passive_last" "${@:3}" \
		>"$scratch/$2.log" 2>&1 &
	disown
}

routers_up()
{
	need ipvsadm nft python3
	modprobe -a ip_vs ip_vs_rr || skip_all "no IPVS"
	setup_ns client director rs1 rs2
	on_director sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
	cluster_link_client
	cluster_link_server "$rs1" back1 "$rip1_4" "$rip1_6"
	cluster_link_server "$rs2" back2 "$rip2_4" "$rip2_6"
	ftp_server_agent "$rs1" rs1 "$rip1_4" "$rip1_6"
	ftp_server_agent "$rs2" rs2 "$rip2_4" "$rip2_6"
	agent_start sessions ip netns exec "$client" \
		python3 -S "$selftests/lib/ftp_agent.py" client
	cluster_fwmark_service
	service_anew
	on_director sysctl -qw net.ipv4.vs.snat_reroute=0
	busywait 60 ftp_servers_listen
}

# The address that active data has to come from.
data_peer4=$vip4 data_peer6=$vip6
# The client's address, if it is a special one.
session_cip4='' session_cip6=''

# sessions_run FAMILIES SECONDS: leaves in $alive whether all were, and what
# failed in $failed.
sessions_run()
{
	local family peer vip own

	alive=1 failed=
	for family in ${1//,/ }; do
		[ "${cip_used[$family]}" -lt "$cip_count" ] ||
			cip_used[$family]=0
		new_cip "$family"
		peer=data_peer$family vip=vip$family own=session_cip$family
		agent_ask sessions "session ${!own:-$cip} ${!vip} ${!peer} $2"
		[ "$answer" != alive ] || continue
		alive=
		failed+="IPv$family: $answer. "
		return
	done
}

# Leaves what "ftpmark check" prints in $said, its status in $status, and
# ";GRADE ID" of each finding in $found.
check_run()
{
	local line

	status=0
	"$ftpmark" -n "$director" check >"$scratch/said" 2>&1 || status=$?
	slurp said "$scratch/said"
	found=";"
	while IFS= read -r line; do
		[[ ! $line =~ ^([a-z]*):\ .*\[(.*)\]$ ]] ||
			found+="${BASH_REMATCH[1]} ${BASH_REMATCH[2]};"
	done <"$scratch/said"
}

router() # NAME dead|alive FINDING DO UNDO [FAMILIES]
{
	local name=$1 truth=$2 finding=$3 families=${6:-4,6} status
	local alive failed is verdict

	: $((++routers))
	on_director eval "$4"
	sessions_run "$families" "$brief"
	check_run
	if [ -z "$alive" ] && { [ "$truth" = alive ] || [ "$status" -eq 0 ]; }; then
		sessions_run "$families" "$long"
	fi
	is=${alive:+alive} is=${is:-dead}
	verdict=$is:$status
	[ "$verdict" != dead:0 ] || : $((++green_on_dead))
	[ "$verdict" != alive:1 ] || : $((++red_on_live))
	if [ "$truth" = dead ]; then
		[[ $found = *";$finding;"* ]] || verdict+=" without $finding"
		check_equal "$name: dead" "dead:1" "$verdict"
	else
		[[ $found = *";$finding;"* ]] || [ -z "$finding" ] ||
			verdict+=" without $finding"
		check_equal "$name: alive" "alive:0" "$verdict"
	fi
	[ "$verdict" = "${truth/dead/dead:1}" ] ||
		[ "$verdict" = "${truth/alive/alive:0}" ] ||
		note "sessions: ${failed:-well}" "check: $said"
	[ -z "${routers_verbose:-}" ] || note "${failed:-well}" "$said"
	on_director eval "$5"
}

# mended NAME DO UNDO: as above for a dead router, on which the remedies that the
# check prints are run, until it finds no fault; then it must be alive.
mended()
{
	local name=$1 status alive failed turn before line

	on_director eval "$2"
	for turn in 1 2 3 4 5 6 7 8; do
		check_run
		[ "$status" -ne 0 ] || break
		before=
		while IFS= read -r line; do
			[[ $before != fault:* ]] ||
				on_director eval "${line#    }" ||
				note "turn $turn: ${line#    }"
			before=$line
		done <"$scratch/said"
	done
	sessions_run 4,6 "$long"
	check_equal "$name: alive after $((turn - 1)) turns of remedies" \
		"1 0" "$alive $status"
	[ "$alive $status" = "1 0" ] || note "$failed" "$said"
	on_director eval "$3"
}

routers_summary()
{
	note "$routers routers: green on dead $green_on_dead, red on live $red_on_live"
	check_equal "no dead router is green" 0 "$green_on_dead"
	check_equal "no live router is red" 0 "$red_on_live"
}
