#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's verbs under valgrind, against the real module: no invalid access and no
# leak, whether they succeed or are refused.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

ftpmark=${FTPMARK:-ftpmark}
need "$ftpmark" valgrind
load_module
valgrind=(valgrind -q --error-exitcode=99 --leak-check=full
	--errors-for-leak-kinds=all "$(command -v "$ftpmark")")

check "add" "${valgrind[@]}" add ftp vip 192.0.2.10,2001:db8::10
# "check" has something to find in everything that it reads.
if command -v ipvsadm >/dev/null; then
	ipvsadm -A -f 21 -s rr -p 60
	ipvsadm -a -f 21 -r 10.0.0.1 -m
	ipvsadm -A -t 192.0.2.10:21 -s rr
fi
ip rule add fwmark 21 table 100
iptables-legacy -t mangle -A PREROUTING -p tcp --dport 21 -j MARK --set-mark 21
nft "add table inet t; add chain inet t c; add rule inet t c meta mark set 21"
printf '%s\n' "add ftp vip 192.0.2.10" "add v vip 192.0.2.30" \
	>"$scratch/conf"
check "show" "${valgrind[@]}" show
check "list" "${valgrind[@]}" list
check "list -j" "${valgrind[@]}" -j list
check "show -j" "${valgrind[@]}" -j show
check "stats --explain" "${valgrind[@]}" stats --explain
check "stats -j" "${valgrind[@]}" -j stats
check "stats --prometheus" "${valgrind[@]}" stats --prometheus
"${valgrind[@]}" check >/dev/null
check_equal "check" 1 $?
"${valgrind[@]}" -j check >/dev/null
check_equal "check -j" 1 $?
"${valgrind[@]}" trace --seconds 0.1 >/dev/null 2>&1
check_equal "trace" 1 $?
check "save" "${valgrind[@]}" save
check "restore" "${valgrind[@]}" restore "$scratch/conf"
check "set" "${valgrind[@]}" set v mark 9 passive none
"${valgrind[@]}" restore --dry-run "$scratch/conf" >/dev/null
check_equal "restore --dry-run" 4 $?
"${valgrind[@]}" set v mark 0 >/dev/null 2>&1
check_equal "a refusal" 1 $?
echo "add v vip 1.2.3.4 mark x" >"$scratch/conf"
"${valgrind[@]}" restore "$scratch/conf" >/dev/null 2>&1
check_equal "a faulty file" 2 $?
for format in vsftpd proftpd pure-ftpd ipvsadm keepalived iptables nft modprobe; do
	check "export to $format" "${valgrind[@]}" export v "$format"
done
"${valgrind[@]}" import "$selftests/fuzz/corpus/iptables/handwritten" \
	>/dev/null 2>&1
check_equal "import of rules that leave out a VIP" 5 $?
check "flush" "${valgrind[@]}" flush
finish
