#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many FTP transfers that trickle until a file exists, and then run to their end. One
process for all of them: "ftp_streams.py SCRATCH" answers each of these lines with
one:

    start NAME get|put FILE MODE SOURCE VIP GATE SECONDS
    flows NAME...  "yes" if some data of each has arrived
    goes-on NAME   "yes" if some of its data has arrived, but not all
    ends NAME      waits for the end: "intact" if every byte has arrived
    hears NAME     "complete" if the server has said so
    fetch SOURCE VIP FILE SECONDS
                   the text of a file, in a session of its own

A transfer has a control connection of its own, from the address SOURCE, and trickles
until the file GATE exists; MODE is pasv or epsv, or port for IPv4 and eprt for IPv6. FILE is in SCRATCH, too, and
an upload arrives in SCRATCH/rs?-*/root/incoming/NAME. A client gives up that has heard
nothing for SECONDS. What is not as asked is answered by what happened instead.
"""
import ftplib
import glob
import os
import sys
import threading
import time

# The pause only makes a transfer slow; no check depends on it.
PAUSE = 0.2
CHUNK = 2048
# The answers when all is as asked.
GOOD = ("yes", "intact", "complete")


class Client(ftplib.FTP):
    """Uses the address that the server announces, and EPSV for IPv4, too."""
    trust_server_pasv_ipv4_address = True
    epsv = False

    def makepasv(self):
        if self.epsv:
            return ftplib.parse229(self.sendcmd("EPSV"), self.sock.getpeername())
        return super().makepasv()


class Stream:
    def __init__(self, scratch, name, verb, file, mode, source, vip, gate, seconds):
        with open(f"{scratch}/{file}", "rb") as whole:
            self.whole = whole.read()
        self.file = file
        self.arrives_in = f"{scratch}/rs?-*/root/incoming/{name}"
        self.name = name
        self.verb = verb
        self.mode = mode
        self.source = source
        self.vip = vip
        self.gate = gate
        self.seconds = float(seconds)
        self.got = bytearray()
        self.complete = False
        self.fault = ""
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def trickles(self):
        if os.path.exists(self.gate):
            return False
        time.sleep(PAUSE)
        return True

    def get(self, data):
        while chunk := data.recv(CHUNK):
            self.got += chunk
            if not self.trickles():
                break
        while chunk := data.recv(65536):
            self.got += chunk

    def put(self, data):
        sent = 0
        while sent < len(self.whole) and self.trickles():
            data.sendall(self.whole[sent:sent + CHUNK])
            sent += CHUNK
        data.sendall(self.whole[sent:])

    def transfer(self):
        ftp = Client()
        ftp.epsv = self.mode == "epsv"
        ftp.set_pasv(self.mode in ("pasv", "epsv"))
        ftp.connect(self.vip, 21, self.seconds, (self.source, 0))
        ftp.login()
        ftp.voidcmd("TYPE I")
        command = (f"RETR {self.file}" if self.verb == "get"
                   else f"STOR incoming/{self.name}")
        with ftp.transfercmd(command) as data:
            (self.get if self.verb == "get" else self.put)(data)
        ftp.voidresp()
        self.complete = True
        ftp.quit()

    def run(self):
        try:
            self.transfer()
        except (ftplib.Error, OSError, EOFError) as error:
            self.fault = repr(error)

    def size(self):
        if self.verb == "get":
            return len(self.got)
        return sum(map(os.path.getsize, glob.glob(self.arrives_in)))

    def arrived(self):
        if self.verb == "get":
            return self.got
        for path in glob.glob(self.arrives_in):
            with open(path, "rb") as file:
                return file.read()
        return b""

    def said(self, good, word):
        return word if good else f"{self.name}: {self.size()} bytes {self.fault}"

    def flows(self):
        return self.said(self.size(), "yes")

    def goes_on(self):
        return self.said(0 < self.size() < len(self.whole) and self.thread.is_alive(),
                         "yes")

    def ends(self):
        self.thread.join()
        return self.said(self.arrived() == self.whole, "intact")

    def hears(self):
        return self.said(self.complete, "complete")


def fetch(source, vip, path, seconds):
    lines = []
    try:
        with Client() as ftp:
            ftp.connect(vip, 21, float(seconds), (source, 0))
            ftp.login()
            ftp.retrlines(f"RETR {path}", lines.append)
    except (ftplib.Error, OSError, EOFError) as error:
        return repr(error)
    return " ".join(lines)


def main():
    streams = {}
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "start":
            streams[words[0]] = Stream(sys.argv[1], *words)
            answer = "ok"
        elif verb == "fetch":
            answer = fetch(*words)
        else:
            answers = [getattr(streams[name], verb.replace("-", "_"))()
                       for name in words]
            answer = next((each for each in answers if each not in GOOD), answers[0])
        print(answer, flush=True)


main()
