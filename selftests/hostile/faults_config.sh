#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each allocation of each change of the configuration fails once.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=faults.sh
. "$selftests/hostile/faults.sh"

need python3

# kernfs allocates a buffer for each write. In a write that changes nothing, that is
# the only allocation.
needs_no_memory() # NAME
{
	check_equal "$1 needs no memory" 1 "$failed"
}

each_setting() # SERVICE MARKS, before and after
{
	setting "$1: passive_ports" "$2" "$1" passive_ports "10000-20000 30000"
	setting "$1: control_ports" "$2" "$1" control_ports "21 2121"
	setting "$1: real_servers" "$2" "$1" real_servers \
		"10.0.0.0/24 2001:db8:2::/64"
	setting "$1: active_ports" "$2" "$1" active_ports "20 2020"
	setting "$1: active snat" "$2" "$1" active snat
	setting "$1: active masquerade" "$2" "$1" active masquerade
	setting "$1: active off" "$2" "$1" active off
	setting "$1: active ipvs" "$2" "$1" active ipvs
	setting "$1: notrack" "$2" "$1" notrack 1
	setting "$1: on_marked" "$2" "$1" on_marked keep
	setting "$1: passive_from" "$2" "$1" passive_from clients
	setting "$1: fast" "$2" "$1" fast 1
}

configuration()
{
	fault "add" 0,0,0,0,0 write add first
	setting "vip" 0,0,0,0,0 first vip "$vip $vip6"
	each_setting first 0,0,0,0,0
	setting "enabling the first service" 21,21,0,0,21 first enabled 1
	each_setting first 21,21,0,0,21
	setting "mark" 4,4,0,0,4 first mark 4

	fault "add a second one" 4,4,0,0,4 write add second
	setting "its vip, not yet enabled" 4,4,0,0,4 second vip "$vip2"
	setting "its passive ports" 4,4,0,0,4 second passive_ports 30001
	setting "its mark" 4,4,0,0,4 second mark 5
	setting "enabling it" 4,4,0,5,4 second enabled 1
	setting "its control port" 4,4,0,0,4 second control_ports 80
	setting "a VIP of both" 4,4,5,0,4 second vip "$vip $vip2"
	setting "real servers of both" 4,4,5,0,4 second real_servers 10.0.0.0/24
	setting "a VIP of its own" 4,4,0,0,4 second vip "$vip2"
	setting "port 21 again" 4,4,0,5,4 second control_ports 21
	setting "snat of one of two" 4,4,0,5,4 second active snat
	setting "notrack of one of two" 4,4,0,5,4 second notrack 1
}

# In a transaction only its commit builds a table.
transactions()
{
	fault "staging: add" 4,4,0,5,4 within add=third
	fault "staging: a list" 4,4,0,5,4 \
		within services/first/passive_ports="10000-20000 30000"
	fault "staging: a mark" 4,4,0,5,4 within services/first/mark=7
	needs_no_memory "staging: a mark"
	fault "staging: remove" 4,4,0,5,4 within remove=second
	needs_no_memory "staging: remove"
	fault "staging: add again" 4,4,0,5,4 within remove=second add=second
	fault "commit of one setting" 6,6,0,5,6 \
		commit services/first/mark=6
	fault "commit of all kinds of changes" 4,4,0,8,4 commit \
		services/first/mark=4 remove=second add=third add=second \
		services/third/vip="$vip2" services/third/mark=8 \
		services/third/enabled=1 "services/first/vip=$vip $vip6" \
		services/second/real_servers=10.0.0.0/24
	fault "commit of what goes back" 4,4,0,5,4 commit \
		remove=third services/second/vip="$vip2" \
		services/second/passive_ports=30001 services/second/mark=5 \
		services/second/active=snat services/second/notrack=1 \
		services/second/enabled=1
	fault "commit of nothing" 4,4,0,5,4 commit
	needs_no_memory "commit of nothing"
}

deconfiguration()
{
	setting "disabling one of two" 4,4,0,0,4 second enabled 0
	setting "enabling it again" 4,4,0,5,4 second enabled 1
	fault "removing one of two" 4,4,0,0,4 write remove second
	setting "disabling the last one" 0,0,0,0,0 first enabled 0
	needs_no_memory "disabling the last one"
	setting "enabling it again" 4,4,0,0,4 first enabled 1
	fault "removing the last one" 0,0,0,0,0 write remove first
	needs_no_memory "removing the last one"
	fault "commit of a first one" 4,4,0,0,4 commit add=first \
		"services/first/vip=$vip $vip6" services/first/mark=4 \
		services/first/enabled=1
	fault "commit that removes the last one" 0,0,0,0,0 commit remove=first
	needs_no_memory "commit that removes the last one"
}

faults_start
configuration
transactions
deconfiguration
finish
