# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by check_packages: the root file system in $root, before it is booted.

# As if the root's own kernel were running.
# shellcheck disable=SC2154 # of check_packages
in_root() # COMMAND [ARG...]
{
	# shellcheck disable=SC2016 # for the other shell
	unshare --mount --fork sh -c '
		mount -t proc proc "$0/proc" &&
		mount --bind "$1" "$0/usr/local/sbin" && shift &&
		exec chroot "$0" env -i LC_ALL=C HOME=/root DEBIAN_FRONTEND=noninteractive \
			PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
	' "$root" "$work/bin" "$@"
}

root_apt()
{
	in_root apt-get -y -q --no-install-recommends -o Dpkg::Use-Pty=0 \
		-o Dpkg::Options::=--force-confold -o APT::Sandbox::User=root \
		-o DPkg::Path=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

root_unpack()
{
	local base

	base=$("$here/image" base "$distribution") || return
	mkdir "$root" "$work/bin"
	tar -C "$root" --xattrs -xpf "$base" || return
	cat >"$work/bin/uname" <<-END
	#!/bin/sh
	[ "\$*" != -r ] || exec echo "$(root_kernel "$first")"
	exec /bin/uname "\$@"
	END
	chmod 755 "$work/bin/uname"
}

# The root has no network: its archive consists of our packages.
root_repository() # DIR...
{
	local repository=$root/srv/repository

	mkdir "$repository"
	find "$@" -maxdepth 1 -name '*.deb' -exec cp -t "$repository" {} + || return
	(cd "$repository" && dpkg-scanpackages -m . >Packages) || return
	rm -rf "$root"/etc/apt/sources.list.d/*
	echo "deb [trusted=yes] file:/srv/repository ./" \
		>"$root/etc/apt/sources.list"
	root_apt update
}

root_apt_is_usable()
{
	local audit

	audit=$(in_root dpkg --audit) && echo "$audit" && [ -z "$audit" ] &&
		in_root apt-get check
}

# Without the kernel's headers, apt installs the packages nevertheless.
root_without_headers() # RELEASE PACKAGE...
{
	local log=$work/without_headers status=0

	root_apt install "${@:2}" >"$log" 2>&1 || status=$?
	cat "$log"
	[ "$status" -eq 0 ] && grep -q "apt install linux-headers-$1" "$log" &&
		root_apt_is_usable
}

root_has_conf() # FILE: as the operator has left it
{
	in_root dpkg-query -W ftpmark nf-ftpmark-dkms
	cmp "$1" "$root/etc/ftpmark.conf"
}

# From a release to this version, with a configuration that has been edited; and
# everything is purged.
root_upgrade() # FROM TO
{
	local conf=$work/released.conf

	root_apt install "nf-ftpmark-dkms=$1" "ftpmark=$1" || return
	echo "add ftp vip 192.0.2.10 real 10.0.0.0/24" >>"$root/etc/ftpmark.conf"
	cp "$root/etc/ftpmark.conf" "$conf"
	root_only_version "$1" &&
		root_apt install "nf-ftpmark-dkms=$2" "ftpmark=$2" &&
		root_only_version "$2" && root_has_conf "$conf" &&
		in_root ftpmark restore --check /etc/ftpmark.conf &&
		root_apt_is_usable &&
		root_apt purge nf-ftpmark-dkms ftpmark && ! [ -e "$root/etc/ftpmark.conf" ]
}

root_configure()
{
	local units=$root/etc/systemd/system

	echo "add ftp vip 192.0.2.10 real 10.0.0.0/24" >>"$root/etc/ftpmark.conf"
	printf '%s\n' "-A -f 21 -s rr -p 300" "-a -f 21 -r 10.0.0.1:0 -m" \
		>"$root/etc/ipvsadm.rules"
	printf 'AUTO="true"\nDAEMON="none"\nIFACE="eth0"\nSYNCID="1"\n' \
		>"$root/etc/default/ipvsadm"
	# Without anything to do it would never say that it has started.
	cat >"$root/etc/keepalived/keepalived.conf" <<-END
	virtual_server fwmark 22 {
		lvs_sched rr
		lvs_method NAT
		protocol TCP
		real_server 10.0.0.1 0 {
		}
	}
	END
	# The steps start the cluster's FTP servers.
	in_root systemctl disable vsftpd || return
	# These would take processor time from the steps.
	in_root systemctl mask apt-daily.timer apt-daily-upgrade.timer \
		dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
		fstrim.timer serial-getty@ttyS0.service || return
	# Without a machine ID the first boot would enable all units.
	in_root systemd-machine-id-setup || return
	echo director >"$root/etc/hostname"
	echo "127.0.0.1 localhost director" >"$root/etc/hosts"
	echo "/dev/vda / ext4 defaults 0 0" >"$root/etc/fstab"

	install -D -m 0755 "$here/agent" "$root/usr/local/lib/check/agent" || return
	cat >"$units/check.target" <<-END
	[Unit]
	Requires=multi-user.target
	Wants=check.service
	After=multi-user.target
	END
	cat >"$units/check.service" <<-END
	[Unit]
	After=multi-user.target
	[Service]
	Type=oneshot
	TimeoutStartSec=infinity
	ExecStart=/usr/local/lib/check/agent
	END
}

# The source does not compile while apt installs the headers. (The compiler may come
# only with these.)
root_failing_build() # DIR RELEASE
{
	local log=$work/failing_build source status=0

	source=$(echo "$root"/usr/src/nf_ftpmark-*/module/main.c)
	cp -p "$source" "$work/main.c" && echo '#error' >>"$source" || return
	root_kernels "$1" >"$log" 2>&1 || status=$?
	mv "$work/main.c" "$source"
	cat "$log"
	[ "$status" -ne 0 ] && grep "Bad return status .* $2" "$log" &&
		grep "Consult /var/lib/dkms/nf_ftpmark/.*/make.log" "$log"
}

root_finish_build()
{
	root_apt --fix-broken install && root_apt_is_usable
}

root_kernel() # SERIES: prints its release
{
	local image

	for image in "$root/boot/vmlinuz-$1".*; do
		echo "${image##*/vmlinuz-}"
	done
}

root_kernels() # DIR: installs the packages that wait there
{
	local kernels=("$root/srv/kernels/$1"/*.deb)

	root_apt install "${kernels[@]#"$root"}"
}

root_module() # RELEASE: DKMS's file
{
	echo "$root/lib/modules/$1/updates/dkms/nf_ftpmark.ko"*
}

root_has_module() # RELEASE
{
	local file

	file=$(root_module "$1")
	ls -l "$file" && [[ $(modinfo -F vermagic "$file") == "$1 "* ]]
}

root_only_version() # VERSION
{
	in_root sh -c 'ls -d /var/lib/dkms/nf_ftpmark/[0-9]* /usr/src/nf_ftpmark-*; dkms status'
	[ "$(cd "$root/var/lib/dkms/nf_ftpmark" && echo [0-9]*)" = "$1" ] &&
		[ "$(cd "$root/usr/src" && echo nf_ftpmark-*)" = "nf_ftpmark-$1" ]
}

# Runs the hook of a kernel's package, whose failure would fail the package. BUILD are
# the kernel's headers, as the root sees them.
root_passes_over() # RELEASE BUILD WHY
{
	local dir=$root/lib/modules/$1 log=$work/passes_over status=0

	mkdir -p "$dir"
	ln -s "$2" "$dir/build"
	in_root /etc/kernel/postinst.d/dkms "$1" >"$log" 2>&1 || status=$?
	cat "$log"
	rm -r "$dir"
	[ "$status" -eq 0 ] &&
		grep "nf_ftpmark is not built for $1: it needs $3" "$log" &&
		grep "Boot another kernel, or install a newer nf_ftpmark" "$log" &&
		! in_root dkms status | grep "$1" && root_apt_is_usable
}

# The headers and the configuration are real, but the release is out of range.
root_old_kernel() # RELEASE
{
	root_passes_over 4.19.0-0-amd64 \
		"$(readlink "$root/lib/modules/$1/build")" "Linux "
}

# As if a kernel to come had no such function of IPVS any more.
root_new_kernel() # RELEASE
{
	local headers common copy=/usr/src/lacking- status=0

	headers=$root$(in_root readlink -f "/lib/modules/$1/build") &&
		common=$(sed -n 's|^include \(/.*\)/Makefile$|\1|p' "$headers/Makefile") &&
		cp -r "$headers" "$root${copy}build" &&
		cp -r "$root$common" "$root${copy}common" &&
		sed -i "s|^include $common/|include ${copy}common/|" \
			"$root${copy}build/Makefile" &&
		sed -i '/void ip_vs_conn_put(/d' \
			"$root${copy}common/include/net/ip_vs.h" || return
	root_passes_over 99.1.0-amd64 "${copy}build" \
		"what the headers of this kernel lack: .*ip_vs_conn_put" || status=$?
	rm -r "${root:?}$copy"*
	return "$status"
}

# Verifies as a kernel with the key would: the signature behind the module's code is a
# detached one of that code.
root_signature() # RELEASE
{
	local file=$work/module

	# Signed first, then compressed.
	if [[ $(root_module "$1") == *.xz ]]; then
		xz -dc "$(root_module "$1")" >"$file.ko" || return
	else
		cat "$(root_module "$1")" >"$file.ko" || return
	fi
	python3 - "$file.ko" "$file.code" "$file.signature" <<-'END' || return
	import sys
	module, code, signature = sys.argv[1:]
	data = open(module, "rb").read()
	magic = b"~Module signature appended~\n"
	assert data.endswith(magic), "not signed"
	data = data[:-len(magic)]
	length = int.from_bytes(data[-4:], "big")
	assert data[-10] == 2, "not a PKCS #7 signature"
	data = data[:-12]
	open(code, "wb").write(data[:-length])
	open(signature, "wb").write(data[-length:])
	END
	openssl x509 -inform DER -in "$root/var/lib/dkms/mok.pub" \
		-out "$file.certificate" || return
	verify_signature "$file" || return
	printf '\1' | dd of="$file.code" bs=1 seek=1000 conv=notrunc status=none
	! verify_signature "$file"
}

verify_signature() # FILE
{
	openssl cms -verify -binary -inform DER -in "$1.signature" \
		-content "$1.code" -nointern -certfile "$1.certificate" \
		-CAfile "$1.certificate" -purpose any -out /dev/null
}
