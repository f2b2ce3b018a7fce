#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# active = ipvs where conntrack is on and translates what leaves by the uplink: data
# connections come from the VIP all the same, whatever net.ipv4.vs.conntrack says.

# shellcheck disable=SC2119,SC2154 # words of load_module; of dial.sh
# shellcheck disable=SC2317 # called by name
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source=../lib/dial.sh
. "$selftests/lib/dial.sh"

ftp_active=ipvs
connections=0

# Each translator is a function, called with "add" or "delete".
iptables_masquerade()
{
	local command=-A program

	[ "$1" = add ] || command=-D
	for program in iptables ip6tables; do
		in_ns "$director" "$program" -t nat "$command" POSTROUTING \
			-o front -j MASQUERADE || return
	done
}

iptables_snat()
{
	local command=-A

	[ "$1" = add ] || command=-D
	in_ns "$director" iptables -t nat "$command" POSTROUTING -o front \
		-j SNAT --to-source "$front4" &&
		in_ns "$director" ip6tables -t nat "$command" POSTROUTING \
			-o front -j SNAT --to-source "$front6"
}

nft_postrouting() # RULE...
{
	in_ns "$director" nft -f - <<-END
	table inet uplink {
		chain postrouting {
			type nat hook postrouting priority 100
			$(printf 'oif front %s\n' "$@")
		}
	}
	END
}

nft_delete()
{
	in_ns "$director" nft delete table inet uplink
}

nft_masquerade()
{
	if [ "$1" = add ]; then
		nft_postrouting masquerade
	else
		nft_delete
	fi
}

nft_snat()
{
	if [ "$1" = add ]; then
		nft_postrouting "snat ip to $front4" "snat ip6 to $front6"
	else
		nft_delete
	fi
}

nft_flowtable()
{
	nft_masquerade "$1" || return
	[ "$1" = add ] || return 0
	in_ns "$director" nft -f - <<-END
	table inet uplink {
		flowtable fast {
			hook ingress priority 0
			devices = { front, back }
		}
		chain forward {
			type filter hook forward priority 0
			meta l4proto tcp flow add @fast
		}
	}
	END
}

# check_family FAMILY NAME: a connection from the VIP, with data both ways.
check_family()
{
	local vip=vip$1 front=front$1

	new_cip "$1"
	check_arrives "$2: another connection is translated" \
		"tcp ${!front} 2020 1" rs1 "$cip" sport=2020
	new_port
	tcp client "listen data $cip $port"
	dial rs1 "$cip"
	tcp client "accept data_end data"
	check_equal "$2: data comes from the VIP" "${!vip} 20" "$answer"
	check_exchange "$2: it is carried both ways" rs1 data_end
	check "$2: conntrack has no entry of it" ! ct_entries "$port"
	hang_up rs1 data_end
	check "$2: the entry ends" \
		busywait 60 ipvs_state_is "$cip" "$port" CLOSE
	: $((connections += 1))
}

test_translators()
{
	local conntrack translator family name

	for conntrack in 0 1; do
		in_ns "$director" sysctl -qw "net.ipv4.vs.conntrack=$conntrack"
		for translator in iptables_masquerade iptables_snat \
				nft_masquerade nft_snat nft_flowtable; do
			name="$translator, vs.conntrack=$conntrack"
			if ! "$translator" add 2>"$scratch/rules"; then
				skip "$name" "$(<"$scratch/rules")"
				continue
			fi
			for family in 4 6; do
				check_family $family "$name, IPv$family"
			done
			"$translator" delete
		done
	done
	check_counts "after all translators" ftp $connections $connections 0
}

need iptables ip6tables
load_module
cluster_up || exit
active_up
cluster_marker_module
test_translators
finish
