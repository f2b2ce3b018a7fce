#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two hundred FTP clients at once, passive and active, while the settings are written
# again twice a second: every byte arrives, and the service's counters are exact.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2016,SC2154 # for other shells; of cluster.sh
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"

need python3
clients=$(soak 100 200)
transfers=$(soak 2 20)
load_size=20000
ftp_active=ipvs
# By default vsftpd waits less for a command than a client may wait for its turn.
cluster_server_lines="idle_session_timeout=1800
data_connection_timeout=1800
accept_timeout=1800
connect_timeout=1800"

# Rules in the director count the packets that the module should mark ahead of its
# hook, and behind it those without the mark.
count_packets()
{
	in_ns "$director" nft -f - <<-END
	table inet load {
		counter control {
		}
		counter passive {
		}
		counter unmarked {
		}
		chain before {
			type filter hook prerouting priority -150
			iif != front accept
			ip daddr $vip4 tcp dport 21 counter name control
			ip6 daddr $vip6 tcp dport 21 counter name control
			ip daddr $vip4 tcp dport $passive_first-$passive_last counter name passive
			ip6 daddr $vip6 tcp dport $passive_first-$passive_last counter name passive
		}
		chain behind {
			type filter hook prerouting priority -148
			iif != front accept
			ip daddr $vip4 tcp dport { 21, $passive_first-$passive_last } meta mark != $ftp_mark counter name unmarked
			ip6 daddr $vip6 tcp dport { 21, $passive_first-$passive_last } meta mark != $ftp_mark counter name unmarked
		}
	}
	END
}

rule_counter_read() # NAME: leaves $packets and $bytes
{
	nft_counter_read "$director" inet load "$1"
}

# Writes all settings, some with the value that they have, and other services of the
# same real servers: packets see no difference. The pause only sets the pace, and
# comes on top of the time that a round takes. The loop ends when its file is gone.
reload()
{
	touch "$scratch/reloading"
	become ip netns exec "$director" bash -c '
		cd /sys/kernel/nf_ftpmark/net
		while [ -e "$1" ]; do
			{
				echo "other$((rounds % 3))" >add
				cd "services/other$((rounds % 3))"
				echo 192.0.2.77 2001:db8:10::77 >vip
				cat ../ftp/real_servers >real_servers
				echo 1 >enabled
				cd ../..
				for file in services/ftp/*; do
					[ -f "$file" ] || continue
					value=$(<"$file")
					echo "$value" >"$file"
				done
				echo "10000-20000 $((30000 + rounds % 100))" \
					>services/ftp/passive_ports
				echo "21 $((2100 + rounds % 10))" \
					>services/ftp/control_ports
				echo "20 $((2000 + rounds % 10))" \
					>services/ftp/active_ports
				echo "other$((rounds % 3))" >remove
			} || echo "round $rounds: refused"
			echo $((++rounds)) >"$2"
			sleep 0.3
		done
	' - "$scratch/reloading" "$scratch/rounds" >"$scratch/reload" 2>&1 &
	reload_pid=$!
}

load_result() # WORD
{
	awk -v word="$1" '$1 == word { print $2 }' "$scratch/load"
}

load_run()
{
	local checksum sources=() i

	head -c $load_size "$scratch/big" >"$scratch/load_file"
	for rs in "$rs1" "$rs2"; do
		cp "$scratch/load_file" "$scratch/$rs/root/load"
	done
	checksum=$(sha256sum "$scratch/load_file")
	for ((i = 1; i <= cip_count; i++)); do
		sources+=("${cip4[i]}" "${cip6[i]}")
	done
	in_ns "$client" python3 -S "$selftests/ftp/ftp_load.py" "$vip4" "$vip6" \
		"$clients" "$transfers" "${checksum%% *}" "${sources[@]}" \
		>"$scratch/load" 2>&1
}

load_module
cluster_up || exit
cluster_marker_module
count_packets
reload
load_run
check_equal "$clients clients at once: everything arrives intact" 0 $?
note "$(cat "$scratch/load")"
rm "$scratch/reloading"
wait "$reload_pid"
check_equal "no change was refused" "" "$(cat "$scratch/reload")"
note "$(cat "$scratch/rounds") rounds of changes"
check "settings were written anew many times" \
	[ "$(cat "$scratch/rounds")" -gt 5 ]

# After the second of four transfers a client uploads a file and fetches it again.
uploads=$(((transfers + 2) / 4))
half=$((clients / 2))
connections=$((half * (transfers + 2 * uploads)))
check_equal "every client has ended its session" \
	"$clients" "$(load_result clients)"
check_equal "so many files have arrived" \
	$((clients * (transfers + uploads))) "$(load_result intact)"
check_equal "passive data connections" \
	"$connections" "$(load_result passive_connections)"
check_equal "active_connections: one for each" \
	"$connections" "$(service_stat ftp active_connections)"
packets="" bytes=0 total=0
for kind in control passive; do
	rule_counter_read "$kind"
	check_equal "${kind}_packets: what came" \
		"$packets" "$(service_stat ftp "${kind}_packets")"
	: $((total += bytes))
done
check_equal "bytes: what came" "$total" "$(service_stat ftp bytes)"
rule_counter_read unmarked
check_equal "no packet has gone by unmarked" 0 "$packets"
for stat in active_failed active_unmatched already_marked out_of_range; do
	check_equal "$stat: none" 0 "$(service_stat ftp "$stat")"
done
finish
