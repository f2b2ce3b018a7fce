#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation of the tool: man pages, the ABI document, help, completion.

# shellcheck disable=SC2119 # the words of load_module are optional
# shellcheck disable=SC2154 # set by setup_ns
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

ftpmark=${FTPMARK:-ftpmark}
top=$selftests/..
sysfs=/sys/kernel/nf_ftpmark/net

# Prints the verbs of the tool.
verbs()
{
	"$ftpmark" --help | sed -n '/^Commands:/,/^$/s/^    \([a-z]*\) .*/\1/p'
}

# Prints all findings that "ftpmark check" knows.
findings()
{
	grep -ohP '"[a-z0-9]+(-[a-z0-9]+)+"(?=,)' "$top"/tools/check/*.c | tr -d '"'
	"$ftpmark" stats --explain | awk 'NF == 2 && $2 ~ /^[0-9]+$/ { word = $1 }
		/^ {8}/ && ++lines[word] == 2 { print "counter-" word }'
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
	for word in $(verbs); do
		check "ftpmark(8) has $word" \
			grep -q "^\.B[IR]* \"*$word\b" "$top/tools/man/ftpmark.8"
	done
	for word in $("$ftpmark" set --help |
			sed -n '/^WORD/,/^A list/s/^    \([a-z-]*\) .*/\1/p'); do
		check "ftpmark(8) has $word" \
			grep -qF -- "${word//-/\\-}" "$top/tools/man/ftpmark.8"
	done
	"$ftpmark" add t enabled 0
	while read -r word value; do
		[ "$value" = none ] || check "ftpmark(8) has the default of $word" \
			grep -qF "($value" <(grep -F -A 2 "${word//-/\\-}" \
			<(sed '1,/^.SH SETTINGS/d' "$top/tools/man/ftpmark.8"))
	done < <("$ftpmark" show t | sed '/^service/d; /^counters/,$d')
	"$ftpmark" del t
	for word in $(findings | sort -u); do
		check "ftpmark(8) has the finding $word" \
			grep -qx "\.B ${word//-/\\\\-}" "$top/tools/man/ftpmark.8"
		check "a test provokes $word" grep -qE \
			"(fault|warning|note) $word\b" "$selftests"/tool/tool_check*.sh \
			"$selftests/marking/no_ipvs.sh"
	done
	for word in 0 1 2 3 4; do
		check "ftpmark(8) has exit status $word" \
			grep -qx "\.B $word" "$top/tools/man/ftpmark.8"
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
	local verb

	for verb in $(verbs); do
		check "help of $verb fits a terminal" [ -z \
			"$("$ftpmark" "$verb" --help | grep -E '^.{81}')" ]
	done
	# A dot behind the text keeps its trailing empty lines.
	for verb in $(verbs); do
		check_equal "golden: $verb --help" \
			"$(awk -v v="== $verb" '/^== / { on = $0 == v; next } on' \
				"$selftests/tool/tool_help.golden"; echo .)" \
			"$("$ftpmark" "$verb" --help; echo .)"
	done
	check_equal "golden: no verb that is not there" "$(verbs | sort)" \
		"$(sed -n 's/^== //p' "$selftests/tool/tool_help.golden" | sort)"
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

test_completion()
{
	local word

	# shellcheck source-path=SCRIPTDIR source=../../tools/completion/ftpmark
	. "$top/tools/completion/ftpmark"
	"$ftpmark" add ftp vip 192.0.2.10 passive 1000-2000 real 10.0.0.0/24
	"$ftpmark" add ftp2 enabled 0
	for word in $(verbs); do
		check_equal "completes $word" "$word" \
			"$(complete_words ftpmark "$word")"
	done
	check_equal "completes a verb" "save set show stats" "$(complete_words ftpmark s)"
	check_equal "completes services" "ftp ftp2" "$(complete_words ftpmark del f)"
	check_equal "completes services of set" "ftp ftp2" "$(complete_words ftpmark set f)"
	check_equal "completes no service to add" "" "$(complete_words ftpmark add f)"
	check_equal "completes words" "active active-ports" \
		"$(complete_words ftpmark set ftp ac)"
	check_equal "completes values that are fixed" "ipvs masquerade off snat" \
		"$(complete_words ftpmark set ftp active '')"
	check_equal "completes values that are set" "192.0.2.10 none" \
		"$(complete_words ftpmark set ftp vip '')"
	for word in passive passive-ports passive_ports; do
		check_equal "completes $word" "1000-2000 none" \
			"$(complete_words ftpmark set ftp "$word" '')"
	done
	for word in control control-ports; do
		check_equal "completes $word, which can't be none" 21 \
			"$(complete_words ftpmark set ftp "$word" '')"
	done
	check_equal "completes active-ports, which can't be none" 20 \
		"$(complete_words ftpmark set ftp active-ports '')"
	for word in real real-servers; do
		check_equal "completes $word" "10.0.0.0/24 none" \
			"$(complete_words ftpmark set ftp "$word" '')"
	done
	check_equal "completes options" --dry-run "$(complete_words ftpmark restore --d)"
	check_equal "completes services of export" "ftp ftp2" \
		"$(complete_words ftpmark export f)"
	check_equal "completes formats" "proftpd pure-ftpd" \
		"$(complete_words ftpmark export ftp p)"
	check_equal "completes options of export" "--director --help --netns" \
		"$(complete_words ftpmark export ftp -)"
	check_equal "completes a director" "home other" \
		"$(complete_words ftpmark export ftp keepalived --director '')"
	check_equal "completes behind a director" "proftpd pure-ftpd" \
		"$(complete_words ftpmark export --director home ftp p)"
	check_equal "completes no time to wait" "" \
		"$(complete_words ftpmark set --wait '')"
	check_equal "completes no third word of export" "" \
		"$(complete_words ftpmark export ftp nft '')"
	check_equal "completes options of import" "--help --netns --verbose" \
		"$(complete_words ftpmark import -)"
	check_equal "completes options behind a name" "--help --json --netns" \
		"$(complete_words ftpmark show ftp -)"
	check_equal "completes behind an option" "ftp ftp2" \
		"$(complete_words ftpmark set -j f)"
	check_equal "completes words behind an option" "active active-ports" \
		"$(complete_words ftpmark set -j ftp ac)"
	check_equal "completes a verb of help" "set show stats" \
		"$(complete_words ftpmark help s | sed 's/save //')"
	check_equal "completes options of stats" \
		"--explain --help --json --netns --prometheus --watch" \
		"$(complete_words ftpmark stats -)"
	check_equal "completes behind a namespace" "disable" \
		"$(complete_words ftpmark -n nix dis)"
	check_equal "completes behind --netns=NETNS" "disable" \
		"$(complete_words ftpmark --netns = nix dis)"
	setup_ns router
	check_equal "completes a namespace" "$router" \
		"$(complete_words ftpmark -n "$router")"
	check_equal "completes a namespace behind --netns=" "$router" \
		"$(complete_words ftpmark --netns = "${router%?}" | grep -ow "$router")"
	check "completes a namespace right behind --netns=" grep -qw "$router" \
		<(complete_words ftpmark --netns =)
	"$ftpmark" flush
}

need "$ftpmark"
load_module
test_man
test_abi
test_help
test_completion
finish
