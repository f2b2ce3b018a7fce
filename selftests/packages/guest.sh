# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the steps, which run in the machine whose packages are tested: an FTP
# cluster whose director is this machine, and checks, which the host numbers again. The
# share that the steps are on has the folders of selftests/.

# shellcheck source-path=SCRIPTDIR source-path=SCRIPTDIR/.. source=../lib/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"

export LC_ALL=C DEBIAN_FRONTEND=noninteractive HOME=/root
PATH=$PATH:/usr/sbin:/sbin
scratch=$(mktemp -d)
vip=192.0.2.10
service=/sys/kernel/nf_ftpmark/net/services/ftp
files=/run/ftp

busywait() # SECONDS COMMAND [ARG...]
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# Prints the step's last line: a step without it counts as failed.
finish()
{
	echo "done"
}

apt_get()
{
	apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 \
		-o Dpkg::Options::=--force-confold "$@"
}

apt_is_usable()
{
	local audit

	apt-get check || return
	audit=$(dpkg --audit)
	echo "$audit"
	[ -z "$audit" ]
}

no_failed_unit()
{
	local failed

	failed=$(systemctl --failed --plain --no-legend) || return
	[ -z "$failed" ] || {
		echo "$failed"
		journalctl -b --no-pager -p warning | tail -n 30
		return 1
	}
}

is_loaded()
{
	[ -d /sys/module/nf_ftpmark ]
}

module_for() # RELEASE: DKMS's, for that kernel
{
	local file

	file=$(modinfo -k "$1" -F filename nf_ftpmark) || return
	echo "$file"
	[[ $file == "/lib/modules/$1/updates/dkms/"* ]] &&
		[[ $(modinfo -k "$1" -F vermagic nf_ftpmark) == "$1 "* ]]
}

service_is_on()
{
	grep . $service/enabled $service/vip $service/real_servers || return
	[ "$(cat $service/enabled)" = 1 ] && [ "$(cat $service/vip)" = $vip ] &&
		[ "$(cat $service/real_servers)" = 10.0.0.0/24 ]
}

# client --- this machine --- rs
cluster_up()
{
	sysctl -q -w net.ipv4.ip_forward=1
	ip netns add client
	ip netns add rs
	ip link add wan netns client type veth peer name front
	ip link add eth netns rs type veth peer name back
	ip -n client link set lo up
	ip -n client link set wan up
	ip -n client address add 198.51.100.1/24 dev wan
	ip link set front up
	ip address add 198.51.100.254/24 dev front
	ip address add $vip/32 dev lo
	ip link set back up
	ip address add 10.0.0.254/24 dev back
	ip -n rs link set lo up
	ip -n rs link set eth up
	ip -n rs address add 10.0.0.1/24 dev eth
	ip -n rs route add default via 10.0.0.254
	ip -n client route add default via 198.51.100.254

	mkdir -p $files /run/vsftpd/empty
	head -c 200000 /dev/urandom >$files/file
	head -c 40000000 /dev/urandom >$files/big
	cat >/run/vsftpd.conf <<-END
	listen=YES
	background=NO
	anonymous_enable=YES
	anon_root=$files
	connect_from_port_20=YES
	pasv_min_port=10000
	pasv_max_port=20000
	pasv_address=$vip
	seccomp_sandbox=NO
	END
	ip netns exec rs vsftpd /run/vsftpd.conf &
	busywait 60 ip netns exec rs curl -sf ftp://10.0.0.1/file -o /dev/null
}

fetch() # [CURL_OPTION...]
{
	ip netns exec client curl -sSf --connect-timeout 30 -o "$scratch/got" \
		"$@" ftp://$vip/file && cmp "$scratch/got" $files/file
}

fetch_passive()
{
	fetch
}

fetch_active()
{
	fetch --ftp-port -
}

# A transfer that begins before a change and ends after it: until then the reader is
# slow. The file is larger than the buffers on the way.
long_transfer()
{
	ip netns exec client curl -sSf ftp://$vip/big | {
		head -c 100000
		touch "$scratch/begun"
		while [ -e "$scratch/changing" ]; do
			head -c 10000
			sleep 0.5
		done
		cat
	} | cmp - $files/big
}

# The pauses leave processor time to the change that is made meanwhile.
short_transfers()
{
	while [ -e "$scratch/changing" ]; do
		if fetch_passive && fetch_active; then
			echo good
		else
			echo bad
		fi >>"$scratch/transfers"
		sleep 1
	done 2>"$scratch/errors"
}

# Runs the command during one long transfer and at least COUNT short ones.
during_traffic() # NAME COUNT COMMAND [ARG...]
{
	local name=$1 count=$2 long short status=0

	shift 2
	rm -f "$scratch/begun"
	: >"$scratch/transfers"
	touch "$scratch/changing"
	long_transfer >"$scratch/long" 2>&1 &
	long=$!
	short_transfers &
	short=$!
	busywait 60 [ -e "$scratch/begun" ]
	check "$name: a long transfer begins" [ -e "$scratch/begun" ]
	check "$name: while files are transferred" "$@"
	busywait 300 transfers_made "$count"
	check "$name: the long transfer goes on" kill -0 "$long"
	rm "$scratch/changing"
	wait "$short"
	wait "$long" || status=$?
	check "$name: the long transfer ends whole" eval \
		"cat $scratch/long; [ $status = 0 ]"
	check "$name: those begun meanwhile are whole, too" all_good "$count"
}

transfers_made() # COUNT
{
	[ "$(wc -l <"$scratch/transfers")" -ge "$1" ]
}

all_good() # COUNT
{
	cat "$scratch/errors" "$scratch/transfers"
	transfers_made "$1" && ! grep -q bad "$scratch/transfers"
}
