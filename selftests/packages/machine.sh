# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by check_packages: boots $disk and has steps run in the machine.

# Copies what /vmlinuz and /initrd.img lead to, as a boot loader would.
# shellcheck disable=SC2154 # of check_packages
machine_boot_files()
{
	local file target

	for file in vmlinuz initrd.img; do
		target=$(debugfs -R "stat /$file" "$disk" 2>/dev/null |
			sed -n 's/^Fast link dest: "\(.*\)"/\1/p')
		echo "/$file: $target"
		rm -f "$work/$file"
		debugfs -R "dump /$target $work/$file" "$disk" 2>/dev/null
		[ -s "$work/$file" ] || return
	done
}

# Fills the share: the steps, and the list of them for the agent.
machine_share() # STEP [ARG...] [-- STEP [ARG...]]...
{
	local word

	rm -rf "$work/share"
	mkdir -p "$work/share"
	mkdir "$work/share/lib" "$work/share/packages"
	cp "$here/../lib/tap.sh" "$work/share/lib"
	cp -r "$here/guest.sh" "$here/steps" "$work/share/packages"
	for word; do
		case $word in
		--) echo ;;
		*) printf '%q ' "$word" ;;
		esac
	done >"$work/share/list"
	echo >>"$work/share/list"
}

# An emulated machine without a processor of its own is slow: timeouts are long, and
# timers are not checked. Where it stands still for a while, that is no lockup.
kernel_args="no_timer_check systemd.unit=check.target systemd.show_status=error"
kernel_args+=" systemd.default_timeout_start_sec=240 udev.event_timeout=900"
kernel_args+=" systemd.default_device_timeout_sec=240 mitigations=off loglevel=5"
kernel_args+=" rcupdate.rcu_cpu_stall_timeout=300 watchdog_thresh=60"

machine_qemu() # NAME: its console
{
	timeout -k 5 7200 qemu-system-x86_64 -no-user-config -nodefaults \
		-display none -nic none -no-reboot \
		-machine q35,sata=off,smbus=off -m 2G -smp 2 \
		-accel tcg,thread=multi -cpu qemu64,+rdrand \
		-kernel "$work/vmlinuz" -initrd "$work/initrd.img" \
		-drive "file=$disk,format=raw,if=virtio,cache=unsafe" \
		-device virtio-serial-pci \
		-chardev "file,id=output,path=$work/output" \
		-device virtserialport,chardev=output,name=output \
		-virtfs "local,mount_tag=check,path=$work/share,security_model=none,readonly=on" \
		-serial "file:$1.console" \
		-append "root=/dev/vda rw console=ttyS0 panic=-1 oops=panic panic_on_warn=1 $kernel_args" \
		</dev/null >"$1.qemu" 2>&1 &
	qemu=$!
	wait "$qemu"
	set -- $?
	qemu=
	return "$1"
}

# Prints the steps' checks with new numbers. Each step has to print its end.
machine_results()
{
	local line label=ended

	while read -r line; do
		case $line in
		"step "*)
			[ "$label" = ended ] || result 1 "$label: did not end"
			label=${line#step }
			;;
		"ok "*" - "*) ok "$label: ${line#* - }" ;;
		"not ok "*" - "*) not_ok "$label: ${line#* - }" ;;
		"#"*) echo "$line" ;;
		"done") label=ended ;;
		esac
	done
	[ "$label" = ended ] &&
		[ "$(grep -c ^step "$work/output")" = "$(grep -c . "$work/share/list")" ]
}

# machine STEP [ARG...] [-- STEP [ARG...]]...: boots, runs the steps and reboots.
boots=0
machine()
{
	local log status

	log=$logs/boot-$((++boots))-$1
	must "boot $boots: there is a kernel" machine_boot_files
	machine_share "$@"
	: >"$work/output"
	status=0
	machine_qemu "$log" || status=$?
	echo "# QEMU ended with status $status" >>"$log.console"
	cp "$work/output" "$log.output"
	machine_results <"$work/output" && [ "$status" -eq 0 ] &&
		! grep -a -q -E '(Kernel panic|BUG:|Oops:|WARNING:)' "$log.console"
	result $? "boot $boots: all steps ended, and the kernel has no complaint" \
		"$log.console"
	[ "$tap_failed" -eq 0 ] || finish
}
