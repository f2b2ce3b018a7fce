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
# shellcheck source-path=SCRIPTDIR source=../lib/export.sh
. "$selftests/lib/export.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/watch.sh
. "$selftests/lib/watch.sh"

sysfs=/sys/kernel/nf_ftpmark/net

test_usage()
{
	local status=0 words

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
	for words in "nft --director home:--director: no option of this format" \
		"keepalived --director both:both: not one of: home, other" \
		"keepalived --director:--director: value missing"; do
		status=0
		# shellcheck disable=SC2086 # words
		"$ftpmark" export ftp ${words%%:*} >"$scratch/out" 2>&1 || status=$?
		check_equal "export ${words%%:*}" "2 ftpmark: ${words#*:}" \
			"$status $(head -n 1 "$scratch/out")"
	done
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
"ftpmark: ftp: 10.0.1.0/24: IPVS has none with this mark: add each server there: ipvsadm -a -f 21 -r ADDRESS -m" \
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

# The real servers that IPVS has in a prefix are exported, with method and weight, each
# once; those of another mark, another prefix or listed as hosts are not.
test_servers()
{
	local text

	if ! [ -d /sys/module/ip_vs ]; then
		skip "real servers of a prefix" "no IPVS"
		return
	fi
	ip netns exec "$router" ipvsadm -R <<-'END'
		-A -f 21 -s rr
		-a -f 21 -r 10.0.0.12 -m -w 7
		-a -f 21 -r 10.0.1.5 -m
		-a -f 21 -r 10.0.1.6 -g -w 3
		-a -f 21 -r 10.0.2.1 -m
		-A -f 22 -s rr
		-a -f 22 -r 10.0.1.7 -m
		-A -f 7 -s rr
		-a -f 7 -r 10.1.0.1 -i -w 0
	END
	"$ftpmark" -n "$router" add ftp vip 192.0.2.10 \
		real 10.0.0.12,10.0.1.0/24
	"$ftpmark" -n "$router" add wide mark 7 vip 192.0.2.20 \
		real 10.1.0.0/16,10.1.0.0/24,10.2.0.0/16
	text=$("$ftpmark" -n "$router" export ftp ipvsadm 2>&1 | sort)
	check_equal "ipvsadm: the real servers that IPVS has in a prefix" "\
-A -f 21 -s rr -p 300
-a -f 21 -r 10.0.0.12 -m
-a -f 21 -r 10.0.1.5 -m
-a -f 21 -r 10.0.1.6 -g -w 3" "$text"
	text=$("$ftpmark" -n "$router" export wide ipvsadm 2>&1 | sort)
	check_equal "ipvsadm: in nested prefixes once, and in one none" "\
-A -f 7 -s rr -p 300
-a -f 7 -r 10.1.0.1 -i -w 0
ftpmark: wide: 10.2.0.0/16: IPVS has none with this mark: add each server there: ipvsadm -a -f 7 -r ADDRESS -m" \
		"$text"
	"$ftpmark" -n "$router" export ftp keepalived >"$scratch/from_ipvs.conf"
	check "keepalived --config-test: servers of IPVS" ip netns exec \
		"$router" keepalived --config-test -f "$scratch/from_ipvs.conf"
	check_equal "keepalived: the real servers that IPVS has in a prefix" \
		"10.0.0.12;10.0.1.5;10.0.1.6 weight 3 lvs_method DR;" \
		"$(awk '$1 == "real_server" { server = $2 }
			/^        (weight|lvs_method) / { server = server " " $1 " " $2 }
			$1 == "TCP_CHECK" { print server }' \
			"$scratch/from_ipvs.conf" | sort | tr '\n' ';')"
	check "keepalived: no template" ! grep ADDRESS "$scratch/from_ipvs.conf"
	check_equal "ipvsadm: by a user, that IPVS could not be asked" \
		"wide: 10.1.0.0/16: Operation not permitted" \
		"$(setpriv --reuid=65534 --regid=65534 --clear-groups "$ftpmark" \
			export wide ipvsadm 2>&1 >/dev/null |
			sed -n '1s/^ftpmark: \(.*\): add each.*/\1/p')"
	"$ftpmark" -n "$router" flush
	ip netns exec "$router" ipvsadm -C
}

# A file for each of two directors: they differ in the priority, and keepalived takes
# them once the words in capitals are replaced.
test_directors()
{
	local which service

	ip -n "$router" link add front type veth peer name back
	for which in home other; do
		"$ftpmark" export ftp keepalived --director "$which" |
			sed 's/CLIENT_SIDE/front/; s/SERVER_SIDE/back/
				s|GATEWAY4|10.0.0.254/24|; s|GATEWAY6|2001:db8:2::fe/64|' \
			>"$scratch/$which.conf"
		check "keepalived --config-test: $which" ip netns exec "$router" \
			keepalived --config-test -f "$scratch/$which.conf"
		check "keepalived: $which: nothing to say" [ ! -s "$scratch/check" ]
	done
	check_equal "keepalived: two directors differ in priority" \
		"<     priority 150
<     priority 150
>     priority 100
>     priority 100" "$(diff <(said home.conf) <(said other.conf) | grep '^[<>]' | sort)"
	check_equal "keepalived: the VIPs of both families" "192.0.2.10/32
2001:db8::10/128" "$(grep -x ' *[0-9a-f.:]*/\(32\|128\)' "$scratch/home.conf" | tr -d ' ')"
	check_equal "keepalived: the numbers of VRRP" "21
22" "$(sed -n 's/.*virtual_router_id \([0-9]*\)$/\1/p' "$scratch/home.conf")"
	check "keepalived: active data goes on: nothing to say" \
		! grep "not go on" "$scratch/home.conf"
	for service in wide six; do
		check "keepalived: active data of $service does not" grep -q \
			"^# Active data does not go on" <("$ftpmark" export \
			"$service" keepalived --director home)
	done
	check_equal "keepalived: IPv6 alone" "virtual_ipaddress {
2001:db8::66/128
virtual_ipaddress {
GATEWAY6" "$("$ftpmark" export six keepalived --director home |
		grep -A 1 virtual_ipaddress | grep -v -- -- | sed 's/^ *//')"
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

state() # SERVICE
{
	(cd "$sysfs/services/$1" && grep . vip real_servers control_ports \
		passive_ports mark active enabled)
}

# This test comes last: it loads the module again for each service.
test_modprobe()
{
	local service
	local -A want lost=([ftp]=0 [wide]=5 [six]=1 [plain]=1)

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

need "$ftpmark" ipvsadm keepalived
setup_ns router server
load_module
services
test_usage
test_vsftpd
test_proftpd
test_pure_ftpd
test_ipvsadm
test_servers
test_keepalived
test_directors
test_modprobe
finish
