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


class RawSession:
    """Joins at once. `features` are announced for every role. Use with `with`, which closes the connection."""

    def __init__(self, features=(), realm='realm1'):
        where = urlsplit(Variant.url)
        self._socket = socket.create_connection((where.hostname, where.port), timeout=TIMEOUT)
        self._stream = self._socket.makefile('rb')
        self._requests = itertools.count(1)
        self._upgrade(where)
        announced = {'features': {feature: True for feature in features}}
        self.say([1, realm, {'roles': {role: announced for role in ('caller', 'callee', 'publisher', 'subscriber')}}])
        self.id = self.hear(2)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _upgrade(self, where):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f'GET {where.path} HTTP/1.1', f'Host: {where.netloc}', 'Upgrade: websocket', 'Connection: Upgrade',
                 f'Sec-WebSocket-Key: {key}', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: wamp.2.json', '', '']
        self._socket.sendall('\r\n'.join(lines).encode())
        status = self._stream.readline().decode()
        if ' 101 ' not in status:
            raise Failed(f'the handshake was answered with {status}')
        while self._stream.readline().strip():
            pass

    def request(self, kind, *rest):
        """Sends a message with the session's next request id, which is returned."""
        number = next(self._requests)
        self.say([kind, number, *rest])
        return number

    def say(self, message):
        self._send(TEXT, json.dumps(message).encode())

    def hear(self, kind):
        """The next message, which must be of this type."""
        try:
            message = self._receive()
        except TimeoutError:
            raise Failed(f'no message of type {kind} within {TIMEOUT} s') from None
        if message[0] != kind:
            raise Failed(f'expected a message of type {kind}, got {message}')
        return message

    def register(self, uri, **options):
        self.request(64, options, uri)
        return self.hear(65)[2]

    def subscribe(self, uri, **options):
        self.request(32, options, uri)
        return self.hear(33)[2]

    def _send(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else struct.pack('!BH', 0x80 | 126, size)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self._socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def _receive(self):
        while True:
            first, length = self._stream.read(2)
            if length == 126:
                length = struct.unpack('!H', self._stream.read(2))[0]
            elif length == 127:
                length = struct.unpack('!Q', self._stream.read(8))[0]
            payload = self._stream.read(length)
            if first & 15 == TEXT:
                return json.loads(payload)
            if first & 15 == CLOSE:
                raise Failed(f'the connection was closed: {payload[:2].hex()} {payload[2:].decode()}')
            if first & 15 == PING:
                self._send(PONG, payload)
