#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Transactions: many changes take effect as one, or none does; who holds one, what
# others see and may write meanwhile, and what becomes of it when the holder dies,
# its namespace ends, or the module is unloaded.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck disable=SC2016,SC2317 # for other shells; called by check
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/agent.sh
. "$selftests/lib/agent.sh"
# shellcheck source=../lib/wire.sh
. "$selftests/lib/wire.sh"

need nft python3
wire_start other
files_start writer ip netns exec "$router"
files_start elsewhere ip netns exec "$other"
net=/sys/kernel/nf_ftpmark/net

# answer NAME EXPECTED AGENT VERB [ARG...]: EXPECTED is "RESULT LOG", and LOG a
# pattern for the one line that may be logged.
answer()
{
	# What others have had logged since is not this agent's.
	files "$3" read transaction
	files "${@:3}"
	# shellcheck disable=SC2053 # a pattern it is
	if [[ "$result $log" == $2 && $log != *' | '* ]]; then
		ok "$1"
	else
		not_ok "$1"
		note "expected: $2" "     got: $result $log"
	fi
}

step() # AGENT open|commit|discard
{
	put "$1" transaction "$2"
}

# begin NAME: a new agent of this name opens a transaction. Leaves $pid.
begin()
{
	files_start "$1" ip netns exec "$router"
	step "$1" open
	pid=${agent_pid[$1]}
}

# The agent dies; its process is gone when this returns.
die() # NAME
{
	kill -KILL "${agent_pid[$1]}"
	busywait 60 gone "${agent_pid[$1]}"
}

# As the module sees it: a process that nobody waits for is a zombie.
gone() # PID
{
	[ ! -e "/proc/$1" ] || grep -q '^State:	Z' "/proc/$1/status"
}

state() # NAME EXPECTED
{
	check_file conf transaction "$2" "$1"
}

there() # NAME SERVICE...
{
	services_read "$router"
	check_equal "$1" "${*:2}" "$services"
}

# The two services share a VIP. Their packets: control, then passive.
probes=("to=$vip port="{21,2121,15000,25000})
probes_are() # NAME EXPECTED
{
	check_marks "$1" "$2" "${probes[@]}"
}

rules()
{
	local holder inode

	state "none is open at first" none
	slurp holder "/proc/${agent_pid[conf]}/comm"
	inode=$(stat -L -c %i "/run/netns/$router")
	check_file conf netns "$inode" "netns: the namespace's inode"
	files conf stat netns
	check_equal "netns: mode" "ok 444 0 0" "$result $text"
	files conf stat transaction
	check_equal "transaction: mode" "ok 644 0 0" "$result $text"

	answer "commit of none" "EINVAL transaction: none is open" \
		conf write transaction 'commit\n'
	answer "discard of none" "EINVAL transaction: none is open" \
		conf write transaction 'discard\n'
	answer "another word" 'EINVAL transaction: "begin" is not one*' \
		conf write transaction 'begin\n'
	answer "two words" 'EINVAL transaction: "now" is one word too many' \
		conf write transaction 'commit now\n'

	step conf open
	holder="${agent_pid[conf]} ($holder)"
	state "the holder sees that it is open" "open by $holder"
	check_file writer transaction "open by $holder" "so do others"
	check_equal "one in another PID namespace does not know the process" \
		"open by 0 (${holder#* (}" "$(ip netns exec "$router" \
			unshare --pid --fork cat $net/transaction)"
	check_file elsewhere transaction none "another namespace has its own"
	answer "the holder can't open another" \
		"EALREADY transaction: this process has one open already" \
		conf write transaction 'open\n'
	answer "another can't open one, which is not logged" "EBUSY " \
		writer write transaction 'open\n'
	for word in commit discard; do
		answer "another can't $word it" \
			"EBUSY transaction: a transaction is open by $holder" \
			writer write transaction "$word\n"
	done
	answer "others can't add" \
		"EBUSY add: a transaction is open by $holder" \
		writer write add 'x\n'
	answer "others can't remove" \
		"EBUSY remove: a transaction is open by $holder" \
		writer write remove 'a\n'
	answer "others can't set" \
		"EBUSY a: mark: a transaction is open by $holder" \
		writer write services/a/mark '7\n'
	check_file writer services/a/mark 1 "nothing of that is done"
	step elsewhere open
	put elsewhere add e
	step elsewhere commit
	put elsewhere remove e
	step conf discard
	state "none is open any more" none
}

# What the holder sees, and what all others and packets do.
views()
{
	step conf open
	put conf services/a/mark 11
	put conf services/a/enabled 0
	put conf services/a/enabled 1
	put conf services/b/vip "$vip $vip2"
	check_file conf services/a/mark 11 "the holder reads what it has staged"
	check_file writer services/a/mark 1 "others read what is in force"
	check_file writer services/b/vip "$vip" "also of a list"
	answer "each write is checked at once" 'EINVAL a: mark: "0" is not*' \
		conf write services/a/mark '0\n'
	probes_are "packets meet what is in force" "1=2 2=2"

	put conf add c
	check_file conf services/c/mark 21 "a service added is there"
	check_file writer services/c/enabled 0 "for others, too"
	put conf services/c/vip "$vip2"
	put conf services/c/enabled 1
	check_file conf services/c/enabled 1 "enabled for its holder"
	check_file writer services/c/enabled 0 "disabled for others"
	answer "a name in use" "EEXIST add: c exists already" \
		conf write add 'c\n'

	put conf remove b
	there "a service removed keeps its files" a b c
	check_file conf services/b/enabled 0 "disabled for its holder"
	check_file writer services/b/enabled 1 "enabled for others"
	answer "it can't be changed" "ENODEV b: mark: *has been removed*" \
		conf write services/b/mark '9\n'
	answer "nor removed again" "ENOENT remove: no service b" \
		conf write remove 'b\n'
	put conf add d
	put conf remove d
	there "one that was added by the same transaction is gone at once" a b c
	probes_are "packets meet what is in force still" "1=2 2=2"

	step conf commit
	there "the commit removes the files" a c
	check_file writer services/a/mark 11 "and the rest is in force"
	check_marks "for packets, too" "0=2 11=2 21=2" \
		"${probes[@]}" "to=$vip2 port="{21,10000}
	state "the commit ends it" none
}

two_services()
{
	put conf add a
	service conf a vip="$vip" mark=1 passive_ports=10000-19999 enabled=1
	put conf add b
	service conf b vip="$vip" mark=2 control_ports=2121 \
		passive_ports=20000-29999 enabled=1
}

restore_two()
{
	step conf open
	for name in a b c d; do
		files conf write remove "$name\n"
	done
	two_services
	step conf commit
	there "two services again" a b
}

discarded()
{
	local packets

	step conf open
	put conf services/a/mark 11
	put conf services/a/vip "$vip2"
	put conf services/a/vip "$vip6"
	put conf add c
	put conf remove b
	step conf discard
	there "discarded: services as before" a b
	check_file conf services/a/mark 1 "discarded: a mark as before"
	check_file conf services/a/vip "$vip" "discarded: a list as before"
	probes_are "discarded: packets as before" "1=2 2=2"

	files conf read services/b/stats/passive_packets
	packets=$text
	step conf open
	put conf remove b
	put conf add b
	check_file conf services/b/mark 21 "removed and added: the default"
	check_file writer services/b/mark 2 "removed and added: not yet"
	put conf services/b/vip "$vip"
	put conf services/b/control_ports 2121
	put conf services/b/passive_ports 25000
	put conf services/b/enabled 1
	step conf commit
	check_file conf services/b/stats/passive_packets "$packets" \
		"removed and added: its counters go on"
	probes_are "removed and added: in force" "1=2 21=2"
	restore_two
}

# refused NAME ERRNO LOG: the commit is, and everything is as before.
refused()
{
	answer "$1" "$2 transaction: $3" conf write transaction 'commit\n'
	state "$1: that ends it" none
	there "$1: services as before" a b
	check_file conf services/a/mark 1 "$1: settings as before"
	check_file conf services/b/enabled 1 "$1: state as before"
	check_file conf services/b/vip "$vip" "$1: VIPs as before"
	probes_are "$1: packets as before" "1=2 2=2"
}

refusals()
{
	step conf open
	put conf services/a/mark 11
	put conf services/b/passive_ports 5-21
	put conf add c
	refused "a conflict" EEXIST "[ab] and [ab] would share $vip port 21"

	step conf open
	put conf services/a/mark 11
	put conf services/b/enabled 0
	put conf add c
	put conf services/c/enabled 1
	refused "no VIP" EINVAL "c: an enabled service needs a virtual IP"

	step conf open
	put conf services/b/vip ""
	put conf services/b/mark 22
	refused "no VIP any more" EINVAL \
		"b: an enabled service needs a virtual IP"

	step conf open
	put conf services/b/vip ""
	put conf services/b/vip "$vip"
	put conf services/b/passive_ports 10000-29999
	put conf services/b/passive_ports 20000-29999
	answer "only the end counts" "ok " conf write transaction 'commit\n'
	probes_are "only the end counts: packets as before" "1=2 2=2"

	answer "one write can't exchange ranges" "EEXIST a: passive_ports: *" \
		conf write services/a/passive_ports '20000-29999\n'
}

# A shell's builtin writes as the shell, and so does a function called in it.
shell_holds()
{
	local comm

	check "a shell can hold one" ip netns exec "$router" eval \
		"echo open >$net/transaction"
	slurp comm "/proc/$$/comm"
	state "it is the shell" "open by $$ ($comm)"
	check "and change" ip netns exec "$router" eval \
		"echo 12 >$net/services/a/mark"
	check "a program that it starts is another" ! ip netns exec "$router" \
		bash -c "echo 13 >$net/services/a/mark"
	check "and commit" ip netns exec "$router" eval \
		"echo commit >$net/transaction"
	check_file conf services/a/mark 12 "that was the shell's"
	put conf services/a/mark 1
}

# left NAME WORD...: the first WORD is the ERRNO and the rest the file and value of
# the write that comes behind a dead holder's.
left()
{
	local name="behind a dead holder: $1"

	begin mortal
	put mortal add m
	put mortal services/m/vip "$vip2"
	put mortal services/m/enabled 1
	put mortal services/a/mark 99
	put mortal services/a/real_servers 10.0.0.0/8
	put mortal remove b
	die mortal
	state "$name: left" "left by $pid"
	check_file conf services/a/mark 1 "$name: nothing runs half"
	answer "$name" "$2" conf write "$3" "$4\n"
	# All that follows would wait for the dead.
	[ "$result" != EBUSY ] || skip_all "$name"
	check "$name: its service is gone" busywait 60 without m
	check_file conf services/b/enabled 1 "$name: what it removed is there"
	check_file conf services/a/real_servers "" "$name: and unchanged"
}

without() # SERVICE
{
	services_read "$router"
	[[ " $services " != *" $1 "* ]]
}

dead_holders()
{
	left "open" "ok " transaction open
	step conf discard
	left "set" "ok " services/a/on_marked keep
	check_file conf services/a/on_marked keep "the write went on"
	put conf services/a/on_marked overwrite
	left "set of a service that it added" "ENODEV " services/m/mark 5
	left "add" "ok " add n
	left "remove" "ok " remove n

	begin mortal
	put mortal add m
	put mortal services/m/vip "$vip2"
	die mortal
	put conf add m
	check_file conf services/m/vip "" "a service with its name is a new one"
	put conf remove m
	left "discard" "ok " transaction discard
	left "commit" "EINVAL transaction: none is open" transaction commit
	state "nothing is left" none
	probes_are "packets as before" "1=2 2=2"
}

# Each packet is in range of one of the two, before and after.
exchange()
{
	local count pid round rounds changed
	local stop=$scratch/stop exchanged=$scratch/exchanged

	count=$(soak 2000 50000)
	become ip netns exec "$router" bash -c "
		cd $net
		ranges=(10000-19999 20000-29999)
		for ((i = 1; ; i++)); do
			echo open >transaction
			echo \${ranges[i % 2]} >services/a/passive_ports
			echo \${ranges[(i + 1) % 2]} >services/b/passive_ports
			echo commit >transaction || exit
			echo \$i >$exchanged
			[ ! -e $stop ] || exit 0
		done
	" &
	pid=$!
	rounds=0 sent_packets=0 changed=0
	while [ -d "/proc/$pid" ] && { [ $rounds -lt 10 ] ||
		{ [ "$changed" -lt 50 ] && [ $rounds -lt 500 ]; }; }; do
		: $((++rounds))
		for round in "${probes[@]}"; do
			send "dev=$device $round count=$count"
		done
		[ ! -s "$exchanged" ] || slurp changed "$exchanged"
	done
	touch "$stop"
	wait "$pid"
	check_equal "ranges are exchanged under traffic" 0 $?
	busywait 60 all_arrived
	marks_settle behind
	slurp changed "$exchanged"
	note "$changed exchanges, $sent_packets packets: $marks"
	check_equal "all packets arrived" "$sent_packets" "$arrived"
	check "many times" [ "$changed" -ge 50 ]
	check_equal "no packet went without a mark" "1 2" \
		"$(tr ' ' '\n' <<<"$marks" | cut -d= -f1 | xargs)"
}

killed()
{
	local results kills seen

	kills=$(soak 60 2000)
	seen=$((kills / 20))
	results=$(ip netns exec "$other" python3 -S \
		"$selftests/sysfs/sysfs_transaction.py" \
		"${FTPMARK_SEED:-1}" "$kills" "$seen" 2>&1)
	check_equal "$kills writers killed: each configuration is whole" 0 $?
	note "$results"
	for what in left EBUSY changes; do
		count=$(grep -oE "\\b$what=[0-9]+" <<<"$results")
		check "many times: $what" [ "${count#*=}" -ge "$seen" ]
	done
}

holds_in() # NAMESPACE: this shell opens a transaction there
{
	ip netns exec "$1" eval "
		echo open >$net/transaction &&
		echo z >$net/add && echo $vip >$net/services/z/vip &&
		echo 1 >$net/services/z/enabled"
}

ends()
{
	setup_ns doomed forsaken
	check "a transaction is open in a namespace" holds_in "$doomed"
	check "left in another" ip netns exec "$forsaken" \
		bash -c "echo open >$net/transaction && echo z >$net/add"
	check "open in a third" holds_in "$router"
	check "the namespaces go" ip netns delete "$doomed"
	ip netns delete "$forsaken"
	namespaces=("$client" "$router" "$other")
	# This waits for namespaces that are going.
	check "the module goes" unload_module
	check "and comes back" load_module
	there "no service is left"
	files_start again ip netns exec "$router"
	check_file again transaction none "nor a transaction"
}

service conf a vip="$vip" mark=1 passive_ports=10000-19999 enabled=1
service conf b vip="$vip" mark=2 control_ports=2121 \
	passive_ports=20000-29999 enabled=1
rules
views
restore_two
discarded
refusals
shell_holds
dead_holders
exchange
killed
ends
finish
