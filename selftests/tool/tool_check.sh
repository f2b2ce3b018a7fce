#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "ftpmark check": its findings about the module, Secure Boot, versions and counters;
# its JSON; and what it says to users without rights and without the module.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/router.sh
. "$(dirname "$0")/../lib/router.sh"

enforce=/sys/module/module/parameters/sig_enforce
lockdown=/sys/kernel/security/lockdown

# Text and JSON have the same findings in the same order; a sound router has none.
test_json()
{
	local json

	look "$scratch/json" -j check
	slurp json "$scratch/json"
	check_equal "JSON of a router that is well" \
		'{"faults":0,"warnings":0,"notes":0,"findings":[]}' \
		"${json//[$' \n']/}"
	on_router sysctl -qw net.ipv4.ip_forward=0 net.ipv4.vs.conntrack=1
	ipvs -E -f 21 -s rr -p 60
	ip -n "$router" address del "$vip6/128" dev lo
	finds "findings of every grade, the worst first" "fault forwarding-off;fault vip-not-local;warning ipvs-timeout;note vs-conntrack"
	look "$scratch/json" -j check
	check_equal "exit status with JSON" 1 "$status"
	python3 - "$scratch/json" >"$scratch/again" <<-'END'
		import json, sys
		check = json.load(open(sys.argv[1]))
		assert list(check) == ["faults", "warnings", "notes", "findings"]
		count = dict(faults=0, warnings=0, notes=0)
		for it in check["findings"]:
		    assert list(it) == ["id", "grade", "service", "finding", "remedy"]
		    count[it["grade"] + "s"] += 1
		    service = it["service"] + ": " if it["service"] else ""
		    print(f'{it["grade"]}: {service}{it["finding"]} [{it["id"]}]')
		    print("    " + it["remedy"])
		assert count == {key: check[key] for key in count}
	END
	check "JSON says what the text says" \
		diff "$scratch/text" "$scratch/again"
	on_router sysctl -qw net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=0
	ipvs_setup
	ip -n "$router" address add "$vip6/128" dev lo nodad
}

# Sends a SYN that nobody answers.
syn() # NAMESPACE SOURCE_PORT MARK ADDRESS PORT
{
	ip netns exec "$1" python3 -S -c '
import socket, sys
port, mark, address, to = sys.argv[1:]
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, 36, int(mark))
s.bind(("", int(port)))
s.setblocking(False)
s.connect_ex((address, int(to)))' "${@:2}"
}

# shellcheck disable=SC2317 # called by busywait
counted() # COUNTER
{
	local count

	on_router slurp count "/sys/kernel/nf_ftpmark/net/services/ftp/stats/$1"
	[ "$count" -gt 0 ]
}

test_counters()
{
	syn "$router" 0 0 "$vip4" 9999
	finds "SYNs out of range" "note counter-out-of-range"
	is_well "which is told once"
	syn "$router" 0 0 "$vip4" 9999
	finds "more of them" "note counter-out-of-range"
	says "and how many more" "out-of-range 1 since the last check"
	anew
	syn "$router" 0 7 "$vip4" 21
	finds "packets that are marked" "warning counter-already-marked"
	check_equal "the remedy is that of stats --explain" \
		"$(module stats --explain | grep -A 3 already-marked | tail -n 2 | xargs)" \
		"$(remedy_of counter-already-marked)"
	anew
	is_well "new counters"
	syn "$server" 0 0 198.51.100.1 80
	check "a server's own connection" busywait 10 counted active_unmatched
	finds "it is noted" "note counter-active-unmatched"
	anew
	ipvs -C
	syn "$server" 20 0 198.51.100.1 4000
	check "active FTP without IPVS" busywait 10 counted active_failed
	ipvs_setup
	finds "has failed" "warning counter-active-failed"
	anew
	is_well "new counters again"
}

setup_service()
{
	module add ftp vip "$vip4,$vip6" real 10.0.0.0/24,2001:db8:2::/64
	is_well "the service is there again"
}

test_services()
{
	module add other vip 192.0.2.99 enabled 0
	is_well "a service that is disabled"
	module del other
	module disable ftp
	finds "none is enabled" "warning no-service"
	module del ftp
	finds "none at all" "warning no-service"
	setup_service
}

# Another module stands in for ours, so the tool may add a note on its version.
signed_well()
{
	findings
	check_equal "a signature by a known key" "" \
		"$(grep -v module-reload <<<"$found")"
}

# Masks files of the kernel to look like a machine with Secure Boot.
test_kernel()
{
	local release file signed

	release=$(uname -r)
	file=$(modinfo -F filename nf_ftpmark)
	signed=$(modinfo -F filename ip_vs)

	prepare="mount -t tmpfs none ${file%/*}"
	finds "no module for this kernel" "warning module-not-built"
	prepare=:
	sed "s/vermagic=[0-9]/vermagic=0/" "$file" >"$scratch/module.ko"
	check "a module for another kernel" ! cmp -s "$file" "$scratch/module.ko"
	masks=("$file" "$scratch/module.ko")
	finds "is found" "warning module-wrong-kernel"
	says "and named" "built for kernel 0${release#?},"

	echo Y >"$scratch/yes"
	if [ -e "$enforce" ]; then
		masks=("$enforce" "$scratch/yes")
		finds "no signature, though they are enforced" \
			"warning module-unsigned"
	else
		skip "no signature, though they are enforced" \
			"this kernel knows none"
	fi
	if [ -e "$lockdown" ]; then
		masks=("$lockdown" "$scratch/lockdown")
		echo "none [integrity] confidentiality" >"$scratch/lockdown"
		finds "no signature, in lockdown" "warning module-unsigned"
		echo "[none] integrity confidentiality" >"$scratch/lockdown"
		is_well "no lockdown"
	else
		skip "no signature, in lockdown" "this kernel has none"
	fi
	masks=()
	# shellcheck disable=SC2016 # expanded by the other shell
	prepare='mount -t tmpfs none /sys/firmware &&
		mkdir -p /sys/firmware/efi/efivars &&
		printf "\6\0\0\0\1" >/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'
	finds "no signature, with Secure Boot" "warning module-unsigned"
	prepare=${prepare/\\1/\\0}
	is_well "Secure Boot is off"
	prepare=:

	if [ -z "$(modinfo -F signer ip_vs)" ]; then
		skip "a module that is signed" "this kernel's are not"
	else
		# Its own file has no version that could differ.
		masks=("$file" "$signed" "$enforce" "$scratch/yes")
		echo OE >"$scratch/taint"
		masks+=(/sys/module/nf_ftpmark/taint "$scratch/taint")
		finds "a signature by an unknown key" "warning module-unsigned"
		says "and which remedy" mokutil
		echo O >"$scratch/taint"
		signed_well
	fi
	masks=()
	is_well "nothing is enforced here"
}

test_versions()
{
	local remedy steps

	echo 0.0.1 >"$scratch/version"
	masks=(/sys/module/nf_ftpmark/version "$scratch/version")
	finds "an older module" "warning module-version;warning module-reload"
	remedy_read module-version
	check_equal "which to update" "update and reload the module" "$remedy"
	# Restoring a file that could not be written would remove all services.
	remedy_read module-reload
	steps=${remedy//[!&]/}
	check_equal "each step of a reload needs the one before" "&&&&&&" "$steps"
	check "and nothing else is between them" [ "$remedy" = "${remedy//;/}" ]
	echo 99.1 >"$scratch/version"
	findings
	remedy_read module-version
	check_equal "a newer module: which to update" "update the tool" "$remedy"
	masks=()
	is_well "the same version"
}

# Runs "ftpmark check" as on a kernel of this name, for which there is no module.
on_kernel() # RELEASE
{
	local name

	# The third name of struct utsname, behind two of 65 bytes.
	name=$(printf '%130s%s\0' "" "$1" | od -A n -v -t x1 | tr -d ' \n')
	status=0
	strace -qq -o /dev/null -e trace=uname \
		-e "inject=uname:poke_exit=@arg1=$name" \
		"$ftpmark" -n "$router" check >"$scratch/text" || status=$?
	findings_read
}

test_seen()
{
	local seen old new

	seen=$(sed -n 's/#define FTPMARK_KERNEL_SEEN "\(.*\)"/\1/p' \
		"$selftests/../module/version.h")
	if ! command -v strace >/dev/null; then
		skip "a kernel newer than those seen" "no strace"
		return
	fi
	for new in "${seen%.*}.$((${seen#*.} + 1)).1-amd64" "$((${seen%.*} + 1)).0.0"; do
		on_kernel "$new"
		check_equal "$new is newer than those seen" \
			"warning module-not-built note kernel-unseen 0" \
			"${found//$'\n'/ } $status"
		says "$new is named" "note: kernel $new is newer than $seen,"
	done
	for old in "$seen.99+deb13-amd64" "$((${seen%.*} - 1)).99.1"; do
		on_kernel "$old"
		check_equal "$old is not" "warning module-not-built 0" "$found $status"
	done
}

# A user gets every check that needs no privilege, and is told about the rest.
test_unprivileged()
{
	local user=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	# Without a rule there would be nothing to check.
	on_router nft list tables
	on_router "${user[@]}" "$ftpmark" check >"$scratch/text" 2>&1
	status=$?
	findings_read
	check_equal "check by a user" "5 note unseen-ipvs note unseen-rules" \
		"$status ${found//$'\n'/ }"
	check_equal "says why" 2 \
		"$(grep -c 'Operation not permitted\|Permission denied' "$scratch/text")"
	says "and what to do" "    run ftpmark check as root"
	on_router sysctl -qw net.ipv4.ip_forward=0
	ip -n "$router" address del "$vip4/32" dev lo
	on_router "${user[@]}" "$ftpmark" check >"$scratch/text"
	status=$?
	findings_read
	check_equal "a user sees what is wrong" \
		"1 fault forwarding-off fault vip-not-local note unseen-ipvs note unseen-rules" \
		"$status ${found//$'\n'/ }"
	on_router sysctl -qw net.ipv4.ip_forward=1
	ip -n "$router" address add "$vip4/32" dev lo

	masks=("$(readlink -f "$(command -v modinfo)")" /dev/null)
	finds "no modinfo" "note unseen-file"
	masks=()
}

test_without_sys()
{
	# shellcheck disable=SC2016 # expanded by the other shell
	on_router unshare -m bash -c 'mount -t tmpfs none /sys && exec "$@"' bash \
		"$ftpmark" check >"$scratch/text" 2>&1
	status=$?
	findings_read
	check_equal "/sys is not mounted" "1 fault sys-not-mounted" "$status $found"
	# shellcheck disable=SC2016 # expanded by the other shell
	check_equal "other commands say so, too" "ftpmark: /sys: not mounted" \
		"$(on_router unshare -m bash -c 'mount -t tmpfs none /sys && exec "$@"' \
			bash "$ftpmark" show 2>&1 | head -n 1)"
}

test_without_module()
{
	local file

	file=$(modinfo -F filename nf_ftpmark)
	unload_module
	finds "the module is not loaded" "fault module-not-loaded"
	if [ -e "$enforce" ]; then
		masks=("$enforce" "$scratch/yes")
		finds "nor signed" "fault module-not-loaded;fault module-unsigned"
		masks=()
	else
		skip "nor signed" "this kernel knows no signatures"
	fi
	prepare="mount -t tmpfs none ${file%/*}"
	finds "nor built" "fault module-not-loaded;fault module-not-built"
	prepare=:
	load_module
	finds "it is loaded" "warning no-service"
	setup_service
	check "check of a word" ! module check ftp
	check "check of no namespace" ! "$ftpmark" -n nosuch check
}

test_json
test_counters
test_services
test_kernel
test_versions
test_seen
test_unprivileged
test_without_sys
test_without_module
finish
