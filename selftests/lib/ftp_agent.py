#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whole FTP sessions without a program to start for each: "ftp_agent.py server NAME
FIRST LAST ADDRESS..." is a server whose passive ports are from FIRST to LAST; and
"ftp_agent.py client" answers each line

    session CLIENT VIP PEER SECONDS

with "alive", or with "dead", which transfer failed, and why. A session downloads
and uploads over passive and then over active data connections. Active data has to
come from the address PEER, and all data from the server that the control connection
has; SECONDS are the patience with each step.
"""
import random
import socket
import sys
import threading

SIZE = 20000
DATA_PORT = 20


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def bound(address, port):
    end = socket.socket(family_of(address), socket.SOCK_STREAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end.bind((address, port))
    return end


def read_all(end):
    count = 0
    while more := end.recv(65536):
        count += len(more)
    return count


class Control:
    """One end of a control connection."""

    def __init__(self, end):
        self.end = end
        self.file = end.makefile("r")

    def say(self, *words):
        self.end.sendall((" ".join(map(str, words)) + "\r\n").encode())

    def hear(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("control connection closed")
        return line.split()


class Server:
    def __init__(self, name, first, last):
        self.name = name
        self.first = int(first)
        self.last = int(last)

    def listen(self, address):
        listener = bound(address, 21)
        listener.listen(50)
        while True:
            end, peer = listener.accept()
            threading.Thread(target=self.session, args=(end, address, peer[0]),
                             daemon=True).start()

    def passive(self, address):
        while True:
            try:
                listener = bound(address, random.randint(self.first, self.last))
                listener.listen()
                listener.settimeout(10)
                return listener
            except OSError:
                continue

    def transfer(self, data, verb):
        with data:
            data.settimeout(10)
            if verb == "STOR":
                return read_all(data)
            data.sendall(b"x" * SIZE)
        return SIZE

    def session(self, end, address, client):
        control = Control(end)
        end.settimeout(60)
        listener = None
        try:
            control.say("220", self.name)
            while True:
                verb, *words = control.hear()
                if verb == "EPSV":
                    listener = self.passive(address)
                    control.say("229", listener.getsockname()[1])
                    verb, *words = control.hear()
                if verb == "EPRT":
                    data = bound(address, DATA_PORT)
                    data.settimeout(float(words[2]))
                    data.connect((client, int(words[0])))
                else:
                    data = listener.accept()[0]
                    listener.close()
                control.say("226", self.transfer(data, words[1]))
        except (OSError, ValueError):
            pass
        finally:
            end.close()
            if listener:
                listener.close()


class Client:
    def __init__(self, address, vip, peer, patience):
        self.address = address
        self.vip = vip
        self.peer = peer
        self.patience = float(patience)
        self.stage = "control"

    def connect(self, port):
        end = bound(self.address, 0)
        end.settimeout(self.patience)
        end.connect((self.vip, port))
        return end

    def move(self, data, control, verb):
        with data:
            data.settimeout(self.patience)
            if verb == "STOR":
                data.sendall(b"y" * SIZE)
                data.shutdown(socket.SHUT_WR)
            count = SIZE if verb == "STOR" else read_all(data)
            answer = control.hear()
        if count != SIZE or answer != ["226", str(SIZE)]:
            raise ConnectionError(f"{count} bytes, {answer}")

    def passive(self, control, verb):
        control.say("EPSV")
        data = self.connect(int(control.hear()[1]))
        control.say("GO", 0, verb)
        self.move(data, control, verb)

    def active(self, control, verb):
        listener = bound(self.address, 0)
        listener.listen()
        listener.settimeout(self.patience)
        with listener:
            control.say("EPRT", listener.getsockname()[1], verb,
                        self.patience)
            data, peer = listener.accept()
        if peer[:2] != (self.peer, DATA_PORT):
            raise ConnectionError(f"data from {peer[0]} {peer[1]}")
        self.move(data, control, verb)

    def session(self):
        end = self.connect(21)
        with end:
            control = Control(end)
            control.hear()
            for mode in self.passive, self.active:
                for verb in "RETR", "STOR":
                    self.stage = f"{mode.__name__} {verb}"
                    mode(control, verb)


def client():
    for request in sys.stdin:
        session = Client(*request.split()[1:])
        try:
            session.session()
            print("alive", flush=True)
        except (OSError, ValueError, IndexError) as error:
            print("dead", session.stage, str(error).replace("\n", " "),
                  flush=True)


def main():
    if sys.argv[1] == "client":
        client()
        return
    server = Server(*sys.argv[2:5])
    for address in sys.argv[5:]:
        threading.Thread(target=server.listen, args=(address,)).start()


main()
