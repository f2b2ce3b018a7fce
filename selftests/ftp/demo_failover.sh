#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two directors under keepalived, and one dies in mid-transfer, for a person to
# watch. "make demo DEMO=failover" runs this in a virtual machine. It fails if a
# transfer does.

# shellcheck disable=SC2034,SC2119,SC2154 # cluster.sh's, lib/directors.sh's names
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/demo.sh
. "$(dirname "$0")/../lib/demo.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ftp_streams.sh
. "$(dirname "$0")/../lib/ftp_streams.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/directors.sh
. "$(dirname "$0")/../lib/directors.sh"

ftp_active=ipvs
# Streams last until the backup has taken over.
ftp_time_limit=300
gate=$scratch/gate
failed=0

# NAME, and how it is made: get|put MODE FAMILY.
streams=(
	"passive-get pasv get 4"
	"passive-put epsv put 6"
	"active-get port get 4"
	"active-put eprt put 6"
)

demo_topology()
{
	heading "The network"
	cat <<-END
	                                    +----+
	                     +--- front ----| d1 |---- back ---+--- rs1 $rip1_4
	                     |              +----+             |
	 client -------------+                                 |
	                     |              +----+             |
	                     +--- front ----| d2 |---- back ---+--- rs2 $rip2_4
	                                    +----+

	 The virtual IPs $vip4 and $vip6, and the real servers'
	 gateway addresses $dip4 and $dip6, are where keepalived
	 puts them. IPVS's sync daemon tells the other director of each connection;
	 with "active ipvs" that holds for active data connections, too.
	END
}

demo_configuration()
{
	heading "The configuration, the same on both directors"
	director=$d1
	show ftpmark show ftp | sed '/^counters/,$d'
	cat "$scratch/$d1.conf"
}

row()
{
	printf '%-12s  %-5s  %-6s  %9s  %s\n' "$@"
}

stream_bytes() # NAME
{
	local file

	file=$(stream_file "$1") && stat -c %s "$file" || echo 0
}

stream_is_intact() # NAME
{
	local file

	file=$(stream_file "$1") && cmp -s "$file" "$scratch/big"
}

demo_streams_start()
{
	local mode name what family

	heading "Transfers through d1"
	for stream in "${streams[@]}"; do
		read -r name mode what family <<<"$stream"
		stream_start "$name" "$what" "$mode" "$family"
		names+=("$name")
	done
	busywait 60 streams_flow "${names[@]}" &&
		busywait 60 replicated "$d1" "$d2" || return
	echo "What d2 knows of them from the sync daemon:"
	echo
	director=$d2
	show ipvsadm -Lcn
}

demo_failure()
{
	local before=() i mode name result what family

	for name in "${names[@]}"; do
		before+=("$(stream_bytes "$name")")
	done
	heading "The plug of d1 is pulled"
	director_die "$d1"
	busywait 60 has_addresses "$d2" || return
	echo "d2 has the virtual IPs now:"
	echo
	show ip -brief address show front
	touch "$gate"
	row transfer mode family before afterwards
	for i in "${!streams[@]}"; do
		read -r name mode what family <<<"${streams[i]}"
		wait "${stream_pid[$name]}"
		result="$(stream_bytes "$name") bytes, as they were sent"
		if ! stream_is_intact "$name"; then
			result="$(stream_bytes "$name") of $big_size bytes: BROKEN"
			: $((++failed))
		fi
		row "$name" "$mode" "IPv$family" "${before[i]}" "$result"
	done
	echo
}

echo "nf_ftpmark on Linux $(uname -r)"
command -v ftpmark >/dev/null || skip_all "no ftpmark: make -C tools"
names=()
load_module || exit
failover_up || exit
demo_topology
demo_configuration || exit
demo_streams_start || exit
demo_failure || exit
if [ "$failed" -gt 0 ]; then
	echo "$failed of ${#streams[@]} transfers FAILED"
	exit 1
fi
echo "All ${#streams[@]} transfers went on through d2: files arrived as they were sent."
