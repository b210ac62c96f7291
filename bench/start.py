#!/usr/bin/env python3
"""How long wampd takes to start: from the program's start to its ready line (`wampd --ephemeral`), and to a WELCOME.

usage: bench/start.py [--program FILE] [RUNS]"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HELLO = json.dumps([1, 'realm1', {'roles': {'caller': {}}}]).encode()
# RawSocket: the magic octet, the longest messages and JSON, then frames of a type and a length.
HANDSHAKE = b'\x7f\xf1\0\0'


def receive(connection, size):
    got = b''
    while len(got) < size:
        more = connection.recv(size - len(got))
        if not more:
            raise ConnectionError('the router has closed the connection')
        got += more
    return got


def join(port):
    with socket.create_connection(('127.0.0.1', port), timeout=10) as connection:
        connection.sendall(HANDSHAKE + len(HELLO).to_bytes(4, 'big') + HELLO)
        receive(connection, len(HANDSHAKE))
        return json.loads(receive(connection, int.from_bytes(receive(connection, 4), 'big')))[0]


def start(program):
    """The milliseconds until it is ready and until a client has joined."""
    begin = time.monotonic()
    with subprocess.Popen([program, '--ephemeral'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as router:
        try:
            line = router.stdout.readline()
            if not line:
                sys.exit(f'start.py: {program} --ephemeral has ended before it was ready, with status {router.wait()}')
            port = json.loads(line)['port']
            is_ready = time.monotonic()
            if join(port) != 2:
                raise ConnectionError('the router has sent no WELCOME')
            return 1000 * (is_ready - begin), 1000 * (time.monotonic() - begin)
        finally:
            router.terminate()


def at_least_one(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'expected a number of at least 1, found {text}')
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=os.path.join(ROOT, 'build', 'release', 'wampd'))
    parser.add_argument('runs', nargs='?', type=at_least_one, default=20)
    arguments = parser.parse_args()
    for what, times in zip(('ready', 'first WELCOME'), zip(*(start(arguments.program) for _ in range(arguments.runs)))):
        print(f'{what}: {min(times):.1f} ms at best, {statistics.median(times):.1f} in the median, {max(times):.1f} at worst')


if __name__ == '__main__':
    main()
