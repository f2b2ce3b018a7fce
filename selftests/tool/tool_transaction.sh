#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each change by the tool is one transaction: packets meet the configuration before
# or after it, whatever kills it leaves nothing half, and a second one waits.

# shellcheck disable=SC2119,SC2154 # words of load_module; of setup_ns and run_tool.sh
# shellcheck disable=SC2317 # called by busywait
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"
# shellcheck source=../lib/run_tool.sh
. "$selftests/lib/run_tool.sh"

one=$scratch/one
two=$scratch/two
transaction=$sysfs/transaction
services=$(soak 100 400)

# many CONTROL: prints a file of $services services with these control ports.
many()
{
	local i

	for ((i = 0; i < services; i++)); do
		echo "add s$i vip 10.1.$((i / 250)).$((i % 250 + 1)) control $1"
	done
}

# met_read: leaves in $met what packets meet of it: how many services have which
# control ports.
met_read()
{
	local dir enabled ports
	local -A count=()

	for dir in "$sysfs"/services/*/; do
		{ read -r enabled <"$dir/enabled"; } 2>/dev/null || continue
		[ "$enabled" = 1 ] || continue
		read -r ports <"$dir/control_ports"
		: $((++count["$ports"]))
	done
	met=
	for ports in 21 22; do
		[ -z "${count[$ports]-}" ] || met+="${met:+ }${count[$ports]} $ports"
		unset "count[$ports]"
	done
	met+="${count[*]:+ and others: ${!count[*]}}"
}

# hold COMMAND...: a process that opens a transaction, runs the command and stays
# until let_go; its number is left in $holder.
hold()
{
	rm -f "$scratch/ready"
	(
		echo open >"$transaction" && "$@" && : >"$scratch/ready"
		become sleep 1000
	) &
	holder=$!
	busywait 30 [ -e "$scratch/ready" ]
}

let_go()
{
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
}

holder_sleeps()
{
	local open

	slurp open "$transaction"
	[ "$open" = "open by $holder (sleep)" ]
}

arrived() # COUNT
{
	local packets bytes

	nft_counter_read "$router" inet seen arrived && [ "$packets" -ge "$1" ]
}

# Two services exchange their passive ranges while packets to both arrive.
test_exchange()
{
	# shellcheck disable=SC2034 # one of both is wanted
	local flood rounds i mac changes=0 packets bytes unmarked

	rounds=$(soak 8 25)

	setup_ns router client
	ip link add front netns "$router" type veth peer name eth0 netns "$client"
	ip -n "$router" addr add 192.0.2.10/24 dev front
	ip -n "$router" link set front up
	ip -n "$client" link set eth0 up
	ip netns exec "$router" nft -f - <<-'END'
		table inet seen {
			counter arrived { }
			counter unmarked { }
			chain behind {
				type filter hook prerouting priority -148
				tcp dport 3000-4999 counter name arrived
				tcp dport 3000-4999 meta mark 0 counter name unmarked
				tcp dport 3000-4999 drop
			}
		}
	END
	printf '%s\n' "add a vip 192.0.2.10 control 21 passive 3000-3999 mark 5" \
		"add b vip 192.0.2.10 control 22 passive 4000-4999 mark 6" >"$one"
	printf '%s\n' "add a vip 192.0.2.10 control 21 passive 4000-4999 mark 5" \
		"add b vip 192.0.2.10 control 22 passive 3000-3999 mark 6" >"$two"
	"$ftpmark" -n "$router" restore "$one"
	ip netns exec "$router" slurp mac /sys/class/net/front/address
	while :; do
		printf '192.0.2.10 %s 100\n' 3500 4500
	done | become ip netns exec "$client" python3 -S "$selftests/lib/flood.py" \
		eth0 "$mac" >/dev/null &
	flood=$!
	check "exchange: packets flow" busywait 60 arrived 1000
	for ((i = 0; i < rounds; i++)); do
		"$ftpmark" -n "$router" restore "$two" && : $((++changes))
		"$ftpmark" -n "$router" restore "$one" && : $((++changes))
	done
	check "exchange: many packets arrived" busywait 60 arrived 5000
	kill "$flood"
	wait "$flood" 2>/dev/null
	nft_counter_read "$router" inet seen unmarked
	unmarked=$packets
	nft_counter_read "$router" inet seen arrived
	note "$packets packets, $unmarked without a mark, $changes restores"
	check_equal "exchange: each restore is done" $((2 * rounds)) "$changes"
	check_equal "exchange: none without a mark" 0 "$unmarked"
}

# kill_within SPAN PROCESS: kills it at a random moment within so many microseconds.
kill_within()
{
	local pause=$((SRANDOM % $1))

	printf -v pause '%d.%06d' $((pause / 1000000)) $((pause % 1000000))
	sleep "$pause"
	kill -KILL "$2" 2>/dev/null
	wait "$2" 2>/dev/null
}

# Kills a restore at a random moment.
test_kill()
{
	local rounds i begin span process all met before=0 after=0 half=""

	rounds=$(soak 16 400)
	many 21 >"$one"
	many 22 >"$two"
	"$ftpmark" restore "$one"
	all="$services"
	begin=${EPOCHREALTIME/./}
	"$ftpmark" restore "$two"
	span=$(((${EPOCHREALTIME/./} - begin) * 11 / 10))
	"$ftpmark" restore "$one"
	for ((i = 0; i < rounds; i++)); do
		"$ftpmark" restore "$two" &
		process=$!
		kill_within "$span" "$process"
		met_read
		case $met in
		"$all 21") : $((++before)) ;;
		"$all 22") : $((++after)) ;;
		*) half+=" $met;" ;;
		esac
		"$ftpmark" restore "$one" || half+=" then refused;"
		met_read
		[ "$met" = "$all 21" ] || half+=" then $met;"
	done
	note "killed $rounds times within $((span / 1000)) ms: $before before it took effect, $after after"
	check_equal "kill: nothing half, and the next restore works" "" "$half"
	check "kill: some were in time" [ "$before" -gt 0 ]

	# New services: none of them runs before all do.
	half=
	for ((i = 0; i < rounds / 4; i++)); do
		"$ftpmark" flush
		"$ftpmark" restore "$one" &
		process=$!
		kill_within "$span" "$process"
		met_read
		[ -z "$met" ] || [ "$met" = "$all 21" ] || half+=" $met;"
	done
	check_equal "kill: no new service alone" "" "$half"
	run flush
	expect "kill: flush" 0
	check_equal "kill: nothing is left" "" "$(services)"
}

# INT and TERM at each write of a change: it is done and the exit status 0, or
# nothing of it and the signal is the reason.
test_signals()
{
	local signal status n failed count state before open

	printf '%s\n' "add a vip 192.0.2.1 mark 5" "add b vip 192.0.2.2" >"$one"
	printf '%s\n' "add a vip 192.0.2.2" "add c vip 192.0.2.1 mark 6" >"$two"
	"$ftpmark" restore "$one"
	state_read
	before=$state
	count=$(strace -qq -e trace=write "$ftpmark" restore "$two" 2>&1 |
		grep -c '^write')
	check "signals: several writes" [ "$count" -ge 6 ]
	"$ftpmark" restore "$one"
	for signal in INT TERM; do
		failed=
		for ((n = 1; n <= count; n++)); do
			status=0
			strace -qq -o /dev/null -e trace=write \
				-e inject="write:signal=$signal:when=$n" \
				"$ftpmark" restore "$two" || status=$?
			state_read
			case $n:$status in
			"$count:0") [ "$state" != "$before" ] || failed+=" $n: not done" ;;
			"$count":* | *:0) failed+=" $n: status $status" ;;
			*) [ "$state" = "$before" ] || failed+=" $n: changed" ;;
			esac
			slurp open "$transaction"
			[ "$open" = none ] || failed+=" $n: left open"
			[ "$state" = "$before" ] || "$ftpmark" restore "$one"
		done
		check_equal "signals: $signal at each write" "" "$failed"
	done
	run flush
}

# Two restores at once: both are done, one behind the other.
test_two()
{
	local i first second rounds met failed=""

	rounds=$(soak 5 10)
	services=40
	many 21 >"$one"
	sed 's/^add s/add t/; s/ 21$/ 22/' "$one" >"$two"
	for ((i = 0; i < rounds; i++)); do
		"$ftpmark" restore "$one" &
		first=$!
		"$ftpmark" restore "$two" &
		second=$!
		wait "$first" || failed+=" first: status $?;"
		wait "$second" || failed+=" second: status $?;"
		met_read
		[[ $met =~ ^$services\ 2[12]$ ]] || failed+=" $met;"
		"$ftpmark" restore --dry-run "$one" >/dev/null ||
			"$ftpmark" restore --dry-run "$two" >/dev/null ||
			failed+=" neither;"
	done
	check_equal "two restores at once: one and then the other" "" "$failed"
	run flush
}

# A restore that stands still half-way, and a second change meanwhile.
test_meanwhile()
{
	local restore

	printf '%s\n' "add a vip 192.0.2.1" "add b vip 192.0.2.2" >"$one"
	printf '%s\n' "add a vip 192.0.2.2" "add b vip 192.0.2.1" >"$two"
	"$ftpmark" restore "$one"
	strace -qq -o /dev/null -e trace=write \
		-e inject=write:delay_enter=10000000:when=3 \
		"$ftpmark" restore "$two" &
	restore=$!
	check "meanwhile: a restore is under way" busywait 30 \
		grep -q "^open by [0-9]* (ftpmark)" "$transaction"
	check_equal "meanwhile: services are as before" "192.0.2.1 192.0.2.2" \
		"$(setting a vip) $(setting b vip)"
	run del a
	check_equal "meanwhile: del waits, says so and is done" \
		"0 ftpmark: waiting for N (ftpmark), which is changing services" \
		"$status ${err/for * (/for N (}"
	wait "$restore"
	check_equal "meanwhile: so is the restore" 0 $?
	check_equal "meanwhile: the services are those of both" "b 192.0.2.1" \
		"$(services) $(setting b vip)"
	check_equal "meanwhile: the log has no refusal" "" \
		"$(log_since "$log_mark" | grep 'nf_ftpmark: .*would share')"
	run flush
}

test_wait()
{
	"$ftpmark" add ftp vip 192.0.2.10
	before=$(state)
	hold true
	busywait 30 holder_sleeps
	run --wait 0 set ftp mark 7
	expect "wait: not at all" 1 "" \
		"ftpmark: services: still being changed by $holder (sleep) after 0 s"
	run set --wait=1.5 ftp mark 7
	expect "wait: a while" 1 "" \
"ftpmark: waiting for $holder (sleep), which is changing services
ftpmark: services: still being changed by $holder (sleep) after 1.5 s"
	check_equal "wait: nothing has changed" "$before" "$(state)"
	run show ftp
	check_equal "wait: reading does not" "0 service ftp enabled" \
		"$status ${out%%$'\n'*}$err"
	run -n "$other" add there vip 192.0.2.10
	expect "wait: another namespace does not" 0
	let_go
	run --wait 0 set ftp mark 7
	expect "wait: a holder that has died is none" 0
	check_equal "wait: it is done" 7 "$(setting ftp mark)"

	hold eval "echo 9 >$sysfs/services/ftp/mark; echo new >$sysfs/add"
	let_go
	run set ftp on-marked keep
	expect "wait: a change over what a dead process left" 0
	check_equal "wait: it has nothing of that" "7 keep ftp" \
		"$(setting ftp mark) $(setting ftp on_marked) $(services)"
	for word in -1 x 86401 ''; do
		run set --wait "$word" ftp mark 8
		expect_error "wait: '$word'" 2 \
			"$word: not a number of seconds (0 to 86400)"
	done
	run show --wait 1
	expect_error "wait: reading has none" 2 "--wait: no option of this command"
	run flush
}

# A shell in another network namespace whose /sys is that of this one.
test_foreign()
{
	local elsewhere='ftpmark: /sys shows the services of another network namespace than this one
ftpmark: name the one that is meant: ftpmark -n NETNS (this one: -n /proc/self/ns/net)'
	local verb

	"$ftpmark" add ftp vip 192.0.2.10
	before=$(state)
	run_as=(nsenter "--net=/run/netns/$other")
	for verb in "show" "add x vip 192.0.2.1" "set ftp mark 9" "flush" \
		"restore /dev/null" "restore --dry-run /dev/null" "check"; do
		# shellcheck disable=SC2086 # words
		run $verb
		expect "nsenter: $verb" 1 "" "$elsewhere"
	done
	run -n "$other" add x vip 192.0.2.1
	expect "nsenter: with -n" 0
	run -n /proc/self/ns/net show x
	check_equal "nsenter: with -n, its own" "0 service x enabled" \
		"$status ${out%%$'\n'*}$err"
	run restore --check /dev/null
	expect "nsenter: what needs no module" 0
	run_as=(unshare -n)
	run del ftp
	expect "unshare -n" 1 "" "$elsewhere"
	run_as=()
	check_equal "nothing has changed here" "$before" "$(state)"
	run flush
}

# So many that those before and those behind the change are more than there may be.
test_many()
{
	local met there

	services=$(soak 2100 4000)
	many 21 >"$one"
	sed 's/^add s/add t/' "$one" >"$two"
	SECONDS=0
	run restore "$one"
	expect "many services" 0
	note "$services, in $SECONDS s"
	met_read
	check_equal "they are there" "$services 21" "$met"
	SECONDS=0
	run restore "$two"
	expect "as many others have all of their VIPs" 0
	note "in $SECONDS s"
	met_read
	there=("$sysfs"/services/t*)
	check_equal "they have" "$services $services 21" "${#there[@]} $met"
	run restore --dry-run "$two"
	expect "no difference is left" 0
	SECONDS=0
	run flush
	expect "flush" 0
	note "in $SECONDS s"
	check_equal "they are gone" "" "$(services)"
}

need "$ftpmark" nft nsenter python3 strace unshare
setup_ns other
load_module
test_exchange
test_kill
test_signals
test_two
test_meanwhile
test_wait
test_foreign
test_many
finish
