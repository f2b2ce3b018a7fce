#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# FTP over TLS, explicit and implicit, through a director whose firewall drops by
# default, and whose passive ports are for clients only. Only client and server can
# read the control connection, and the module does not need to.

# shellcheck disable=SC2034,SC2119 # cluster.sh's names; words of load_module
# shellcheck disable=SC2317 # called by busywait
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"

need openssl
ftp_active=ipvs
big_size=$((256 << 10))
control_ports=21,990 active_ports=20,989
# The ports that IPVS uses when the port that a server dials from is in use.
active_more=49152-49215

# The programs compare the certificate with the address that they were given.
make_certificate()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 2 -subj /CN=ftp -addext \
		"subjectAltName=IP:$vip4,IP:$vip6" -keyout "$scratch/tls.key" \
		-out "$scratch/tls.crt" >"$scratch/openssl" 2>&1 || {
		note "$(cat "$scratch/openssl")"
		return 1
	}
	ftp_tls_ca=$scratch/tls.crt
	cluster_server_lines="ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
ssl_ciphers=HIGH
rsa_cert_file=$scratch/tls.crt
rsa_private_key_file=$scratch/tls.key"
}

implicit_servers_start()
{
	local options=(-olisten_port=990 -oimplicit_ssl=YES -oftp_data_port=989)

	cluster_server_run "$rs1" "$rip1_4" "$rip1_6" "${options[@]}"
	cluster_server_run "$rs2" "$rip2_4" "$rip2_6" "${options[@]}"
	busywait 60 cluster_servers_listen 990
}

# The rules of docs/firewall.md: without state, and the VIP is a local address.
firewall_up()
{
	local served="$control_ports, $passive_first-$passive_last"

	in_ns "$director" nft -f - <<-END
	table inet firewall {
		chain input {
			type filter hook input priority filter; policy drop;
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			ip daddr $vip4 tcp dport { $served } accept
			ip6 daddr $vip6 tcp dport { $served } accept
			ip daddr $vip4 jump active
			ip6 daddr $vip6 jump active
		}
		chain active {
			tcp dport { $active_ports, $active_more } accept
		}
		chain output {
			type filter hook output priority filter; policy drop;
			icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			ip daddr $real_net4 tcp dport { $served, $active_ports } accept
			ip6 daddr $real_net6 tcp dport { $served, $active_ports } accept
		}
		chain forward {
			type filter hook forward priority filter; policy drop;
			ip saddr $real_net4 tcp sport { $served, $active_ports } accept
			ip6 saddr $real_net6 tcp sport { $served, $active_ports } accept
		}
	}
	END
}

# curl 7.88 cannot encrypt active data connections.
sessions=("curl pasv 4" "lftp port 4" "curl epsv 6" "lftp eprt 6")

test_sessions() # NAME
{
	local session program mode family

	for session in "${sessions[@]}"; do
		read -r program mode family <<<"$session"
		new_cip "$family"
		check "$1: $program, $mode, IPv$family" \
			session_run "$program" "$mode" "$cip"
		check_equal "$1: peer of the data connections, $program, $mode, \
IPv$family" "$(expected_peer "$mode" "$family")" "$session_peers"
	done
}

test_plain_refused()
{
	new_cip 4
	check "without TLS nothing is served" ! session_run curl pasv "$cip"
}

was_refused()
{
	[ "$(service_stat ftp refused)" -gt 0 ]
}

# None of the clients above is connected any more. The firewall lets no answer out.
test_strangers()
{
	local stranger

	check_equal "no client was refused" 0 "$(service_stat ftp refused)"
	become ip netns exec "$client" \
		bash -c ": <>/dev/tcp/$vip4/15000" 2>/dev/null &
	stranger=$!
	disown
	check "who has no control connection is refused" busywait 60 was_refused
	check "IPVS knows nothing of it" \
		! in_ns "$director" grep " 3A98 " /proc/net/ip_vs_conn
	kill "$stranger"
}

# For netfilter, replies to active data go to the VIP itself.
test_firewall_counts()
{
	in_ns "$director" nft flush chain inet firewall active
	new_cip 4
	check "passive sessions need no more than their ports" \
		session_run curl epsv "$cip"
	new_cip 4
	ftp_time_limit=10
	check "active ones need the port that data is dialled from" \
		! session_run lftp port "$cip"
}

load_module
make_certificate || exit
cluster_up || exit
implicit_servers_start || exit
firewall_up
cluster_marker_module "control_ports=$control_ports" "active_ports=$active_ports" \
	passive_from=clients

test_plain_refused
ftp_tls=explicit
test_sessions "explicit"
ftp_tls=implicit
test_sessions "implicit"
for counter in active_failed active_unmatched already_marked out_of_range; do
	check_equal "$counter: none" 0 "$(service_stat ftp "$counter")"
done
test_strangers
test_firewall_counts
finish
