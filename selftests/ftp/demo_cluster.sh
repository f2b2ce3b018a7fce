#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An FTP cluster behind a router with nf_ftpmark, for a person to watch. "make demo"
# runs this in a virtual machine. It fails if a transfer fails.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/cluster.sh
. "$(dirname "$0")/../lib/cluster.sh"

# shellcheck source-path=SCRIPTDIR source=../lib/demo.sh
. "$(dirname "$0")/../lib/demo.sh"

demo_topology()
{
	heading "The network"
	cat <<-END
	                 $(printf '%14s' "$front4") +----------+ $dip4
	                 $(printf '%14s' "$front6") |          | $dip6
	 client ------------------------| director |----------------+--- rs1
	 $(printf '%-31s' "${cip4[1]} and on")|          |                |    $rip1_4
	 $(printf '%-31s' "${cip6[1]} and on")+----------+                |    $rip1_6
	                                                            |
	         virtual IPs of the director:                       +--- rs2
	                 $(printf '%-43s' "$vip4")     $rip2_4
	                 $(printf '%-43s' "$vip6")     $rip2_6

	The director forwards with IPVS NAT. Each session below has a client
	address of its own. IPVS keeps a client on one real server, and what it
	sees as one service is what bears one mark: nf_ftpmark gives it to the
	control and to the passive data connections.
	END
}

demo_configure()
{
	heading "The configuration"
	show ftpmark add ftp vip "$vip4,$vip6" \
		real "$real_net4,$real_net6" || return
	show ftpmark show ftp | sed '/^counters/,$d'
	ftp_active=$(in_ns "$director" \
		cat /sys/kernel/nf_ftpmark/net/services/ftp/active)
}

row()
{
	printf '%-4s  %-12s  %-12s  %-6s  %-22s  %7s  %s\n' "$@"
}

# Describes MODE in words, and who opens data connections.
mode_words() # MODE
{
	case $1 in
	pasv | epsv) echo "passive ${1^^} to" ;;
	port | eprt) echo "active ${1^^} from" ;;
	esac
}

hash_of() # FILE
{
	sha256sum "$1" 2>/dev/null | cut -c 1-16
}

# Transfers files both ways and compares them. Errors are printed below.
demo_session() # PROGRAM MODE FAMILY
{
	local bytes hash kind result=OK word way

	new_cip "$3"
	session_run "$1" "$2" "$cip" >"$scratch/session" 2>&1 || result=FAILED
	[ "$session_peers" = "$(expected_peer "$2" "$3")" ] || result=FAILED
	read -r kind word way < <(mode_words "$2")
	bytes=$(stat -c %s "$scratch/got/big" 2>/dev/null)
	hash=$(hash_of "$scratch/got/big")
	row "$1" "$kind IPv$3" "$word" "${session_server:-none}" \
		"$way ${session_peers:-nowhere}" "${bytes:-0}" \
		"${hash:-                } $result"
	[ "$result" = OK ] || {
		sed 's/^/    /' "$scratch/session"
		return 1
	}
}

demo_transfers()
{
	local session failed=0

	heading "Transfers"
	cat <<-END
	In each session a file is fetched, sent and listed, and compared: its
	SHA-256 begins with $(hash_of "$scratch/big").

	END
	row with "" "data by" server "data connections" bytes "SHA-256 received"
	for session in "${ftp_sessions[@]}"; do
		# shellcheck disable=SC2086 # three words
		demo_session $session || : $((++failed))
	done
	echo
	if [ "$failed" -gt 0 ]; then
		echo "$failed of ${#ftp_sessions[@]} sessions FAILED"
		return 1
	fi
	echo "All ${#ftp_sessions[@]} sessions: files arrived as they were sent."
}

demo_afterwards()
{
	heading "The router afterwards"
	show ftpmark show ftp | sed '/^service/,/^ .*active-ports/d'
	show ipvsadm -L -n
}

echo "nf_ftpmark on Linux $(uname -r)"
command -v ftpmark >/dev/null || skip_all "no ftpmark: make -C tools"
load_module || exit
cluster_up || exit
status=0
demo_topology
demo_configure || exit
demo_transfers || status=1
demo_afterwards || status=1
exit "$status"
