# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by cluster.sh: runs FTP programs in the client's namespace. Its
# functions have these arguments in common:
#
#	PROGRAM		curl or lftp
#	MODE		pasv, epsv, port or eprt: how data connections are made
#	CIP		the client's address; its family is that of the session

# shellcheck disable=SC2034,SC2154 # shared with cluster.sh and the tests

# Time limit of a session in seconds; a good run does not reach it.
ftp_time_limit=300
# Time limit of a curl transfer that stands still, if set.
ftp_stall_limit=""

# TLS of control and data: explicit (RFC 4217), implicit (from the start, on port
# 990), or empty for none; and the certificate that signs the servers'.
ftp_tls=""
ftp_tls_ca=""

# PROGRAM MODE FAMILY of sessions that together cover every kind of transfer. lftp
# uses EPRT for IPv6 and PORT for IPv4.
ftp_sessions=(
	"curl pasv 4"
	"curl epsv 4"
	"curl port 4"
	"curl eprt 4"
	"lftp pasv 4"
	"lftp port 4"
	"curl epsv 6"
	"curl eprt 6"
	"lftp epsv 6"
	"lftp eprt 6"
)

# ftp PROGRAM MODE CIP OPERATION...: the operations, in one session:
#
#	get FILE TO	put FROM FILE	list TO
ftp()
{
	"ftp_$1" "${@:2}"
}

# Leaves it in $url.
ftp_url_make() # CIP [FILE]
{
	local scheme=ftp host=$vip4

	[ "$ftp_tls" != implicit ] || scheme=ftps
	[[ $1 != *:* ]] || host="[$vip6]"
	url=$scheme://$host/${2:-}
}

ftp_curl() # MODE CIP OPERATION...
{
	local args=() common cip=$2 url

	common=(--silent --show-error --fail-early --interface "$cip"
		--max-time "$ftp_time_limit")
	case $1 in
	# curl must use the address that the server announces, not the control one.
	pasv) common+=(--disable-epsv --no-ftp-skip-pasv-ip) ;;
	epsv) ;;
	port) common+=(--ftp-port - --disable-eprt) ;;
	eprt) common+=(--ftp-port -) ;;
	*) return 125 ;;
	esac
	[ -z "$ftp_stall_limit" ] ||
		common+=(--speed-limit 1 --speed-time "$ftp_stall_limit")
	[ -z "$ftp_tls" ] || common+=(--ssl-reqd --cacert "$ftp_tls_ca")

	shift 2
	while [ $# -gt 0 ]; do
		args+=(--next "${common[@]}")
		case $1 in
		get)
			ftp_url_make "$cip" "$2"
			args+=(--output "$3" "$url")
			;;
		put)
			ftp_url_make "$cip" "$3"
			args+=(--upload-file "$2" "$url")
			;;
		list)
			ftp_url_make "$cip"
			args+=(--output "$2" "$url")
			set -- "$@" -
			;;
		*) return 125 ;;
		esac
		shift 3
	done
	in_ns "$client" curl "${args[@]:1}"
}

ftp_lftp() # MODE CIP OPERATION...
{
	local cip4="" cip6="" script=$scratch/lftp.$BASHPID url

	ftp_url_make "$2"
	case $2 in
	*:*) cip6=$2 ;;
	*) cip4=$2 ;;
	esac
	{
		cat <<-END
		set cmd:fail-exit yes
		set net:max-retries 1
		set net:timeout $ftp_time_limit
		set net:socket-bind-ipv4 "$cip4"
		set net:socket-bind-ipv6 "$cip6"
		set xfer:clobber yes
		END
		case $ftp_tls in
		"") echo "set ftp:ssl-allow no" ;;
		*)
			echo "set ftp:ssl-allow-anonymous yes"
			echo "set ftp:ssl-force yes"
			echo "set ftp:ssl-protect-data yes"
			echo "set ssl:ca-file $ftp_tls_ca"
			# A TLS 1.3 server sends session tickets, which lftp does not
			# read in an upload. Closing the socket then resets it, and
			# vsftpd may lose what it has not read yet.
			echo "set ssl:priority NORMAL:-VERS-TLS1.3"
			;;
		esac
		case $1 in
		pasv) echo "set ftp:prefer-epsv no" ;;
		epsv) echo "set ftp:prefer-epsv yes" ;;
		port | eprt) echo "set ftp:passive-mode no" ;;
		*) return 125 ;;
		esac
		echo "open $url"
		shift 2
		while [ $# -gt 0 ]; do
			case $1 in
			get) echo "get $2 -o $3" ;;
			put) echo "put $2 -o $3" ;;
			list) echo "ls >$2"; set -- "$@" - ;;
			*) return 125 ;;
			esac
			shift 3
		done
	} >"$script" || return
	in_ns "$client" env "LFTP_HOME=$scratch" \
		timeout "$ftp_time_limit" lftp --norc -f "$script"
}
