#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check": its findings about IPVS.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/router.sh
. "$(dirname "$0")/../lib/router.sh"

test_virtual()
{
	ipvs -D -f 21
	finds "no IPVS service, IPv4" "fault ipvs-no-service"
	remedy_read ipvs-no-service
	remedy_run
	finds "it is there, but empty" "fault ipvs-no-server"
	ipvs_setup
	ipvs -D -f 21 -6
	finds "no IPVS service, IPv6" "fault ipvs-no-service"
	ipvs_setup
	ipvs -A -f 22 -s rr
	is_well "a service for another mark"
	ipvs -D -f 22
	module set ftp mark 23
	finds "another mark" "fault ipvs-no-service;fault ipvs-no-service"
	module set ftp mark 21

	ipvs -E -f 21 -s rr
	finds "IPVS not persistent" "fault ipvs-not-persistent"
	remedy "IPVS not persistent" ipvs-not-persistent
	ipvs -E -f 21 -6 -s rr
	finds "IPVS not persistent, IPv6" "fault ipvs-not-persistent"
	remedy "IPVS not persistent, IPv6" ipvs-not-persistent
	ipvs -E -f 21 -s sh
	finds "IPVS hashes addresses" "warning ipvs-not-persistent"
	ipvs -E -f 21 -s sh -b sh-port
	finds "IPVS hashes ports, too" "fault ipvs-not-persistent"
	ipvs -E -f 21 -s rr -p 60
	finds "short persistence" "warning ipvs-timeout"
	remedy "short persistence" ipvs-timeout
	ipvs -E -f 21 -s rr -p 300 -M 255.255.255.0
	finds "persistence of networks" "note ipvs-netmask"
	ipvs -R <<-END
		-E -f 21 -s rr -p 300 -M 255.255.255.255
		-E -f 21 -6 -s rr -p 300 -M 64
	END
	finds "persistence of networks, IPv6" "note ipvs-netmask"
	if modprobe ip_vs_pe_sip 2>/dev/null; then
		ipvs_setup
		ipvs -E -f 21 -s rr -p 300 --pe sip
		finds "a persistence engine" "warning ipvs-engine"
	fi
	ipvs_setup
	ipvs --set 100 0 0
	is_well "IPVS soon forgets idle connections"
}

test_servers()
{
	ipvs -e -f 21 -r 10.0.0.11 -m -w 0
	finds "all weights are 0" "fault ipvs-no-server"
	ipvs_setup
	ip -n "$router" route add 10.9.0.0/24 dev back
	ipvs -a -f 21 -r 10.9.0.1 -m
	finds "a server that is not listed" "fault server-not-listed"
	# Remedies that are commands of the tool begin so.
	remedy_read server-not-listed
	module set ftp real "${remedy##* }"
	is_well "it is listed"
	module set ftp real 10.0.0.0/24,2001:db8:2::/64
	ipvs -e -f 21 -r 10.9.0.1 -g
	is_well "one that answers itself need not be listed"
	ipvs_setup

	module set ftp active off
	finds "active FTP off" "note active-off"
	module set ftp active ipvs real none
	finds "no real servers" "note active-off"
	module set ftp real 10.0.0.0/24,2001:db8:2::/64
	servers_by -g
	finds "active FTP with DR only" "note active-needless"
	servers_by -i
	finds "active FTP with TUN only" "note active-needless"
	on_router sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
	finds "these need no forwarding" "note active-needless"
	on_router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	module set ftp active off
	is_well "and are well with active off"
	module set ftp active ipvs
	ipvs_setup
	is_well "NAT again"
}

test_port_services()
{
	ipvs -A -t "$vip4:21" -s rr
	finds "IPVS service for port 21" "warning ipvs-port-service"
	remedy "IPVS service for port 21" ipvs-port-service
	ipvs -A -t "$vip4:0" -s rr -p 300
	finds "IPVS service for all ports" "warning ipvs-port-service"
	remedy "IPVS service for all ports" ipvs-port-service
	ipvs -A -t "[$vip6]:15000" -s rr
	finds "IPVS service for a passive port" "warning ipvs-port-service"
	remedy "IPVS service for a passive port" ipvs-port-service
	ipvs -R <<-END
		-A -t $vip4:80 -s rr
		-A -u $vip4:21 -s rr
		-A -t 192.0.2.11:21 -s rr
	END
	is_well "services for other ports, protocols and addresses"
	ipvs_setup
}

# Signs of several directors behind ECMP: direct routing and such a scheduler.
test_many()
{
	modprobe ip_vs_mh || skip_all "no scheduler mh"
	module set ftp active off
	ipvs -R <<-END
		-C
		-A -f 21 -s mh
		-a -f 21 -r 10.0.0.11 -g -w 1
		-a -f 21 -r 10.0.0.12 -g -w 1
		-A -f 21 -6 -s mh
		-a -f 21 -6 -r 2001:db8:2::11 -g -w 1
	END
	finds "mh, without sloppy_tcp" \
		"warning ipvs-not-persistent;warning ipvs-not-persistent;note many-sloppy-tcp;note many-sloppy-tcp"
	ipvs --start-daemon master --mcast-interface back
	finds "with a sync daemon" \
		"warning ipvs-not-persistent;warning ipvs-not-persistent;note vs-sync-refresh"
	on_router sysctl -qw net.ipv4.vs.sync_refresh_period=10
	finds "which tells of quiet connections" \
		"warning ipvs-not-persistent;warning ipvs-not-persistent"
	on_router sysctl -qw net.ipv4.vs.sync_refresh_period=0
	ipvs --stop-daemon master
	on_router sysctl -qw net.ipv4.vs.sloppy_tcp=1
	is_well "mh, with sloppy_tcp"
	ipvs -e -f 21 -r 10.0.0.12 -g -w 2
	finds "weights that differ" "note many-weights"
	ipvs -R <<-END
		-e -f 21 -r 10.0.0.12 -g -w 1
		-E -f 21 -6 -s rr -p 300
	END
	finds "one that does not choose by client" "note many-scheduler"
	ipvs -E -f 21 -s rr -p 300
	on_router sysctl -qw net.ipv4.vs.sloppy_tcp=0
	is_well "which serves one director"
	module set ftp active ipvs
	ipvs_setup
}

test_virtual
test_servers
test_port_services
test_many
finish
