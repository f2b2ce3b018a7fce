#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many FTP clients at once, which compare what they get and put.

    ftp_load.py VIP4 VIP6 CLIENTS TRANSFERS SUM SOURCE...

Each client logs in once, from one source in turn, and makes so many transfers of the
file "load" with SHA-256 SUM, every other client in active mode. After the second of
four transfers it uploads a file and fetches it again. All clients are logged in
before the first transfer begins. Prints the numbers of transfers, and at most twenty
lines about faults. Exit status 1 if there were any.
"""
import collections
import ftplib
import hashlib
import sys
import threading

# A time limit that a good run does not reach.
PATIENCE = 1800
FAULTS_MAX = 20


class Load:
    def __init__(self, vips, clients, transfers, checksum):
        self.vips = vips
        self.transfers = transfers
        self.checksum = checksum
        self.all_in = threading.Barrier(clients, timeout=PATIENCE)
        self.lock = threading.Lock()
        self.counts = collections.Counter()
        self.faults = 0

    def count(self, *what):
        with self.lock:
            self.counts.update(what)

    def fault(self, *what):
        with self.lock:
            self.faults += 1
            if self.faults <= FAULTS_MAX:
                print("fault", *what, flush=True)

    def fetch(self, ftp, mode, name):
        data = bytearray()
        self.count(f"{mode}_connections")
        ftp.retrbinary(f"RETR {name}", data.extend)
        if hashlib.sha256(data).hexdigest() != self.checksum:
            self.fault(mode, name, "has", len(data), "bytes or other ones")
        else:
            self.count("intact")
        return data

    def session(self, number, source):
        mode = "active" if number % 2 else "passive"
        family = 6 if ":" in source else 4
        with ftplib.FTP(timeout=PATIENCE) as ftp:
            ftp.connect(self.vips[family], source_address=(source, 0))
            ftp.login()
            ftp.set_pasv(mode == "passive")
            # Use the address that the server announces, not that of the control connection.
            ftp.trust_server_pasv_ipv4_address = True
            self.all_in.wait()
            for transfer in range(self.transfers):
                data = self.fetch(ftp, mode, "load")
                if transfer % 4 == 1:
                    name = f"incoming/{number}-{transfer}"
                    self.count(f"{mode}_connections", "uploads")
                    ftp.storbinary(f"STOR {name}", _Reader(data))
                    self.fetch(ftp, mode, name)
            ftp.quit()
        self.count("clients")

    def run(self, number, source):
        try:
            self.session(number, source)
        except (ftplib.Error, OSError, EOFError,
                threading.BrokenBarrierError) as error:
            self.fault("client", number, source, repr(error))
            self.all_in.abort()


class _Reader:
    """A file object for storbinary() to read from."""

    def __init__(self, data):
        self.data = memoryview(data)

    def read(self, size):
        part, self.data = self.data[:size], self.data[size:]
        return part


def main():
    vip4, vip6, clients, transfers, checksum, *sources = sys.argv[1:]
    load = Load({4: vip4, 6: vip6}, int(clients), int(transfers), checksum)
    threading.stack_size(512 << 10)
    # Each source address uses both modes.
    threads = [threading.Thread(target=load.run, args=(
        number, sources[number // 2 % len(sources)]))
        for number in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for what, count in sorted(load.counts.items()):
        print(what, count)
    sys.exit(load.faults > 0)


main()
