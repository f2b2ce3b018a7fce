# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the tests of "ftpmark check": sets up a router without faults and runs
# the tool on it. Each test provokes one finding, checks that the tool reports that
# one alone, and undoes it, often by the remedy that the tool prints.

# shellcheck disable=SC2034 # for the tests
# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ftpmark=${FTPMARK:-ftpmark}
router="" server=""
vip4=192.0.2.10 vip6=2001:db8:10::10
well="nothing is wrong
    (Not seen from here: the real servers' gateway, which with NAT is this
    router, and the address and ports that they announce for passive data.)"

on_router() # COMMAND...
{
	ip netns exec "$router" "$@"
}

module() # WORD...: runs the tool on the router
{
	"$ftpmark" -n "$router" "$@"
}

ipvs()
{
	on_router ipvsadm "$@"
}

# Files mounted over others for the tool, as TARGET FILE pairs, and a command that
# prepares more.
masks=()
prepare=:

# Runs the tool in a mount namespace with these files over their targets.
look() # OUTPUT WORD...
{
	local output=$1

	shift
	status=0
	if [ "$prepare${masks[*]}" = : ]; then
		module "$@" >"$output" 2>"$scratch/err" || status=$?
		return
	fi
	# shellcheck disable=SC2016 # expanded by the other shell
	unshare -m bash -c '
		eval "$1"; shift
		while [ "$1" != -- ]; do
			mount --bind "$2" "$1" || exit 99
			shift 2
		done
		shift
		exec "$@"' bash "$prepare" "${masks[@]}" -- \
		"$ftpmark" -n "$router" "$@" >"$output" 2>"$scratch/err" || status=$?
}

# Runs "ftpmark check" and leaves its findings in $found.
findings()
{
	look "$scratch/text" check
	findings_read
}

# Leaves "GRADE ID" of each finding that was printed in $found.
findings_read()
{
	local line

	found=
	while IFS= read -r line; do
		[[ ! $line =~ ^([a-z]*):\ .*\[(.*)\]$ ]] ||
			found+=${found:+$'\n'}${BASH_REMATCH[1]}\ ${BASH_REMATCH[2]}
	done <"$scratch/text"
}

# remedy_read ID: leaves the remedy of what was found with this id in $remedy.
remedy_read()
{
	local line before=

	remedy=
	while IFS= read -r line; do
		[[ $before != *"[$1]" || $line != "    "* ]] ||
			remedy+=${remedy:+$'\n'}${line#    }
		before=$line
	done <"$scratch/text"
}

# Prints the remedy of the finding with this id.
remedy_of() # ID
{
	local remedy

	remedy_read "$1"
	echo "$remedy"
}

# One check: the tool reports these findings and no others, and its exit status
# says whether one is a fault.
finds() # NAME "GRADE ID[;...]"
{
	local expected=${2//;/$'\n'} code=0

	findings
	[[ $'\n'$expected != *$'\n'fault* ]] || code=1
	check_equal "$1" "$expected $code" "$found $status"
}

# says NAME PATTERN: one check: what the last "ftpmark check" has printed has this.
says()
{
	local text

	slurp text "$scratch/text"
	# shellcheck disable=SC2053 # a pattern
	if [[ $text == *$2* ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "not printed: $2"
		note "$text"
	fi
}

is_well() # NAME
{
	local text err

	look "$scratch/text" check
	slurp text "$scratch/text"
	slurp err "$scratch/err"
	check_equal "$1" "$well 0" "$text$err $status"
}

# Runs $remedy.
remedy_run()
{
	on_router eval "$remedy" >"$scratch/remedy" 2>&1 ||
		note "$remedy: $(cat "$scratch/remedy")"
}

# Runs the remedy that the tool prints.
remedy() # NAME ID
{
	local remedy

	remedy_read "$2"
	remedy_run
	is_well "$1: well after \"$remedy\""
}

setup()
{
	setup_ns router server
	ip link add back netns "$router" type veth peer name eth netns "$server"
	{
		echo "link add front type dummy"
		echo "link set front up"
		echo "link set back up"
		echo "address add 198.51.100.254/24 dev front"
		echo "address add $vip4/32 dev lo"
		echo "address add $vip6/128 dev lo nodad"
		echo "address add 10.0.0.254/24 dev back"
		echo "address add 2001:db8:2::fe/64 dev back nodad"
		echo "neighbor add 198.51.100.1 lladdr 02:00:00:00:00:01 dev front"
	} | ip -n "$router" -batch -
	{
		echo "link set eth up"
		echo "address add 10.0.0.11/24 dev eth"
		echo "route add default via 10.0.0.254"
	} | ip -n "$server" -batch -
	on_router sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0
	ipvs_setup
	on_router sysctl -qw net.ipv4.vs.snat_reroute=0
	module add ftp vip "$vip4,$vip6" real 10.0.0.0/24,2001:db8:2::/64
}

# servers_by -g|-i|-m: how IPVS reaches the two servers.
servers_by()
{
	ipvs -R <<-END
		-e -f 21 -r 10.0.0.11 $1
		-e -f 21 -6 -r 2001:db8:2::11 $1
	END
}

ipvs_setup()
{
	ipvs -R <<-END
		-C
		-A -f 21 -s rr -p 300
		-a -f 21 -r 10.0.0.11 -m -w 1
		-A -f 21 -6 -s rr -p 300
		-a -f 21 -6 -r 2001:db8:2::11 -m -w 1
	END
}

anew()
{
	module del ftp
	module add ftp vip "$vip4,$vip6" real 10.0.0.0/24,2001:db8:2::/64
}

need "$ftpmark" conntrack ipvsadm iptables nft python3 setpriv sysctl unshare
load_module
modinfo nf_ftpmark >/dev/null 2>&1 || skip_all "nf_ftpmark is not installed here"
! "$ftpmark" check | grep -q kernel-unseen ||
	skip_all "this kernel is newer than FTPMARK_KERNEL_SEEN, which is noted"
setup
is_well "a router that is well"
