"""WAMP messages said by hand, as lists, over a WebSocket: for what no client library can say. JSON only."""
import base64
import itertools
import json
import os
import socket
import struct
from urllib.parse import urlsplit

from .client import Failed, Variant

TIMEOUT = 30  # seconds
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class NotUpgraded(Failed):
    """The handshake was answered with this status, which is not 101."""

    def __init__(self, line):
        super().__init__(f'the handshake was answered with {line}')
        self.status = int(line.split()[1])


class RawConnection:
    """Connected, and not yet in a realm. `address`: connects from there. `headers`: of the handshake, in the place of those
    with the same name or beside them; `_` stands for `-`. Use with `with`, which closes the connection."""

    def __init__(self, url=None, address='', **headers):
        where = urlsplit(url or Variant.url)
        self._socket = socket.create_connection((where.hostname, where.port), timeout=TIMEOUT, source_address=(address, 0))
        self._stream = self._socket.makefile('rb')
        self._upgrade(where, {name.replace('_', '-'): value for name, value in headers.items()})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _upgrade(self, where, headers):
        headers = {'Host': where.netloc, 'Upgrade': 'websocket', 'Connection': 'Upgrade',
                   'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode(), 'Sec-WebSocket-Version': '13',
                   'Sec-WebSocket-Protocol': 'wamp.2.json', **headers}
        lines = [f'GET {where.path} HTTP/1.1', *(f'{name}: {value}' for name, value in headers.items()), '', '']
        self._socket.sendall('\r\n'.join(lines).encode())
        status = self._stream.readline().decode()
        if ' 101 ' not in status:
            raise NotUpgraded(status)
        while self._stream.readline().strip():
            pass

    def say(self, message):
        self._send(TEXT, json.dumps(message).encode())

    def hear(self, kind):
        """The next message, which must be of this type."""
        message = self.hear_any()
        if message[0] != kind:
            raise Failed(f'expected a message of type {kind}, got {message}')
        return message

    def hear_any(self):
        try:
            return self._receive()
        except TimeoutError:
            raise Failed(f'no message within {TIMEOUT} s') from None

    def hear_end(self):
        """The router ends the connection."""
        opcode, payload = self._receive_frame()
        if opcode != CLOSE:
            raise Failed(f'expected the end, got {payload}')

    def _send(self, opcode, payload):
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self._socket.sendall(bytes([0x80 | opcode]) + self._masked_length(len(payload)) + mask + masked)

    @staticmethod
    def _masked_length(size):
        if size < 126:
            return bytes([0x80 | size])
        return struct.pack('!BH', 0x80 | 126, size) if size < 2**16 else struct.pack('!BQ', 0x80 | 127, size)

    def hear_ping(self):
        """Waits for a ping, and answers it."""
        opcode, payload = self._receive_frame()
        if opcode != PING:
            raise Failed(f'expected a ping, got {payload}')
        self._send(PONG, payload)

    def _receive(self):
        while True:
            opcode, payload = self._receive_frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == CLOSE:
                raise Failed(f'the connection was closed: {payload[:2].hex()} {payload[2:].decode()}')
            if opcode == PING:
                self._send(PONG, payload)

    def _receive_frame(self):
        head = self._stream.read(2)
        if len(head) < 2:
            raise Failed('the connection ended')
        first, length = head
        if length == 126:
            length = struct.unpack('!H', self._stream.read(2))[0]
        elif length == 127:
            length = struct.unpack('!Q', self._stream.read(8))[0]
        return first & 15, self._stream.read(length)


class RawSession(RawConnection):
    """Joins at once. `features` are announced for every role."""

    def __init__(self, features=(), realm='realm1', url=None, address='', **headers):
        super().__init__(url, address, **headers)
        self._announced = {'features': {feature: True for feature in features}}
        self.join(realm)

    def join(self, realm='realm1'):
        """Once more after leave(), on the same connection."""
        self._requests = itertools.count(1)
        self.say([1, realm, {'roles': {role: self._announced for role in ('caller', 'callee', 'publisher', 'subscriber')}}])
        self.id = self.hear(2)[1]

    def leave(self):
        self.say([6, {}, 'wamp.close.close_realm'])
        self.hear(6)

    def request(self, kind, *rest):
        """Sends a message with the session's next request id, which is returned."""
        number = next(self._requests)
        self.say([kind, number, *rest])
        return number

    def register(self, uri, **options):
        self.request(64, options, uri)
        return self.hear(65)[2]

    def subscribe(self, uri, **options):
        self.request(32, options, uri)
        return self.hear(33)[2]
