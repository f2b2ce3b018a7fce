# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh and cluster.sh
#
# Sourced by cluster.sh: what nft's sets, IPVS's table and conntrack's say of
# connections, read without a process, since tests ask for it very often.

# set_text NAMESPACE TABLE SET: the elements of a set of family inet as nft prints
# them, but without blanks: "a|b,c|d" for "a . b, c . d"; left in $text.
set_text()
{
	ip netns exec "$1" nft_run -n -v text list set inet "$2" "$3" || return
	case $text in
	*"elements = {"*) text=${text#*"elements = {"} ;;
	*) text= ;;
	esac
	text=${text%%\}*}
	text=${text// . /|}
	text=${text//[$' \t\n']/}
}

# set_read NAMESPACE TABLE SET: leaves them in the array $elements, each with blanks
# instead of " . ".
set_read()
{
	local text

	set_text "$@"
	IFS=, read -ra elements <<<"${text//|/ }"
}

watch_flush() # NAMESPACE SET
{
	in_ns "$1" nft "flush set inet watch ${2}4; flush set inet watch ${2}6"
}

# watch_read NAMESPACE SET: leaves the elements in the array $watched, IPv4 first.
watch_read()
{
	local elements family

	watched=()
	for family in 4 6; do
		set_read "$1" watch "$2$family"
		watched+=("${elements[@]}")
	done
}

# One a line.
watch_list() # NAMESPACE SET
{
	local watched

	watch_read "$@"
	[ "${#watched[@]}" -eq 0 ] || printf '%s\n' "${watched[@]}"
}

# data_peers_read: leaves the client's peers of data connections since the last
# watch_flush in $peers, in one line: their addresses, and in $peer_ports
# addresses and ports.
data_peers_read()
{
	local watched element words
	local -A seen=()

	peers='' peer_ports=''
	watch_read "$client" data
	for element in "${watched[@]}"; do
		read -ra words <<<"$element"
		[ -n "${seen[${words[0]}]-}" ] || peers+="${peers:+ }${words[0]}"
		[ -n "${seen[${words[*]:0:2}]-}" ] ||
			peer_ports+="${peer_ports:+ }${words[*]:0:2}"
		seen[${words[0]}]=1 seen[${words[*]:0:2}]=1
	done
}

data_peers()
{
	local peers peer_ports

	data_peers_read
	echo "$peers"
}

# The marks that connections since the last watch_flush came to IPVS with, as
# "FAMILY PORT MARK COUNT" lines. Ports of the passive range are one.
marks_seen()
{
	watch_list "$director" syns |
		awk -v first="$passive_first" -v last="$passive_last" '
			{
				port = $3 + 0
				if (port > first && port < last)
					port = "passive"
				family = $1 ~ /:/ ? "IPv6" : "IPv4"
				print family, port, $4
			}
		' | sort | uniq -c | awk '{ print $2, $3, $4, $1 }'
}

# address_read VARIABLE HEX: an address as /proc/net/ip_vs_conn has it, as people
# write it: of IPv6 the first of the longest rows of zeros becomes "::".
address_read()
{
	local group text='' zeros

	if [[ $2 != *:* ]]; then
		printf -v "$1" '%d.%d.%d.%d' "0x${2:0:2}" "0x${2:2:2}" \
			"0x${2:4:2}" "0x${2:6:2}"
		return
	fi
	for group in ${2//:/ }; do
		printf -v group %x "0x$group"
		text+=:$group
	done
	for zeros in :0:0:0:0:0:0:0:0 :0:0:0:0:0:0:0 :0:0:0:0:0:0 :0:0:0:0:0 \
			:0:0:0:0 :0:0:0 :0:0; do
		if [[ $text == *"$zeros":* ]]; then
			text=${text/$zeros:/::}
			break
		elif [[ $text == *"$zeros" ]]; then
			text=${text%"$zeros"}::
			break
		fi
	done
	[[ $text == ::* ]] || text=${text#:}
	printf -v "$1" %s "$text"
}

# ends_read VARIABLE ADDRESS PORT: ADDRESS:PORT of the same.
ends_read()
{
	local address

	address_read address "$2"
	[[ $address != *:* ]] || address="[$address]"
	printf -v "$1" '%s:%d' "$address" "0x$3"
}

# ipvs_read CIP PORT: leaves "STATE VIRTUAL REAL" lines of IPVS's table in $ipvs.
ipvs_read()
{
	in_ns "$director" ipvs_read_here "$@"
}

ipvs_read_here()
{
	local protocol from from_port to to_port real real_port state
	local hex address virtual

	printf -v hex %04X "$2"
	ipvs=
	while read -r protocol from from_port to to_port real real_port state _
	do
		[ "$from_port" = "$hex" ] || continue
		address_read address "$from"
		[ "$address" = "$1" ] || continue
		ends_read virtual "$to" "$to_port"
		ends_read real "$real" "$real_port"
		ipvs+=${ipvs:+$'\n'}"$state $virtual $real"
	done </proc/net/ip_vs_conn
}

ipvs_entries() # CIP PORT
{
	local ipvs

	ipvs_read "$@"
	[ -z "$ipvs" ] || echo "$ipvs"
}

ipvs_state_is() # CIP PORT STATE
{
	local ipvs

	ipvs_read "$1" "$2"
	[[ $ipvs == "$3 "* ]]
}

# control_expires_read CIP: leaves the seconds until the director's IPVS forgets the
# client's established control connection in $expires; nothing if it has none.
control_expires_read()
{
	in_ns "$director" control_expires_read_here "$1"
}

control_expires_read_here()
{
	local from to_port state seconds address

	expires=
	while read -r _ from _ _ to_port _ _ state seconds _; do
		[ "$to_port $state" = "0015 ESTABLISHED" ] || continue
		address_read address "$from"
		[ "$address" != "$1" ] || expires=$seconds
	done </proc/net/ip_vs_conn
}

control_expires() # CIP
{
	local expires

	control_expires_read "$1"
	[ -z "$expires" ] || echo "$expires"
}

# The real servers that IPVS has entries of this client for, without ports.
servers_of() # CIP
{
	in_ns "$director" servers_of_here "$1" | sort -u | xargs
}

servers_of_here()
{
	local protocol from real address

	while read -r protocol from _ _ _ real _; do
		[ "$protocol" != Pro ] || continue
		address_read address "$from"
		[ "$address" = "$1" ] || continue
		address_read address "$real"
		echo "$address"
	done </proc/net/ip_vs_conn
}

# ct_read WORD: leaves conntrack's entries with this word in $ct, one a line.
ct_read()
{
	in_ns "$director" ct_read_here "$1"
}

ct_read_here()
{
	local line

	ct=
	while IFS= read -r line; do
		[[ $line != *"$1 "* ]] || ct+=${ct:+$'\n'}$line
	done </proc/net/nf_conntrack
}

# Conntrack's entries of a client's port. Fails if there is none.
ct_entries() # PORT
{
	local ct

	ct_read "port=$1"
	[ -n "$ct" ] && echo "$ct"
}

# listeners_count PORT: leaves the number of sockets that listen there, in the
# namespace that this runs in, in $listeners.
listeners_count()
{
	local file here end state

	printf -v end %04X "$1"
	listeners=0
	for file in /proc/net/tcp /proc/net/tcp6; do
		while read -r _ here _ state _; do
			[[ $here:$state != *:"$end":0A ]] || : $((++listeners))
		done <"$file"
	done
}
