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

	base=$("$here/image" base) || return
	mkdir "$root" "$work/bin"
	tar -C "$root" --xattrs -xpf "$base" || return
	cat >"$work/bin/uname" <<-END
	#!/bin/sh
	[ "\$*" != -r ] || exec echo "$(root_kernel "${FTPMARK_SOURCES%% *}")"
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

# Makes the compiler fail while apt installs the headers.
root_failing_build() # DIR RELEASE
{
	local compiler log=$work/failing_build status=0

	compiler=$root$(in_root readlink -f /usr/bin/gcc-12)
	chmod a-x "$compiler"
	root_kernels "$1" >"$log" 2>&1 || status=$?
	chmod a+x "$compiler"
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

# Runs the hook of a kernel's package, whose failure would fail the package. The headers
# and the configuration are real, but the release is out of range.
root_old_kernel() # RELEASE
{
	local old=4.19.0-0-amd64 dir log=$work/old_kernel status=0

	dir=$root/lib/modules/$old
	mkdir -p "$dir"
	ln -s "$(readlink "$root/lib/modules/$1/build")" "$dir/build"
	in_root /etc/kernel/postinst.d/dkms "$old" >"$log" 2>&1 || status=$?
	cat "$log"
	rm -r "$dir"
	[ "$status" -eq 0 ] &&
		grep "nf_ftpmark is not built for $old: it needs" "$log" &&
		! in_root dkms status | grep "$old"
}

# Verifies as a kernel with the key would: the signature behind the module's code is a
# detached one of that code.
root_signature() # RELEASE
{
	local file=$work/module

	cat "$(root_module "$1")" >"$file.ko" || return
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
