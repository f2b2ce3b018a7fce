#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Four directors without common state behind a router with ECMP, of which some leave
# and come in mid-transfer, for a person to watch. "make demo DEMO=ecmp" runs this in
# a virtual machine. It fails if a transfer breaks that should not.

# shellcheck disable=SC2034,SC2119,SC2154 # cluster.sh's, lib/ecmp.sh's names
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/demo.sh
. "$(dirname "$0")/../lib/demo.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/ecmp.sh
. "$(dirname "$0")/../lib/ecmp.sh"

clients=32
failed=0

demo_topology()
{
	heading "The network"
	cat <<-END
	                            +--- d1 10.0.0.11    +--- rs1 10.0.0.21
	                            |                    |
	 clients ------ router -----+--- d2 10.0.0.12 ---+--- rs2 10.0.0.22
	                            |                    |
	             $vip4 by  +--- d3 10.0.0.13    +--- rs3 10.0.0.23
	             ECMP to d1-d4  |                    |
	                            +--- d4 10.0.0.14    +--- rs4 10.0.0.24

	 The router chooses a director by addresses and ports, so a client's control
	 and data connections come to different ones. The real servers have the
	 virtual IP on lo, and answer past the directors. The scheduler mh looks at
	 the client's address only: all directors choose the same real server.
	END
}

demo_configuration()
{
	heading "The configuration, the same on all directors"
	director=$d1
	show ftpmark show ftp | sed '/^counters/,$d'
	show ipvsadm -Ln
	show sysctl net.ipv4.vs.sloppy_tcp
}

row()
{
	printf '%-34s  %6s  %6s  %9s\n' "$@"
}

# demo_event WHOLE WHAT EVENT [ARG...]: that many downloads are to be whole.
demo_event()
{
	local whole broken unbegun

	fleet_run "${@:3}" || exit
	row "$2" "$whole" "$broken" "$unbegun"
	[ "$whole" -ge "$1" ] || : $((++failed))
}

echo "nf_ftpmark on Linux $(uname -r)"
command -v ftpmark >/dev/null || skip_all "no ftpmark: make -C tools"
load_module || exit
ecmp_world_up || exit
services mh 1
demo_topology
demo_configuration || exit
heading "$clients downloads at a time: passive, active, over TLS"
row "what happens half-way" whole broken "not begun"
demo_event "$clients" "nothing" true
demo_event "$clients" "d3 leaves" ecmp_directors 1 2 4
demo_event "$clients" "d3 comes back" ecmp_directors 1 2 3 4
demo_event "$clients" "all directors but d3 leave" ecmp_directors 3
demo_event "$clients" "they come back" ecmp_directors 1 2 3 4
services mh 0
demo_event 0 "without sloppy_tcp, d3 leaves" ecmp_directors 1 2 4
ecmp_directors 1 2 3 4
services rr 1 -p 300
demo_event 0 "persistent rr in place of mh" true
echo
if [ "$failed" -gt 0 ]; then
	echo "$failed events broke downloads that they should not: FAILED"
	exit 1
fi
echo "Directors may leave and come: no download breaks."
