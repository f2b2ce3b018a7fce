#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation of the tool: man pages, the ABI document, help, completion.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # set by setup_ns
# shellcheck disable=SC2317 # called by check
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

ftpmark=${FTPMARK:-ftpmark}
top=$selftests/..
sysfs=/sys/kernel/nf_ftpmark/net

# The verbs of the tool.
verbs=()
verbs_read()
{
	mapfile -t verbs < <("$ftpmark" --help |
		sed -n '/^Commands:/,/^$/s/^    \([a-z]*\) .*/\1/p')
}

# Prints all findings that "ftpmark check" knows.
findings()
{
	grep -ohP '"[a-z0-9]+(-[a-z0-9]+)+"(?=,)' "$top"/tools/check/*.c | tr -d '"'
	"$ftpmark" stats --explain | awk 'NF == 2 && $2 ~ /^[0-9]+$/ { word = $1 }
		/^ {8}/ && ++lines[word] == 2 { print "counter-" word }'
}

# What the manual page says, as a text, as lines, and as the numbers of lines; and where
# its settings begin. A grep for each word would take most of the test's time.
manual="" manual_lines=() manual_settings=0
declare -A manual_line=()
manual_read()
{
	local i

	slurp manual "$top/tools/man/ftpmark.8"
	mapfile -t manual_lines <<<"$manual"
	for i in "${!manual_lines[@]}"; do
		manual_line[x${manual_lines[i]}]=$i
	done
	manual_settings=${manual_line[x.SH SETTINGS]}
}

manual_has_verb() # VERB
{
	[[ $manual =~ $'\n'\.B[IR]*\ \"*$1([^[:alnum:]_]|$) ]]
}

manual_has() # TEXT
{
	[[ $manual == *"$1"* ]]
}

manual_has_line() # LINE
{
	[ -n "${manual_line[x$1]-}" ]
}

# Close behind the name of the setting.
manual_has_default() # WORD VALUE
{
	local i text

	for ((i = manual_settings; i < ${#manual_lines[@]}; i++)); do
		[[ ${manual_lines[i]} == *"${1//-/\\-}"* ]] || continue
		text="${manual_lines[*]:i:3}"
		[[ $text != *"($2"* ]] || return 0
	done
	return 1
}

# The findings that tests provoke.
declare -A provoked=()
provoked_read()
{
	local word

	while read -r _ word; do
		provoked[$word]=1
	done < <(grep -ohE '(fault|warning|note) [a-z0-9-]+' \
		"$selftests"/tool/tool_check*.sh "$selftests/marking/no_ipvs.sh")
}

is_provoked() # FINDING
{
	[ -n "${provoked[$1]-}" ]
}

test_man()
{
	local page word value

	for page in ftpmark.8 ftpmark.conf.5; do
		if command -v man >/dev/null; then
			check_equal "man finds no fault in $page" "" \
				"$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z \
				"$top/tools/man/$page" 2>&1 >/dev/null)"
		else
			skip "man finds no fault in $page" "no man"
		fi
	done
	manual_read
	provoked_read
	for word in "${verbs[@]}"; do
		check "ftpmark(8) has $word" manual_has_verb "$word"
	done
	for word in $("$ftpmark" set --help |
			sed -n '/^WORD/,/^A list/s/^    \([a-z-]*\) .*/\1/p'); do
		check "ftpmark(8) has $word" manual_has "${word//-/\\-}"
	done
	"$ftpmark" add t enabled 0
	while read -r word value; do
		[ "$value" = none ] || check "ftpmark(8) has the default of $word" \
			manual_has_default "$word" "$value"
	done < <("$ftpmark" show t | sed '/^service/d; /^counters/,$d')
	"$ftpmark" del t
	for word in $(findings | sort -u); do
		check "ftpmark(8) has the finding $word" \
			manual_has_line ".B ${word//-/\\-}"
		check "a test provokes $word" is_provoked "$word"
	done
	for word in 0 1 2 3 4; do
		check "ftpmark(8) has exit status $word" manual_has_line ".B $word"
	done
}

# The ABI document describes each file, and no file that does not exist.
test_abi()
{
	local described there

	described=$(sed -n 's|^\(What:\)*\t\t*\(/sys/[^ ]*\)$|\2|p' \
		"$top/module/sysfs-kernel-nf_ftpmark" | sort)
	"$ftpmark" add ftp enabled 0
	there=$(find "$sysfs" -type f | sed 's|/services/ftp/|/services/<name>/|'
		echo "$sysfs")
	check_equal "the ABI document and the files" \
		"$(sort <<<"$there")" "$described"
	check_equal "each entry is whole" \
		"$(grep -c '^What:' "$top/module/sysfs-kernel-nf_ftpmark")" \
		"$(tr '\n' ' ' <"$top/module/sysfs-kernel-nf_ftpmark" |
			grep -oP 'What:.*?Date:\t.*?KernelVersion:\t.*?Contact:\t.*?Description:' |
			wc -l)"
	"$ftpmark" del ftp
}

test_help()
{
	local verb='' line text golden_verbs
	local -A golden=() help=()

	while IFS= read -r line; do
		if [[ $line == "== "* ]]; then
			verb=${line#== }
			golden[$verb]=
		elif [ -n "$verb" ]; then
			golden[$verb]+=$line$'\n'
		fi
	done <"$selftests/tool/tool_help.golden"
	for verb in "${verbs[@]}"; do
		"$ftpmark" "$verb" --help >"$scratch/help"
		IFS= read -r -d '' text <"$scratch/help"
		help[$verb]=$text
		check "help of $verb fits a terminal" ! is_wide "$text"
	done
	for verb in "${verbs[@]}"; do
		check_equal "golden: $verb --help" "${golden[$verb]-}" "${help[$verb]}"
	done
	golden_verbs=$(printf '%s\n' "${!golden[@]}" | sort)
	check_equal "golden: no verb that is not there" \
		"$(printf '%s\n' "${verbs[@]}" | sort)" "$golden_verbs"
}

is_wide() # TEXT
{
	local line lines

	mapfile -t lines <<<"$1"
	for line in "${lines[@]}"; do
		[ "${#line}" -le 80 ] || return 0
	done
	return 1
}

# Prints the completions of the last of these words.
complete_words() # WORD...
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_ftpmark 2>/dev/null
	if [ "${#COMPREPLY[@]}" -gt 1 ]; then
		mapfile -t COMPREPLY < <(printf '%s\n' "${COMPREPLY[@]}" | sort)
	fi
	echo "${COMPREPLY[*]}"
}

completes() # NAME EXPECTED WORD...
{
	local completions

	capture completions complete_words "${@:3}"
	check_equal "completes $1" "$2" "$completions"
}

test_completion()
{
	local word

	# shellcheck source-path=SCRIPTDIR source=../../tools/completion/ftpmark
	. "$top/tools/completion/ftpmark"
	"$ftpmark" add ftp vip 192.0.2.10 passive 1000-2000 real 10.0.0.0/24
	"$ftpmark" add ftp2 enabled 0
	for word in "${verbs[@]}"; do
		completes "$word" "$word" ftpmark "$word"
	done
	completes "a verb" "save set show stats" ftpmark s
	completes "services" "ftp ftp2" ftpmark del f
	completes "services of set" "ftp ftp2" ftpmark set f
	completes "no service to add" "" ftpmark add f
	completes "words" "active active-ports" ftpmark set ftp ac
	completes "values that are fixed" "ipvs masquerade off snat" \
		ftpmark set ftp active ''
	completes "values that are set" "192.0.2.10 none" ftpmark set ftp vip ''
	for word in passive passive-ports passive_ports; do
		completes "$word" "1000-2000 none" ftpmark set ftp "$word" ''
	done
	for word in control control-ports; do
		completes "$word, which can't be none" 21 ftpmark set ftp "$word" ''
	done
	completes "active-ports, which can't be none" 20 \
		ftpmark set ftp active-ports ''
	for word in real real-servers; do
		completes "$word" "10.0.0.0/24 none" ftpmark set ftp "$word" ''
	done
	completes "options" --dry-run ftpmark restore --d
	completes "services of export" "ftp ftp2" ftpmark export f
	completes "formats" "proftpd pure-ftpd" ftpmark export ftp p
	completes "options of export" "--director --help --netns" \
		ftpmark export ftp -
	completes "a director" "home other" \
		ftpmark export ftp keepalived --director ''
	completes "behind a director" "proftpd pure-ftpd" \
		ftpmark export --director home ftp p
	completes "no time to wait" "" ftpmark set --wait ''
	completes "no third word of export" "" ftpmark export ftp nft ''
	completes "options of import" "--help --netns --verbose" ftpmark import -
	completes "options behind a name" "--help --json --netns" ftpmark show ftp -
	completes "behind an option" "ftp ftp2" ftpmark set -j f
	completes "words behind an option" "active active-ports" \
		ftpmark set -j ftp ac
	check_equal "completes a verb of help" "set show stats" \
		"$(complete_words ftpmark help s | sed 's/save //')"
	completes "options of stats" \
		"--explain --help --json --netns --prometheus --watch" ftpmark stats -
	completes "behind a namespace" "disable" ftpmark -n nix dis
	completes "behind --netns=NETNS" "disable" ftpmark --netns = nix dis
	setup_ns router
	completes "a namespace" "$router" ftpmark -n "$router"
	check_equal "completes a namespace behind --netns=" "$router" \
		"$(complete_words ftpmark --netns = "${router%?}" | grep -ow "$router")"
	check "completes a namespace right behind --netns=" grep -qw "$router" \
		<(complete_words ftpmark --netns =)
	"$ftpmark" flush
}

need "$ftpmark"
load_module
verbs_read
test_man
test_abi
test_help
test_completion
finish
