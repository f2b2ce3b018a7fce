#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stats in each of its forms, and JSON, against the real module: the output equals the
# files, and other programs can read it.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

ftpmark=${FTPMARK:-ftpmark}
sysfs=/sys/kernel/nf_ftpmark/net/services
router=
client=

in_router()
{
	ip netns exec "$router" "$@"
}

# Sends SYNs to the VIP, which nobody answers: a counter goes up by one with each.
syn() # PORT COUNT
{
	ip netns exec "$client" python3 -S - "$@" <<-'END'
		import socket, sys
		port, count = map(int, sys.argv[1:])
		for _ in range(count):
		    with socket.socket() as s:
		        s.setblocking(False)
		        s.connect_ex(("192.0.2.10", port))
	END
}

counter() # FILE
{
	local count

	in_router slurp count "$sysfs/ftp/stats/$1" && echo "$count"
}

json() # EXPRESSION: of d, the object on standard input
{
	python3 -S -c 'import json, sys; d = json.load(sys.stdin); print('"$1"')'
}

test_json()
{
	check_equal "show -j: the keys of a service" \
		"name enabled vip control_ports passive_ports mark on_marked real_servers active active_ports notrack passive_from fast stats" \
		"$("$ftpmark" -n "$router" -j show ftp |
			json '" ".join(d["services"][0])')"
	check_equal "show -j: types" \
		"ftp True ['192.0.2.10', '2001:db8::10'] [{'first': 10000, 'last': 20000}] 21 overwrite [] False" \
		"$("$ftpmark" -n "$router" -j show | json \
		'*[d["services"][0][k] for k in ("name", "enabled", "vip", "passive_ports", "mark", "on_marked", "real_servers", "notrack")]')"
	check_equal "stats -j: what the files hold" "$(counter control_packets)" \
		"$("$ftpmark" -n "$router" -j stats ftp |
			json 'd["services"][0]["stats"]["control_packets"]')"
	check_equal "list -j: as show, without counters" "True" \
		"$({ "$ftpmark" -n "$router" -j show; "$ftpmark" -n "$router" -j list; } |
			python3 -S -c 'import json, sys
show, list = (json.loads(t) for t in sys.stdin.read().replace("\n}\n{", "\n}\0{").split("\0"))
print(all(s.pop("stats") for s in show["services"]) and show == list)')"
	check_equal "show -j without services" "[]" \
		"$("$ftpmark" -j show | json 'd["services"]')"
	# Versions of json-c differ in blanks.
	check_equal "show -j: golden" "$(tr -d ' \n' <<<'{
  "format":2,
  "services":[
    {
      "name":"b",
      "enabled":false,
      "vip":[],
      "control_ports":[
        {
          "first":21,
          "last":21
        }
      ],
      "passive_ports":[],
      "mark":4294967295,
      "on_marked":"keep",
      "real_servers":[
        "10.0.0.0/24"
      ],
      "active":"off",
      "active_ports":[
        {
          "first":20,
          "last":20
        }
      ],
      "notrack":true,
      "passive_from":"clients",
      "fast":true,
      "stats":{
        "control_packets":0,
        "passive_packets":0,
        "bytes":0,
        "fast_packets":0,
        "out_of_range":0,
        "already_marked":0,
        "active_connections":0,
        "active_unmatched":0,
        "active_failed":0,
        "refused":0,
        "fast_leases":0,
        "fast_expired":0,
        "fast_ended":0,
        "fast_unfit":0,
        "fast_too_long":0,
        "fast_route":0,
        "fast_full":0
      }
    }
  ]
}')" "$("$ftpmark" add b enabled 0 passive none mark 0xffffffff on-marked keep \
		real 10.0.0.0/24 active off notrack 1 passive-from clients fast 1 &&
		"$ftpmark" -j show b | tr -d ' \n')"
	"$ftpmark" flush
	check "no JSON from save" ! "$ftpmark" -j save
}

test_text()
{
	local file word

	for file in control_packets out_of_range; do
		word=${file//_/-}
		check_equal "stats: $word" "$(counter "$file")" \
			"$("$ftpmark" -n "$router" stats ftp |
				awk -v w="$word" '$1 == w { print $2 }')"
	done
	check_equal "stats: aligned" 1 \
		"$("$ftpmark" -n "$router" stats | tail -n +2 |
			awk '{ print length }' | sort -u | wc -l)"
	check_equal "stats --explain: each counter has its meaning" 17 \
		"$("$ftpmark" -n "$router" stats --explain |
			grep -A 1 '^    [a-z]' | grep -c '^        [A-Z].*\.$')"
	for word in pasv_min_port connect_from_port_20 "Another program" \
		"no port of the VIP"; do
		check "stats --explain says: $word" grep -q "$word" \
			<("$ftpmark" -n "$router" stats --explain)
	done
	check "stats of no service" ! "$ftpmark" stats nix
	check_equal "stats without services" "no services" "$("$ftpmark" stats)"
	for word in "a b" "--bogus" "--prometheus --watch" "--prometheus --explain" \
		"--watch 1 ftp 2"; do
		# shellcheck disable=SC2086 # words
		"$ftpmark" stats $word >/dev/null 2>&1
		check_equal "stats $word: not understood" 2 $?
	done
	for word in 0 0.05 1.2.3 86401 .; do
		status=0
		"$ftpmark" stats --watch "$word" >/dev/null \
			2>"$scratch/err" || status=$?
		check_equal "stats --watch $word: no interval" \
			"2 ftpmark: $word: not a number of seconds (0.1 to 86400)" \
			"$status $(head -n 1 "$scratch/err")"
	done
}

# The format: comments precede their series, no series occurs twice, each has a
# value.
test_prometheus()
{
	local text

	"$ftpmark" -n "$router" add second vip 192.0.2.20 mark 0xdeadbeef
	text=$("$ftpmark" -n "$router" stats --prometheus)
	check_equal "--prometheus: a line" \
		"nf_ftpmark_out_of_range_total{service=\"ftp\",local_mark=\"00000015\"} $(counter out_of_range)" \
		"$(grep '^nf_ftpmark_out_of_range_total.*"ftp"' <<<"$text")"
	check "--prometheus: the mark has 8 digits as in /proc/net/ip_vs" \
		grep -q 'service="second",local_mark="DEADBEEF"' <<<"$text"
	check_equal "--prometheus: series" 38 "$(grep -c '^nf_ftpmark' <<<"$text")"
	check_equal "--prometheus: no series twice" "" \
		"$(grep -v '^#' <<<"$text" | cut -d ' ' -f 1 | sort | uniq -d)"
	check_equal "--prometheus: nothing else" "" "$(grep -vE \
		'^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge))$|^[a-z_]+\{service="[^"]+",local_mark="[0-9A-F]{8}"\} [0-9]+$' \
		<<<"$text" | grep -v '^nf_ftpmark_\(up\|info\)[ {]')"
	check_equal "--prometheus: the module and its version" \
		"nf_ftpmark_info{version=\"$(cat /sys/module/nf_ftpmark/version)\",tool=\"$("$ftpmark" -V |
			sed 's/^ftpmark \([^,]*\).*/\1/')\"} 1
nf_ftpmark_up 1" "$(grep '^nf_ftpmark_\(up\|info\)[ {]' <<<"$text" | sort)"
	"$ftpmark" -n "$router" del second
	if command -v promtool >/dev/null; then
		check "promtool finds no fault" promtool check metrics <<<"$text"
	fi
}

test_without_module()
{
	local text status=0

	unload_module
	text=$("$ftpmark" stats --prometheus 2>/dev/null) || status=$?
	check_equal "--prometheus without the module: exit status" 3 "$status"
	check_equal "--prometheus without the module" \
		'nf_ftpmark_info{version="",tool="N"} 1 nf_ftpmark_up 0' \
		"$(grep -v '^#' <<<"$text" | sort |
			sed 's/tool="[0-9.]*"/tool="N"/' | xargs -d '\n')"
	check_equal "stats without the module prints nothing" "" \
		"$("$ftpmark" stats 2>/dev/null)"
	load_module
}

# Prints what a terminal of a size shows at the first look.
# shellcheck disable=SC2317 # called by busywait
screen() # ROWS COLUMNS WORD...
{
	local words="${*:3}"

	rm -f "$scratch/screen"
	script -qec "stty rows $1 cols $2; exec $ftpmark -n $router stats $words --watch 0.2" \
		"$scratch/screen" >/dev/null 2>&1 </dev/null &
	busywait 60 cleared_twice
	kill $!
	wait $! 2>/dev/null
	awk -v RS='\033\\[H\033\\[J' 'NR == 2' "$scratch/screen" | tr -d '\r' |
		sed '${/^$/d}'
}

# shellcheck disable=SC2317 # called by busywait
cleared_twice()
{
	local text

	{ slurp text "$scratch/screen"; } 2>/dev/null &&
		[[ $text == *$'\033[J'*$'\033[J'*$'\033[J'* ]]
}

test_screen()
{
	local text

	text=$(screen 20 80 ftp)
	check_equal "--watch on a terminal with room: all lines" 18 \
		"$(wc -l <<<"$text")"
	check "--watch on a terminal with room: the last counter" \
		grep -q '^    fast-full .*/s$' <<<"$text"
	text=$(screen 7 30 ftp)
	check_equal "--watch on a small terminal: a row less than it has" 6 \
		"$(wc -l <<<"$text")"
	check_equal "--watch on a small terminal: no wider than it is" "" \
		"$(grep -E '.{31}' <<<"$text")"
	check_equal "--watch on a small terminal: the first and the last row" \
		"counters ftp ... more: name a service, or e" \
		"$(sed -n '1p;$p' <<<"$text" | xargs)"
	check_equal "--explain, too" 19 "$(screen 20 80 ftp --explain | wc -l)"
}

# shellcheck disable=SC2317 # called by busywait
shows() # COUNT REGEX: in so many lines, each of which begins with a newline here
{
	local lines line count=0

	mapfile -t lines <"$scratch/watch"
	for line in "${lines[@]}"; do
		[[ ! $'\n'$line =~ $2 ]] || : $((++count))
	done
	[ "$count" -ge "$1" ]
}

test_watch()
{
	local watcher

	"$ftpmark" -n "$router" stats --watch 0.2 >"$scratch/watch" &
	watcher=$!
	check "--watch: first look" busywait 60 shows 1 $'\ncounters ftp'
	check "--watch: rates of nothing" busywait 60 shows 2 \
		$'\n    out-of-range .* 0\\.0/s'
	syn 30000 50
	check "--watch: it goes on" busywait 60 shows 5 $'\ncounters ftp'
	check "--watch: a rate" busywait 60 shows 1 \
		$'\n    out-of-range .* ([0-9]*[1-9][0-9]*\\.[0-9]|0\\.[1-9])/s'
	kill "$watcher"
	wait "$watcher"
	check_equal "--watch: ends by a signal" 143 $?

	"$ftpmark" -n "$router" -j stats ftp --watch 0.2 >"$scratch/watch" &
	watcher=$!
	check "--watch -j: lines" busywait 60 shows 2 rates
	kill "$watcher"
	wait "$watcher"
	check_equal "--watch -j: each is an object" "0.0" "$(sed -n 2p \
		"$scratch/watch" | json 'd["services"][0]["rates"]["bytes"]')"

	script -qec "$ftpmark -n $router stats --watch 0.2" "$scratch/watch" \
		>/dev/null 2>&1 </dev/null &
	watcher=$!
	check "--watch on a terminal clears it" busywait 60 shows 3 \
		$'\033\\[H\033\\[J'
	kill "$watcher"
	wait "$watcher" 2>/dev/null
	status=0
	"$ftpmark" -n "$router" stats --watch 0.1 2>"$scratch/err" | head -n 1 \
		>/dev/null
	check_equal "--watch ends with its reader" 141 "${PIPESTATUS[0]}"
}

need "$ftpmark" python3 script
setup_ns router client
load_module
ip link add front netns "$router" type veth peer name eth0 netns "$client"
ip -n "$router" addr add 192.0.2.10/24 dev front
ip -n "$client" addr add 192.0.2.1/24 dev eth0
ip -n "$router" link set front up
ip -n "$client" link set eth0 up
"$ftpmark" -n "$router" add ftp vip 192.0.2.10,2001:db8::10
syn 30000 1
syn 21 1
# shellcheck disable=SC2317 # called by busywait
counted()
{
	[ "$(counter out_of_range)" -gt 0 ] && [ "$(counter control_packets)" -gt 0 ]
}
check "packets are counted" busywait 60 counted
test_json
test_text
test_prometheus
test_watch
test_screen
test_without_module
finish
