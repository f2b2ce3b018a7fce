#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many FTP clients whose downloads stop half-way. One process for all that a test
does, since it takes a second to load what TLS needs:

    ftp_held.py VIP4 VIP6 SUM SOURCE...

It answers each of these lines with one:

    begin CLIENTS PATIENCE    "held", when all clients wait, or have failed
    end                       what became of them

Each client logs in from one source in turn and fetches the file "load" with SHA-256
SUM: two of four passively, one passively over TLS, one actively. When a quarter of it
has arrived, a client waits until "end", and then reads to the end, and the server's
reply. A client fails when nothing arrives for PATIENCE seconds.

The last answer has tabs between its parts: for each kind how many downloads were
whole, as "whole KIND N", how many began and were broken behind "end", "broken KIND
N", how many never began, "refused KIND N", and all of them together: "all WORD N".
Some reasons follow.
"""
import collections
import ftplib
import hashlib
import ssl
import sys
import threading

KINDS = ("passive", "active", "passive", "tls")
FAULTS_MAX = 16
HELD_AT = 32 << 10


class Fleet:
    def __init__(self, vips, checksum, sources):
        self.vips = vips
        self.checksum = checksum
        self.sources = sources
        self.lock = threading.Lock()
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def begin_all(self, clients, patience):
        self.patience = patience
        self.counts = collections.Counter()
        self.reasons = []
        self.waiting = clients
        self.all_wait = threading.Event()
        self.gate = threading.Event()
        # Each source has all kinds of client.
        self.threads = [threading.Thread(target=self.session, args=(
            number, self.sources[number // len(KINDS) % len(self.sources)]))
            for number in range(clients)]
        for thread in self.threads:
            thread.start()
        self.all_wait.wait()
        return "held"

    def end_all(self):
        self.gate.set()
        for thread in self.threads:
            thread.join()
        return "\t".join(
            [f"{what} {count}" for what, count in sorted(self.counts.items())] +
            [f"because {reason} ({count} times)" for reason, count in
             sorted(collections.Counter(self.reasons).items())[:FAULTS_MAX]])

    def waits(self):
        with self.lock:
            self.waiting -= 1
            if not self.waiting:
                self.all_wait.set()

    def open(self, kind, family, source):
        ftp = (ftplib.FTP_TLS(timeout=self.patience, context=self.context)
               if kind == "tls" else ftplib.FTP(timeout=self.patience))
        ftp.connect(self.vips[family], source_address=(source, 0))
        ftp.login()
        if kind == "tls":
            ftp.prot_p()
        ftp.set_pasv(kind != "active")
        # Use the address that the server announces, not that of the control connection.
        ftp.trust_server_pasv_ipv4_address = True
        return ftp

    def begin(self, kind, family, source):
        ftp = self.open(kind, family, source)
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd("RETR load")
        got = bytearray()
        while len(got) < HELD_AT:
            chunk = data.recv(HELD_AT - len(got))
            if not chunk:
                raise EOFError("the file is too short")
            got += chunk
        return ftp, data, got

    def end(self, ftp, data, got):
        while chunk := data.recv(8192):
            got += chunk
        data.close()
        ftp.voidresp()
        if hashlib.sha256(got).hexdigest() != self.checksum:
            raise EOFError(f"{len(got)} bytes, not the file")
        ftp.quit()

    def session(self, number, source):
        kind = KINDS[number % len(KINDS)]
        family = 6 if ":" in source else 4
        word = "refused"
        waited = False
        try:
            began = self.begin(kind, family, source)
            word = "broken"
            self.waits()
            waited = True
            self.gate.wait()
            self.end(*began)
            word = "whole"
        except (ftplib.Error, OSError, EOFError) as error:
            with self.lock:
                self.reasons.append(f"{word} {kind} IPv{family}: {error!r}")
        if not waited:
            self.waits()
        with self.lock:
            self.counts.update([f"{word} {kind}", f"all {word}"])


def main():
    vip4, vip6, checksum, *sources = sys.argv[1:]
    fleet = Fleet({4: vip4, 6: vip6}, checksum, sources)
    threading.stack_size(512 << 10)
    for line in sys.stdin:
        verb, *numbers = line.split()
        print(fleet.begin_all(*map(int, numbers)) if verb == "begin"
              else fleet.end_all(), flush=True)


main()
