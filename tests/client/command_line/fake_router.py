"""A router that says what a test tells it to, in JSON over RawSocket, to one client after the other."""
import json
import socket
import struct
import threading

WELCOME, GOODBYE, ERROR, PUBLISH, PUBLISHED = 2, 6, 8, 16, 17
SUBSCRIBED, EVENT, CALL, RESULT, REGISTERED, INVOCATION = 33, 36, 48, 50, 65, 68


class Guest:
    """A client that has been let in."""

    def __init__(self, stream):
        self.stream = stream

    def octets(self, size):
        data = b""
        while len(data) < size:
            more = self.stream.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def hears(self):
        """The next message; pings are answered."""
        while True:
            kind, size = self.octets(1)[0], int.from_bytes(self.octets(3), "big")
            data = self.octets(size)
            if kind == 1:
                self.stream.sendall(struct.pack(">I", 2 << 24 | size) + data)
            elif kind == 0:
                return json.loads(data)

    def says(self, *message):
        data = json.dumps(message).encode()
        self.stream.sendall(struct.pack(">I", len(data)) + data)


class FakeRouter:
    """`serve` gets each guest, whose connection ends with it. Small buffers, so that who is not read has to wait."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.environment = {"WAMP_URL": f"rs://127.0.0.1:{self.listener.getsockname()[1]}", "WAMP_SERIALIZER": "json"}
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                stream = self.listener.accept()[0]
            except OSError:
                return
            with stream:
                try:
                    guest = Guest(stream)
                    guest.octets(4)
                    stream.sendall(b"\x7f\xf1\x00\x00")
                    guest.hears()
                    guest.says(WELCOME, 7, {"roles": {"broker": {}, "dealer": {}}})
                    self.serve(guest)
                except (EOFError, OSError):
                    pass

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
