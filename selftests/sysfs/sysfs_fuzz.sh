#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Generated writes to the files of many services: a model of the documentation
# predicts whether each is taken, and what each file returns afterwards.

# shellcheck disable=SC2119,SC2154 # load_module's arguments, setup_ns's names
# shellcheck source-path=SCRIPTDIR source=../lib/lib.sh
. "$(dirname "$0")/../lib/lib.sh"

need python3
setup_ns router
load_module

writes=$(soak 10000 100000)
seed=${FTPMARK_SEED:-1}

results=$(ip netns exec "$router" python3 -S "$selftests/sysfs/sysfs_fuzz.py" \
	"$seed" "$writes" 2>&1)
check_equal "$writes writes with seed $seed do as the model does" 0 $?
note "$results"

# Too few accepted or refused writes would prove little.
for errno in E2BIG EALREADY EEXIST EINVAL ENODEV ENOENT taken; do
	count=$(grep -oE "\\b$errno=[0-9]+" <<<"$results")
	check "many writes end with $errno" \
		[ "${count#*=}" -ge $((writes / 500)) ]
done
finish
