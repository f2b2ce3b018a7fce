#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that no honest host would send: truncated, fragmented, overlapping, with odd
# header lengths, options and extension headers. Each packet that passes the hook has
# the mark of a model of the documentation, none is lost there, and the counters are
# the model's.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2034 # for other shells; wire.sh's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need hping3 nft nmap python3
modprobe -q nfnetlink_log || skip_all "no nfnetlink_log"
setup_ns client router
load_module
packets=$(soak 8000 1000000)
seed=${FTPMARK_SEED:-1}

wire_link "$client" "$router" wire0
ip -n "$router" link set wire0 addrgenmode none up

# Rules count packets on both sides of the module's hook, and log them behind it.
rules()
{
	ip netns exec "$router" nft -f - <<-END
	table inet hostile
	delete table inet hostile
	table inet hostile {
		counter before {
		}
		counter behind {
		}
		chain before {
			type filter hook prerouting priority -150
			iif != wire0 accept
			ip dscp 1 meta mark set 99
			ip dscp 2 meta mark set 21
			ip6 dscp 1 meta mark set 99
			ip6 dscp 2 meta mark set 21
			counter name before
		}
		chain behind {
			type filter hook prerouting priority -148
			iif != wire0 accept
			counter name behind
			log group 7 queue-threshold 32
			drop
		}
	}
	END
}

passed() # before|behind
{
	ip netns exec "$router" nft list counter inet hostile "$1" |
		grep -oE 'packets [0-9]+'
}

configure()
{
	ip netns exec "$router" python3 -S "$selftests/hostile/hostile.py" configure
}

# check_model WHEN OUTPUT LEAST: hostile.py must have found no difference, in at
# least LEAST packets of each mark.
check_model()
{
	local mark

	check_equal "$1: every mark and counter is the model's" \
		"differences 0" "$(grep '^differences ' <<<"$2")"
	note "$2"
	check_equal "$1: none is lost in the hook" \
		"$(passed before)" "$(passed behind)"
	for mark in 0 21 22 99 4294967295; do
		check "$1: many packets have mark $mark" [ "$(awk -v mark=$mark \
			'$1 == "mark" && $2 == mark { print $3 }' <<<"$2")" -ge "$3" ]
	done
}

check_generated() # WHEN PACKETS
{
	local output memory grown

	rules
	memory=$(kernel_memory)
	output=$(ip netns exec "$router" python3 -S "$selftests/hostile/hostile.py" \
		"$client" "$router" wire0 "$router_mac" "$seed" "$2" 2>&1)
	check_model "$1" "$output" $(($2 / 500))
	grown=$(($(kernel_memory) - memory))
	# Incomplete fragments may take up to 4 MiB for each family.
	check "$1: the kernel has not grown by 32 MiB but by $grown KiB" \
		[ "$grown" -lt $(((32 << 10) + $(kernel_memory_kept))) ]
}

remove()
{
	local service

	for service in a ftp keep; do
		ip netns exec "$router" bash -c \
			"echo $service >/sys/kernel/nf_ftpmark/net/remove"
	done
}

configure
check_generated "fragments as they come" $((packets / 2))
remove

# The same with conntrack, which reassembles fragments and parses everything itself,
# and with all hooks of the module.
configure
ip netns exec "$router" bash -c '
	cd /sys/kernel/nf_ftpmark/net/services
	for service in a ftp keep; do
		echo 198.0.0.0/8 10.0.0.0/9 2001:db8:c::/48 >$service/real_servers
		echo 1 >$service/notrack
	done
	echo snat >a/active
	echo masquerade >ftp/active'
check_generated "fragments put together" $((packets / 2))
remove

# Tools that attackers have at hand: nmap and hping3.
programs()
{
	local vip=198.51.100.10

	ip -n "$client" address add 198.51.100.1/24 dev wire0
	ip -n "$client" address add 2001:db8:1::1/64 dev wire0 nodad
	ip -n "$client" neighbour add "$vip" lladdr "$router_mac" dev wire0
	ip -n "$client" neighbour add 2001:db8:1::10 lladdr "$router_mac" dev wire0
	local scan=(ip netns exec "$client" nmap -n -Pn --disable-arp-ping
		--max-retries 0 --host-timeout 300 --min-rate 1000
		-p "20-22,990,2121,9999-10010,20000-20011")
	local flood=(ip netns exec "$client" hping3 -q --rand-source --faster
		-I wire0 -c "$(soak 300 20000)")

	"${scan[@]}" -sS "$vip"
	"${scan[@]}" -sX --badsum "$vip"
	"${scan[@]}" -sN -f "$vip"
	"${scan[@]}" -sF --mtu 16 --data-length 100 "$vip"
	"${scan[@]}" -sA --ip-options 'R' -D RND:5 "$vip"
	"${scan[@]}" -sM --ip-options 'L 10.0.0.1' "$vip"
	"${scan[@]}" -sO -p 0-255 "$vip"
	"${scan[@]}" -6 -sS "$vip6"
	"${flood[@]}" -S -p 21 "$vip"
	"${flood[@]}" -S -p ++1 "$vip"
	"${flood[@]}" -A -p 10000 --tcpoff 15 -d 8 "$vip"
	"${flood[@]}" -S -p 21 -f -d 100 "$vip"
	"${flood[@]}" -S -p 20000 -x -g 8 "$vip"
	"${flood[@]}" --rawip -H 6 -d 10 "$vip"
}

check_programs()
{
	local output

	rules
	agent_start judge ip netns exec "$router" python3 -S \
		"$selftests/hostile/hostile.py" "$client" "$router" wire0 \
		"$router_mac" listen
	IFS= read -r -t "$agent_patience" _ <&"${agent_out[judge]}"
	programs >"$scratch/programs" 2>&1
	note "$(tail -n 20 "$scratch/programs")"
	echo >&"${agent_in[judge]}"
	output=$(timeout $((120 * ${FTPMARK_PATIENCE:-1})) cat <&"${agent_out[judge]}")
	check_equal "nmap and hping3: every mark and counter is the model's" \
		"differences 0" "$(grep '^differences ' <<<"$output")"
	note "$output" "$(cat "$scratch/judge.err")"
	check_equal "nmap and hping3: none is lost in the hook" \
		"$(passed before)" "$(passed behind)"
	check "nmap and hping3: many packets were marked" [ "$(awk \
		'$1 == "mark" && $2 == 21 { print $3 }' <<<"$output")" -ge 500 ]
	check "nmap and hping3: many were not" [ "$(awk \
		'$1 == "mark" && $2 == 0 { print $3 }' <<<"$output")" -ge 500 ]
}

configure
check_programs
finish
