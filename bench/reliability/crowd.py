"""Attackers: any number of clients of a router on one thread, none of which waits for another. They speak RawSocket and JSON."""

import collections
import itertools
import json
import re
import select
import socket
import struct
import time

NAMES = {2: "WELCOME", 3: "ABORT", 4: "CHALLENGE", 6: "GOODBYE", 8: "ERROR", 17: "PUBLISHED", 33: "SUBSCRIBED", 36: "EVENT",
         50: "RESULT", 65: "REGISTERED", 68: "INVOCATION", 69: "INTERRUPT"}
SUBSCRIBE, PUBLISH, CALL, REGISTER, YIELD, ERROR = 32, 16, 48, 64, 70, 8
FEATURES = {
    "caller": {}, "publisher": {"features": {"payload_passthru_mode": True}}, "subscriber": {},
    "callee": {"features": {"call_reroute": True, "call_canceling": True}},
}
USER, TICKET = "joe", "secret"
PING, PONG = 1, 2
JOINING_AT_A_TIME = 200


def frame(data, kind=0):
    return struct.pack(">I", kind << 24 | len(data)) + data


def text(value):
    return json.dumps(value, separators=(",", ":")).encode()


class Client:
    """What it says is made when the router takes it. Of what it hears, it counts the kinds, and keeps the last of each."""

    def __init__(self, crowd, port):
        self.crowd, self.gone, self.reads, self.awaited = crowd, False, True, 0
        self.last, self.reaction = {}, None  # what it does about an INVOCATION with this id
        self.requests = itertools.count(1)
        self.sayings, self.pongs, self.rest = collections.deque(), [], memoryview(b"")
        self.heard_part = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(b"\x7f\xf1\x00\x00")
        if self.socket.recv(4) != b"\x7f\xf1\x00\x00":
            raise ConnectionError("no RawSocket")
        self.socket.setblocking(False)

    def say(self, frames):
        self.sayings.append(iter(frames))
        self.crowd.wake(self)

    def ask(self, kind, tails):
        """Requests of one kind; a tail is the JSON behind the request's id."""
        self.say(frame(b"[%d,%d,%s]" % (kind, next(self.requests), tail)) for tail in tails)

    def stop_reading(self):
        self.reads = False
        self.crowd.wake(self)

    def close(self):
        self.gone = True
        self.crowd.forget(self)
        self.socket.close()

    def has_more(self):
        if not self.rest:
            frames, self.pongs, size = self.pongs, [], 0
            while self.sayings and size < 1 << 16:
                following = next(self.sayings[0], None)
                if following is None:
                    self.sayings.popleft()
                else:
                    frames.append(following)
                    self.crowd.progress += 1
                    size += len(following)
            self.rest = memoryview(b"".join(frames))
        return len(self.rest) > 0

    def turn(self, events):
        """What the router has told it, and then as much as it takes."""
        try:
            if self.reads and events & select.EPOLLIN:
                more = self.socket.recv(1 << 18)
                if not more:
                    return self.end()
                self.heard_part += more
                self.hear()
            elif events & (select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP):
                return self.end()
            if events & select.EPOLLOUT:
                for _ in range(8):
                    if not self.has_more():
                        break
                    self.rest = self.rest[self.socket.send(self.rest):]
        except BlockingIOError:
            pass
        except OSError:
            return self.end()
        self.crowd.wake(self)

    def end(self):
        self.crowd.heard["gone"] += 1
        self.crowd.progress += 1
        self.close()

    def hear(self):
        at, data = 0, self.heard_part
        while len(data) - at >= 4:
            head = struct.unpack_from(">I", data, at)[0]
            end = at + 4 + (head & 0xFFFFFF)
            if len(data) < end:
                break
            self.take(head >> 24, bytes(data[at + 4:end]))
            at = end
        del data[:at]

    def take(self, kind, message):
        if kind == PING:
            self.pongs.append(frame(message, PONG))
            return self.crowd.wake(self)
        self.crowd.progress += 1
        number, rest = message[1:].split(b",", 1)
        name = NAMES[int(number)]
        if name == "ERROR":
            name = re.search(rb',"([^"]*)"', message[:300]).group(1).decode().removeprefix("wamp.error.")
        self.crowd.heard[name] += 1
        self.last[name] = message
        if name == "CHALLENGE":
            self.say([frame(text([5, TICKET, {}]))])
        if name == "INVOCATION" and self.reaction:
            self.say([frame(self.reaction(int(rest.split(b",", 1)[0])))])


class Crowd:
    """`held(kind)`: bytes of that kind that the router holds for its clients, if somebody wants to know."""

    def __init__(self, port, quick=False, held=None):
        self.port, self.quick, self.held = port, quick, held
        self.heard = collections.Counter()  # by all: kinds of messages, errors by their URI, and those who are "gone"
        self.clients, self.by_descriptor = set(), {}
        self.talking = set()  # those who have something to say
        self.poll = select.epoll()
        self.progress = 0

    def many(self, number):
        return max(number // 100, 1) if self.quick else number

    def connect(self, count):
        """As many as are let in."""
        clients = []
        for _ in range(count):
            try:
                client = Client(self, self.port)
            except OSError:
                break
            clients.append(client)
            self.clients.add(client)
            self.by_descriptor[client.socket.fileno()] = client
            self.poll.register(client.socket, 0)
            self.wake(client)
        return clients

    def join(self, count, user=None):
        who = {"authmethods": ["ticket"], "authid": user} if user else {}
        hello = frame(text([1, "realm1", {"roles": FEATURES, **who}]))
        joined = []
        while len(joined) < count:
            clients = self.connect(min(count - len(joined), JOINING_AT_A_TIME))
            for client in clients:
                client.say([hello])
            self.until(lambda: all("WELCOME" in client.last or client.gone for client in clients))
            let_in = [client for client in clients if "WELCOME" in client.last]
            joined += let_in
            if len(let_in) < min(count - len(joined) + len(let_in), JOINING_AT_A_TIME):
                break
        if not joined:
            raise ConnectionError("nobody was let in")
        return joined

    def wake(self, client):
        if client.gone:
            return
        more = client.has_more()
        (self.talking.add if more else self.talking.discard)(client)
        wanted = (select.EPOLLIN if client.reads else 0) | (select.EPOLLOUT if more else 0) | select.EPOLLRDHUP
        if wanted != client.awaited:
            client.awaited = wanted
            self.poll.modify(client.socket, wanted)

    def forget(self, client):
        if client in self.clients:
            self.poll.unregister(client.socket)
            self.by_descriptor.pop(client.socket.fileno())
        self.clients.discard(client)
        self.talking.discard(client)

    def until(self, done, patience_s=10):
        """False if for so long nobody has heard anything but pings, or got rid of anything."""
        deadline, progress = time.monotonic() + patience_s, self.progress
        while not done():
            for descriptor, happened in self.poll.poll(0.05):
                client = self.by_descriptor.get(descriptor)
                if client:
                    client.turn(happened)
            if self.progress != progress:
                deadline, progress = time.monotonic() + patience_s, self.progress
            elif time.monotonic() > deadline:
                return False
        return True

    def until_said(self, patience_s=3):
        return self.until(lambda: not self.talking, patience_s)

    def until_heard(self, number, *kinds, patience_s=10):
        """So many messages of these kinds in all, or nobody is there any more."""
        return self.until(lambda: sum(self.heard[kind] for kind in kinds) >= number or not self.clients, patience_s)

    def errors(self):
        return sum(number for kind, number in self.heard.items() if kind.islower() and kind != "gone")

    def answers(self):
        return self.errors() + sum(self.heard[kind] for kind in ("RESULT", "PUBLISHED", "SUBSCRIBED", "REGISTERED"))

    def ask_all(self, clients, kind, tails_of, patience_s=10):
        """tails_of(number of the client) are the requests of each. Returns how many when they are answered, or nobody is left."""
        wanted, asked = self.answers(), 0
        for number, client in enumerate(clients):
            tails = tails_of(number)
            asked += len(tails)
            client.ask(kind, tails)
        self.until(lambda: self.answers() >= wanted + asked or not self.clients, patience_s)
        return asked

    def close(self):
        for client in list(self.clients):
            client.close()
        self.poll.close()
