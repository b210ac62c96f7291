#!/usr/bin/env python3
"""What idle event streams over HTTP take of wampd's memory: opens many on one topic, and publishes one event to all.

usage: bench/event_streams.py [--program FILE] [STREAMS]"""
import argparse
import json
import os
import resource
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOPIC = 'com.example.news'


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]


def configuration(port):
    rule = {'uri': 'com.example.', 'match': 'prefix', 'allow': {'publish': True, 'subscribe': True}}
    return {
        'realms': [{'name': 'realm1', 'roles': [{'name': 'web', 'permissions': [rule]}]}],
        'transports': [{'type': 'web', 'endpoint': {'type': 'tcp', 'port': port},
                        'paths': {'api': {'type': 'http', 'realm': 'realm1', 'role': 'web'}}}],
    }


def resident_bytes(pid):
    with open(f'/proc/{pid}/status') as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith('VmRSS'))


def read_until(stream, end):
    read = b''
    while end not in read:
        read += stream.recv(4096)


def open_streams(port, count):
    streams = []
    for _ in range(count):
        stream = socket.create_connection(('127.0.0.1', port))
        stream.sendall(f'GET /api/events?topic={TOPIC} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        read_until(stream, b'\r\n\r\n')
        streams.append(stream)
    return streams


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=os.path.join(ROOT, 'build', 'release', 'wampd'))
    parser.add_argument('streams', nargs='?', type=int, default=10_000)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    port = free_port()
    with tempfile.NamedTemporaryFile('w', suffix='.json') as config:
        json.dump(configuration(port), config)
        config.flush()
        router = subprocess.Popen([arguments.program, '--config', config.name, '--log-level', 'error'], stderr=subprocess.PIPE)
        try:
            while True:
                try:
                    open_streams(port, 1)
                    break
                except OSError:
                    time.sleep(0.05)
            before = resident_bytes(router.pid)
            streams = open_streams(port, arguments.streams)
            taken = resident_bytes(router.pid) - before
            began = time.monotonic()
            urllib.request.urlopen(urllib.request.Request(
                f'http://127.0.0.1:{port}/api/publish/{TOPIC}', b'["hello"]', {'Content-Type': 'application/json'})).read()
            for stream in streams:
                read_until(stream, b'"hello"')
            print(f'{arguments.streams} streams: {taken / 2**20:.1f} MiB, {taken / arguments.streams:.0f} bytes each; '
                  f'an event was with all of them after {(time.monotonic() - began) * 1000:.0f} ms')
        finally:
            router.terminate()
            router.wait()


if __name__ == '__main__':
    main()
