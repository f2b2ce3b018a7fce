#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reads and writes the module's files, one request and one answer a line.

A shell neither reports the errno of a write nor keeps a file open while it is
removed. One agent serves a whole test, since starting an interpreter costs an
emulated machine more than all requests. Requests, with tabs between fields:

    write PATH VALUE    VALUE may hold Python's escapes, such as \\n and \\0
    read PATH           the answer holds the text, without its newline
    stat PATH           octal mode, owner, group
    open PATH           keeps the file open; later requests call it "-"
    close -

PATH is below /sys/kernel/nf_ftpmark/net unless it begins with a slash. The
answer: "ok" or the name of an errno, the text if any, and the module's lines in the
kernel log since the last request.
"""
import errno
import os
import stat
import sys

BASE = "/sys/kernel/nf_ftpmark/net"
PREFIX = "nf_ftpmark: "
# The kernel logs these under the module's name at its first load.
FOREIGN = ("loading out-of-tree module", "module verification failed")


class Log:
    """The kernel log from now on."""

    def __init__(self):
        self.fd = None
        try:
            self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
            os.lseek(self.fd, 0, os.SEEK_END)
        except PermissionError:  # not for everybody
            pass

    def new_lines(self):
        lines = []
        while self.fd is not None:
            try:
                record = os.read(self.fd, 8192).decode(errors="replace")
            except BlockingIOError:
                break
            except BrokenPipeError:  # records were overwritten: read on
                continue
            text = record.split(";", 1)[1].split("\n", 1)[0]
            line = text.removeprefix(PREFIX)
            if line != text and not line.startswith(FOREIGN):
                # /dev/kmsg escapes backslashes and control characters as \x5c.
                lines.append(line.encode().decode("unicode_escape"))
        return lines


class Files:
    def __init__(self):
        self.kept = None

    def fd(self, path, flags):
        if path == "-":
            os.lseek(self.kept, 0, os.SEEK_SET)
            return os.dup(self.kept)
        return os.open(os.path.join(BASE, path), flags)

    def write(self, path, value=""):
        data = value.encode().decode("unicode_escape").encode("latin-1")
        fd = self.fd(path, os.O_WRONLY)
        try:
            # One write() for the whole value: each write is a store.
            if os.write(fd, data) != len(data):
                raise RuntimeError("short write")
        finally:
            os.close(fd)
        return ""

    def read(self, path):
        fd = self.fd(path, os.O_RDONLY)
        try:
            text = os.read(fd, 65536).decode()
        finally:
            os.close(fd)
        if not text.endswith("\n") or text.count("\n") != 1:
            raise RuntimeError("not one line")
        return text[:-1]

    def stat(self, path):
        status = os.stat(os.path.join(BASE, path))
        return (f"{stat.S_IMODE(status.st_mode):o} "
                f"{status.st_uid} {status.st_gid}")

    def open(self, path):
        self.kept = os.open(os.path.join(BASE, path), os.O_RDWR)
        return ""

    def close(self, _):
        os.close(self.kept)
        return ""


def main():
    files = Files()
    log = Log()
    verbs = {"write": files.write, "read": files.read, "stat": files.stat,
             "open": files.open, "close": files.close}
    # Reads line by line: read-ahead would keep requests in a buffer.
    for line in iter(sys.stdin.readline, ""):
        verb, *arguments = line.rstrip("\n").split("\t")
        text = ""
        try:
            text = verbs[verb](*arguments)
            result = "ok"
        except OSError as error:
            result = errno.errorcode[error.errno]
        except RuntimeError as error:
            result = str(error)
        print(result, text, " | ".join(log.new_lines()), sep="\x1f", flush=True)


main()
