#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark export": the programs that its output is for accept it, and it has the
# effect of the service.

# shellcheck disable=SC2119,SC2317 # optional words; called by check and busywait
# shellcheck disable=SC2154 # set by setup_ns
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/cache.sh
. "$selftests/lib/cache.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/watch.sh
. "$selftests/lib/watch.sh"

ftpmark=${FTPMARK:-ftpmark}
sysfs=/sys/kernel/nf_ftpmark/net

# export_to FORMAT SERVICE: exports into $scratch/FORMAT; one check.
export_to()
{
	check "$1: $2 is exported" \
		eval "'$ftpmark' export $2 $1 >'$scratch/$1' 2>'$scratch/export.err'"
}

# Prints an export without its comments.
said() # FORMAT
{
	grep -v '^ *#' "$scratch/$1"
}

services()
{
	"$ftpmark" add ftp vip 192.0.2.10,2001:db8::10 \
		real 10.0.0.11,10.0.0.12,10.0.1.0/24,2001:db8:2::11
	"$ftpmark" add wide mark 0x7 vip 192.0.2.20,192.0.2.21 control 2121,990 \
		passive 30000-30099,40000-49999 real 10.1.0.0/16,10.1.0.0/24 \
		active snat active-ports 2120 notrack 1 on-marked keep
	"$ftpmark" add six mark 6 vip 2001:db8::66 real 2001:db8:6::/64 \
		active masquerade
	"$ftpmark" add plain mark 9 vip 192.0.2.30 passive none active off
}

test_usage()
{
	local status=0

	"$ftpmark" export ftp >"$scratch/out" 2>&1 || status=$?
	check_equal "no format" "2 ftpmark: FORMAT: missing" \
		"$status $(head -n 1 "$scratch/out")"
	status=0
	"$ftpmark" export ftp ftpd >"$scratch/out" 2>&1 || status=$?
	check_equal "no such format" "2 ftpmark: ftpd: no such format" \
		"$status $(head -n 1 "$scratch/out")"
	status=0
	"$ftpmark" export nix nft >"$scratch/out" 2>&1 || status=$?
	check_equal "no such service" "1 ftpmark: nix: no such service" \
		"$status $(head -n 1 "$scratch/out")"
	status=0
	"$ftpmark" export >"$scratch/out" 2>&1 || status=$?
	check_equal "no service" "2 ftpmark: NAME: missing" \
		"$status $(head -n 1 "$scratch/out")"
}

listens() # PORT
{
	local listeners

	ip netns exec "$server" listeners_count "$1"
	[ "$listeners" -gt 0 ]
}

# server_runs NAME PORT COMMAND...: the server starts and listens; one check.
server_runs()
{
	local name=$1 port=$2 pid

	shift 2
	become ip netns exec "$server" "$@" >"$scratch/server.log" 2>&1 &
	pid=$!
	check "$name: starts with it and listens on $port" \
		busywait 60 listens "$port"
	listens "$port" || note "$(cat "$scratch/server.log")"
	# One that has just begun to listen may miss a politer signal.
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	check "$name: is gone" busywait 60 eval "! listens $port"
}

test_vsftpd()
{
	local vsftpd service

	if ! vsftpd=$(ftp_server vsftpd); then
		skip "vsftpd" "no vsftpd"
		return
	fi
	mkdir -p "$scratch/empty"
	for service in "ftp 21" "wide 990" "plain 21"; do
		export_to vsftpd "${service% *}"
		{
			printf '%s\n' background=NO listen=YES \
				secure_chroot_dir="$scratch/empty" \
				seccomp_sandbox=NO
			cat "$scratch/vsftpd"
		} >"$scratch/vsftpd.conf"
		server_runs "vsftpd: ${service% *}" "${service#* }" \
			"$vsftpd" "$scratch/vsftpd.conf"
	done
	export_to vsftpd ftp
	check_equal "vsftpd: ftp" "pasv_enable=YES
pasv_min_port=10000
pasv_max_port=20000
pasv_address=192.0.2.10
port_enable=YES
connect_from_port_20=YES" "$(said vsftpd)"
	export_to vsftpd wide
	check_equal "vsftpd: wide" "listen_port=990
pasv_enable=YES
pasv_min_port=40000
pasv_max_port=49999
pasv_address=192.0.2.20
port_enable=YES
connect_from_port_20=YES
ftp_data_port=2120" "$(said vsftpd)"
	check "vsftpd: the other range is named" \
		grep -q '^#.*30000-30099' "$scratch/vsftpd"
	check "vsftpd: the other VIP is named" \
		grep -q '^#.*192.0.2.21' "$scratch/vsftpd"
	check "vsftpd: the other control port is named" \
		grep -q '^#.*2121' "$scratch/vsftpd"
	export_to vsftpd plain
	check_equal "vsftpd: plain" "pasv_enable=NO
port_enable=NO" "$(said vsftpd)"
}

test_proftpd()
{
	local proftpd service

	if ! proftpd=$(ftp_server proftpd); then
		skip "proftpd" "no proftpd"
		return
	fi
	for service in ftp wide six plain; do
		export_to proftpd "$service"
		{
			# The host name may not resolve here.
			printf '%s\n' "DefaultAddress 127.0.0.1" \
				"PidFile $scratch/proftpd.pid" \
				"ScoreboardFile $scratch/scoreboard" \
				"SystemLog $scratch/proftpd.log" \
				"ServerType standalone" "User nobody" \
				"Group nogroup"
			cat "$scratch/proftpd"
		} >"$scratch/proftpd.conf"
		check "proftpd -t: $service" "$proftpd" -t -c "$scratch/proftpd.conf"
		check "proftpd -t: $service: no warning" \
			! grep -iE 'warning|error|unknown' "$scratch/check"
	done
	check "proftpd -t: a word it does not know" ! "$proftpd" -t \
		-c <(cat "$scratch/proftpd.conf"; echo "NoSuchWord on")
	export_to proftpd ftp
	check_equal "proftpd: ftp" "Port 21
PassivePorts 10000 20000
MasqueradeAddress 192.0.2.10
RootRevoke off" "$(said proftpd)"
}

test_pure_ftpd()
{
	local pure

	if ! pure=$(ftp_server pure-ftpd); then
		skip "pure-ftpd" "no pure-ftpd"
		return
	fi
	export_to pure-ftpd wide
	cp "$scratch/pure-ftpd" "$scratch/pure-ftpd.conf"
	server_runs "pure-ftpd: wide" 990 "$pure" "$scratch/pure-ftpd.conf"
	export_to pure-ftpd plain
	cp "$scratch/pure-ftpd" "$scratch/pure-ftpd.conf"
	server_runs "pure-ftpd: plain" 21 "$pure" "$scratch/pure-ftpd.conf"
	check_equal "pure-ftpd: plain" "" "$(said pure-ftpd)"
	export_to pure-ftpd ftp
	cp "$scratch/pure-ftpd" "$scratch/pure-ftpd.conf"
	server_runs "pure-ftpd: ftp" 21 "$pure" "$scratch/pure-ftpd.conf"
	check_equal "pure-ftpd: ftp" "PassivePortRange 10000 20000
ForcePassiveIP 192.0.2.10" "$(said pure-ftpd)"
}

test_ipvsadm()
{
	modprobe -a ip_vs ip_vs_rr || {
		skip "ipvsadm" "no IPVS"
		return
	}
	export_to ipvsadm ftp
	check_equal "ipvsadm: what is left to do" \
"ftpmark: ftp: 10.0.1.0/24: add each server there: ipvsadm -a -f 21 -r ADDRESS -m" \
		"$(cat "$scratch/export.err")"
	check "ipvsadm -R" ip netns exec "$router" ipvsadm -R \
		<"$scratch/ipvsadm"
	check_equal "ipvsadm: what IPVS has then" "\
-A -f 21 -s rr -p 300
-a -f 21 -r 10.0.0.11:0 -m -w 1
-a -f 21 -r 10.0.0.12:0 -m -w 1
-A -f 21 -6 -s rr -p 300
-a -f 21 -6 -r [2001:db8:2::11]:0 -m -w 1" \
		"$(ip netns exec "$router" ipvsadm -Sn)"
	export_to ipvsadm plain
	check_equal "ipvsadm: without real servers" "-A -f 9 -s rr -p 300" \
		"$(said ipvsadm)"
	export_to ipvsadm six
	check_equal "ipvsadm: IPv6 alone" "-A -f 6 -6 -s rr -p 300" \
		"$(said ipvsadm)"
	ip netns exec "$router" ipvsadm -C
}

test_keepalived()
{
	local service

	for service in ftp wide six plain; do
		export_to keepalived "$service"
		cp "$scratch/keepalived" "$scratch/$service.conf"
	done
	check "keepalived --config-test: ftp" ip netns exec "$router" \
		keepalived --config-test -f "$scratch/ftp.conf"
	check "keepalived: nothing to say" [ ! -s "$scratch/check" ]
	check_equal "keepalived: two families" "ip_family inet
ip_family inet6" "$(grep -o 'ip_family.*' "$scratch/ftp.conf")"
	check_equal "keepalived: the servers" "10.0.0.11
10.0.0.12
2001:db8:2::11" "$(sed -n 's/^    real_server \(.*\) 0 {/\1/p' "$scratch/ftp.conf")"
	check "keepalived: the prefix is a template" grep -qx \
		'#    real_server ADDRESS 0 {' "$scratch/ftp.conf"
	for service in wide six plain; do
		# Completes the file as the operator has to.
		awk -v net="$([ "$service" = six ] && echo 2001:db8:6:: ||
			echo 10.1.0.)" '
			sub(/^#    /, "    ") { n++; sub(/ADDRESS/, net n) }
			{ print }' "$scratch/$service.conf" >"$scratch/full.conf"
		check "keepalived --config-test: $service, completed" \
			ip netns exec "$router" keepalived --config-test \
			-f "$scratch/full.conf"
	done
}

# rules_read SAVE: leaves the rules in the order of chains, without what depends on
# the version, in $marks, those that set a mark, and $others.
rules_read()
{
	local text line chain

	ip netns exec "$router" "$1" >"$scratch/rules"
	slurp text "$scratch/rules"
	text=${text// -m tcp / }
	marks='' others=''
	for chain in PREROUTING POSTROUTING ftp-; do
		while IFS= read -r line; do
			case $line in
			"-A $chain"*MARK*) marks+=${marks:+$'\n'}$line ;;
			"-A $chain"*) others+=${others:+$'\n'}$line ;;
			esac
		done <<<"$text"
	done
}

test_iptables_kind() # LEGACY|NFT
{
	local four=iptables-$1-restore six=ip6tables-$1-restore service

	for service in ftp wide six plain; do
		export_to iptables "$service"
		check "$four --test: $service" ip netns exec "$router" \
			"$four" --test "$scratch/iptables"
		check "$six --test: $service" ip netns exec "$router" \
			"$six" --test "$scratch/iptables"
	done
	export_to iptables ftp
	check "$four" ip netns exec "$router" "$four" "$scratch/iptables"
	check "$six" ip netns exec "$router" "$six" "$scratch/iptables"
	rules_read "iptables-$1-save"
	check_equal "$four: the marks" "\
-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 21 -j MARK --set-xmark 0x15/0xffffffff
-A PREROUTING -d 192.0.2.10/32 -p tcp --dport 10000:20000 -j MARK --set-xmark 0x15/0xffffffff" \
		"$marks"
	check_equal "$four: active data" "\
-A POSTROUTING -s 10.0.0.11/32 -p tcp --sport 20 -j ftp-ftp
-A POSTROUTING -s 10.0.0.12/32 -p tcp --sport 20 -j ftp-ftp
-A POSTROUTING -s 10.0.1.0/24 -p tcp --sport 20 -j ftp-ftp
-A ftp-ftp -d 10.0.0.11/32 -j RETURN
-A ftp-ftp -d 10.0.0.12/32 -j RETURN
-A ftp-ftp -d 10.0.1.0/24 -j RETURN
-A ftp-ftp -j SNAT --to-source 192.0.2.10" \
		"$others"
	rules_read "ip6tables-$1-save"
	check_equal "$six: the rules" "\
-A PREROUTING -d 2001:db8::10/128 -p tcp --dport 21 -j MARK --set-xmark 0x15/0xffffffff
-A PREROUTING -d 2001:db8::10/128 -p tcp --dport 10000:20000 -j MARK --set-xmark 0x15/0xffffffff
-A POSTROUTING -s 2001:db8:2::11/128 -p tcp --sport 20 -j ftp-ftp
-A ftp-ftp -d 2001:db8:2::11/128 -j RETURN
-A ftp-ftp -j SNAT --to-source 2001:db8::10" \
		"$marks"$'\n'"$others"
	export_to iptables wide
	check_equal "iptables: other marks are kept" 8 \
		"$(grep -c -- '-m mark --mark 0x0 -j MARK --set-mark 0x7' \
			"$scratch/iptables")"
	check_equal "iptables: which VIP active data leaves under" \
		"# active data for clients of VIP 192.0.2.21 leaves under 192.0.2.20" \
		"$(grep 'active data' "$scratch/iptables")"
	check_equal "iptables: both directions are untracked" 16 \
		"$(grep -c -- '-j CT --notrack' "$scratch/iptables")"
	ip netns exec "$router" "$four" </dev/null
}

# Services whose names have the same beginning, longer than a chain's name.
test_iptables_names() # LEGACY|NFT
{
	local name=abcdefghijklmnopqrstuvwxyz0123 service i=0

	for service in "${name:0:24}" "${name:0:25}" "${name}1" "${name}2"; do
		"$ftpmark" add "$service" vip "192.0.2.4$((++i))" \
			real "10.4.$i.0/24" active masquerade
		export_to iptables "$service"
		"$ftpmark" del "$service"
		check "iptables-$1-restore: $service" ip netns exec "$router" \
			"iptables-$1-restore" --noflush "$scratch/iptables"
	done
	rules_read "iptables-$1-save"
	check_equal "iptables-$1-restore: each has a chain of its own" "4 4" \
		"$(grep -c '^-A ftp-abc.* MASQUERADE' <<<"$others") $(
			grep -c '^:ftp-abc' "$scratch/rules")"
}

test_iptables()
{
	test_iptables_kind legacy
	test_iptables_names legacy
	# iptables-legacy and iptables-nft do not mix in one namespace.
	setup_ns router
	test_iptables_kind nft
	test_iptables_names nft
}

test_nft()
{
	local service

	setup_ns router
	for service in ftp wide six plain; do
		export_to nft "$service"
		check "nft -c: $service" ip netns exec "$router" \
			nft -c -f "$scratch/nft"
		check "nft: $service" ip netns exec "$router" \
			nft -f "$scratch/nft"
	done
	check "nft: the marks" grep -q \
		'ip daddr 192.0.2.10 tcp dport 10000-20000 meta mark set 0x00000015' \
		<(ip netns exec "$router" nft list table inet ftpmark_ftp |
			sed 's/{ \([^ ,}]*\) }/\1/g')
	check "nft: active data to the VIP" grep -q 'snat ip to 192.0.2.10' \
		<(ip netns exec "$router" nft list table inet ftpmark_ftp)
	for service in iptables nft; do
		export_to "$service" ftp
		check "$service: nothing to be said of one VIP of each family" \
			! grep 'active data' "$scratch/$service"
	done
	export_to nft wide
	check_equal "nft: which VIP active data leaves under" \
		"# active data for clients of VIP 192.0.2.21 leaves under 192.0.2.20" \
		"$(grep 'active data' "$scratch/nft")"
	check "nft: active data to the interface" grep -q 'masquerade' \
		<(ip netns exec "$router" nft list table inet ftpmark_six)
	check "nft: no active data" ! grep nat \
		<(ip netns exec "$router" nft list table inet ftpmark_plain)
}

state() # SERVICE
{
	(cd "$sysfs/services/$1" && grep . vip real_servers control_ports \
		passive_ports mark active enabled)
}

# This test comes last: it loads the module again for each service.
test_modprobe()
{
	local service
	local -A want lost=([ftp]=0 [wide]=4 [six]=1 [plain]=1)

	if ! modinfo nf_ftpmark >/dev/null 2>&1; then
		skip "modprobe" "the module is not installed"
		return
	fi
	for service in ftp wide six plain; do
		export_to modprobe "$service"
		cp "$scratch/modprobe" "$scratch/$service.modprobe"
		want[$service]=$(state "$service")
	done
	for service in ftp wide six plain; do
		unload_module
		mkdir -p "$scratch/modprobe.d"
		cp "$scratch/$service.modprobe" \
			"$scratch/modprobe.d/nf_ftpmark.conf"
		check "modprobe: loads as $service" \
			modprobe -C "$scratch/modprobe.d" nf_ftpmark
		module_is_ours=1
		check_equal "modprobe: the service is $service" \
			"${want[$service]}" "$(state ftp)"
		check_equal "modprobe: $service: what it lacks is told" \
			"${lost[$service]}" \
			"$(($(grep -c '^#' "$scratch/$service.modprobe") - 1))"
	done
}

need "$ftpmark" ip6tables-legacy-restore ip6tables-nft-restore ipvsadm \
	keepalived nft
setup_ns router server
load_module
services
test_usage
test_vsftpd
test_proftpd
test_pure_ftpd
test_ipvsadm
test_keepalived
test_iptables
test_nft
test_modprobe
finish
