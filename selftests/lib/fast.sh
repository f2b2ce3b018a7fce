# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of cluster.sh and dial.sh
#
# Sourced after cluster.sh by tests of the short way: connections through the director
# that talk line by line, and whether their packets take it.

# shellcheck source-path=SCRIPTDIR source=../lib/dial.sh
. "$selftests/lib/dial.sh"

ftp_active=ipvs
# Nothing here takes long, and what hangs shows its state.
agent_patience=$((60 * ${FTPMARK_PATIENCE:-1}))
# The servers of FTP leave this port of the range alone.
talk_port=$passive_first

# counter_read NAME TABLE: leaves $packets and $bytes.
counter_read()
{
	nft_counter_read "$director" inet "$2" "$1"
}

fast_packets_read()
{
	service_stat_read fast_packets ftp fast_packets
}

fast_grown() # FROM
{
	local fast_packets

	fast_packets_read && [ "$fast_packets" -gt "$1" ]
}

vip_of() # CIP
{
	case $1 in
	*:*) echo "$vip6" ;;
	*) echo "$vip4" ;;
	esac
}

# talk_begin NAME: a connection of $cip to a passive port, whose server is left in
# $talk_server.
talk_begin()
{
	new_port
	tcp client "dial $1 $cip $port $(vip_of "$cip") $talk_port"
	tcp client "connected $1"
	[ "$answer" = ok ] || note "not connected: $answer"
	servers_find "$cip"
	talk_accept "$1"
}

servers_find() # CIP
{
	talk_server=$(servers_of "$1")
	case $talk_server in
	"$rip1_4" | "$rip1_6") talk_server=rs1 ;;
	*) talk_server=rs2 ;;
	esac
}

talk_accept() # NAME
{
	local family=4

	[[ $cip != *:* ]] || family=6
	tcp "$talk_server" "accept $1 listen$family"
}

# talk NAME TIMES: lines there and back.
talk()
{
	local i

	for ((i = 0; i < $2; i++)); do
		tcp client "say $1 from the client $i"
		tcp "$talk_server" "line $1"
		[ "$answer" = "from the client $i" ] || return
		tcp "$talk_server" "say $1 from the server $i"
		tcp client "line $1"
		[ "$answer" = "from the server $i" ] || return
	done
}

# talk_fast NAME: until packets take the short way.
talk_fast()
{
	local fast_packets before end=$((SECONDS + 60 * ${FTPMARK_PATIENCE:-1}))

	fast_packets_read
	before=$fast_packets
	until fast_grown $((before + 8)); do
		[ "$SECONDS" -lt "$end" ] || return
		talk "$1" 8 || return
	done
}

talk_end() # NAME
{
	tcp client "reset $1"
	tcp "$talk_server" "close $1"
}

talk_up()
{
	local rs rip4 rip6

	for rs in rs1 rs2; do
		rip4=rip${rs#rs}_4 rip6=rip${rs#rs}_6
		tcp "$rs" "listen listen4 ${!rip4} $talk_port"
		tcp "$rs" "listen listen6 ${!rip6} $talk_port"
	done
}

# say_until NAME COMMAND [ARG...]: the client sends until the command succeeds.
# Leaves in $said how many lines it has sent.
say_until()
{
	local end=$((SECONDS + 60 * ${FTPMARK_PATIENCE:-1}))

	said=0
	until "${@:2}" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return
		tcp client "say $1 line $((said++))"
	done
}

# All that was said arrives in the end, in order.
heard() # NAME
{
	local i

	for ((i = 0; i < said; i++)); do
		tcp "$talk_server" "line $1"
		[ "$answer" = "line $i" ] || return
	done
}

# A lease lasts a second at most, and a slow machine may need another try.
again() # COMMAND [ARG...]
{
	local try

	for ((try = 0; try < 30; try++)); do
		"$@" && return
	done
	return 1
}

# bulk NAME: data from the client, whole.
bulk()
{
	local sent

	tcp client "send $1 20000 $RANDOM"
	sent=$answer
	tcp "$talk_server" "receive $1 20000"
	[ "$answer" = "$sent" ]
}
