#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may change a namespace's services: processes with CAP_NET_ADMIN over it, but
# neither root without that capability nor the root of a user namespace that does
# not own the network namespace.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/counters.sh
. "$selftests/lib/counters.sh"

need python3 setpriv unshare
setup_ns router
load_module
files_start conf ip netns exec "$router"

values=(
	active=off
	active_ports=2120
	control_ports=2121
	enabled=1
	fast=1
	mark=22
	notrack=1
	on_marked=keep
	passive_from=clients
	passive_ports=30000
	real_servers=10.0.0.0/24
	vip=192.0.2.11
)

# check_denied AGENT WHO ERRNO: every write is refused; all files can be read.
check_denied()
{
	local setting file before denied=() expected=()

	for setting in "${values[@]}"; do
		file=services/ftp/${setting%%=*}
		files "$1" read "$file"
		before="$result $text"
		files "$1" write "$file" "${setting#*=}\n"
		expected+=("${setting%%=*}: $3")
		denied+=("${setting%%=*}: $result$log")
		files conf read "$file"
		[ "ok $text" = "$before" ] ||
			denied+=("it was $before, is $text")
	done
	for file in add=new remove=ftp transaction=open; do
		files "$1" write "${file%=*}" "${file#*=}\n"
		expected+=("$file: $3")
		denied+=("$file: $result$log")
	done
	check_equal "$2: no file can be written" "${expected[*]}" "${denied[*]}"
	files conf stat services/new
	check_equal "$2: added nothing" "ENOENT" "$result"
	files conf stat services/ftp
	check_equal "$2: removed nothing" "ok" "$result"
}

# check_allowed AGENT WHO
check_allowed()
{
	local setting refused=()

	for setting in "${values[@]}"; do
		files "$1" write "services/ftp/${setting%%=*}" "${setting#*=}\n"
		[ "$result" = ok ] || [ "${setting%%=*}" = enabled ] ||
			refused+=("$setting: $result $log")
	done
	files "$1" write services/ftp/enabled 1
	[ "$result" = ok ] || refused+=("enabled: $result $log")
	check_equal "$2: every file can be written" "" "${refused[*]}"
}

modes() # AGENT WHO
{
	local path expected=() got=()

	for path in add remove; do
		expected+=("$path 200 0 0")
		files "$1" stat "$path"
		got+=("$path $text")
	done
	for path in netns=444 transaction=644; do
		expected+=("${path/=/ } 0 0")
		files "$1" stat "${path%=*}"
		got+=("${path%=*} $text")
	done
	for path in "${values[@]%%=*}"; do
		expected+=("$path 644 0 0")
		files "$1" stat "services/ftp/$path"
		got+=("$path $text")
	done
	for path in "${counters[@]}"; do
		expected+=("$path 444 0 0")
		files "$1" stat "services/ftp/stats/$path"
		got+=("$path $text")
	done
	for path in . services services/ftp services/ftp/stats; do
		expected+=("$path 755 0 0")
		files "$1" stat "$path"
		got+=("$path $text")
	done
	check_equal "$2: modes and owners" "${expected[*]}" "${got[*]}"
}

read_only() # AGENT WHO
{
	local counter got=() expected=()

	for counter in "${counters[@]}"; do
		files "$1" write "services/ftp/stats/$counter" '0\n'
		expected+=("$counter EACCES")
		got+=("$counter $result")
	done
	check_equal "$2: counters cannot be written" \
		"${expected[*]}" "${got[*]}"
	files "$1" read add
	check_equal "$2: \"add\" cannot be read" "EACCES" "$result"
	files "$1" read remove
	check_equal "$2: \"remove\" cannot be read" "EACCES" "$result"
}

service conf ftp vip=192.0.2.10 enabled=1
modes conf "root"
read_only conf "root"

# User 0 without the capability: the files' modes would allow it.
files_start incapable ip netns exec "$router" \
	setpriv --bounding-set=-net_admin
files incapable read services/ftp/vip
check_equal "without CAP_NET_ADMIN: settings can be read" "ok 192.0.2.10" \
	"$result $text"
check_denied incapable "without CAP_NET_ADMIN" EPERM

# No capability but CAP_NET_ADMIN: none other is needed.
files_start only_net_admin ip netns exec "$router" \
	setpriv --bounding-set=-all,+net_admin,+syslog
check_allowed only_net_admin "with CAP_NET_ADMIN alone"

# Another user: the modes decide. The agent is copied to where he can read it.
chmod 755 "$scratch"
cp "$selftests/lib/sysfs_agent.py" "$scratch"
agent_dir=$scratch
files_start nobody ip netns exec "$router" \
	setpriv --reuid=65534 --regid=65534 --clear-groups
files nobody read services/ftp/vip
check_equal "another user: settings can be read" "ok 192.0.2.11" \
	"$result $text"
values=("${values[@]//192.0.2.11/192.0.2.12}")
check_denied nobody "another user" EACCES

userns=$(cat /proc/sys/user/max_user_namespaces)
if [ "$userns" -eq 0 ] || ! unshare -Urn true; then
	skip "user namespaces" "none to be had"
	finish
fi

# The root of a user namespace that does not own the network namespace.
files_start guest ip netns exec "$router" unshare --user --map-root-user
modes guest "guest root"
check_denied guest "guest root" EPERM

# The root of a user namespace that owns it.
# shellcheck disable=SC2016 # expanded there
files_start owner unshare --user --map-root-user --net --mount bash -c \
	'mount -t sysfs sys /sys && exec "$@"' bash
files owner write add 'ftp\n'
check_equal "guest root adds a service to his own namespace" "ok " \
	"$result $log"
modes owner "guest root in his own namespace"
check_allowed owner "guest root in his own namespace"
check_file owner services/ftp/vip 192.0.2.12 "guest root reads what he wrote"
check_file conf services/ftp/vip 192.0.2.11 "it is not the other namespace's"
files owner write services/ftp/vip 'x\n'
check_equal "guest root is refused a bad value" EINVAL "$result"
read_only owner "guest root"
files owner write remove 'ftp\n'
check_equal "guest root removes his service" "ok " "$result $log"
files conf stat services/ftp
check_equal "the other namespace keeps its own" ok "$result"
finish
