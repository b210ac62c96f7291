#!/usr/bin/env python3
"""The program as a service of systemd, whose part is played by the test: its sockets, its questions, its journal.

    service_test.py PROGRAM
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM = None
PATIENCE_S = 20


class Service:
    """wampd, started as systemd starts it: with a socket for what it tells, and perhaps sockets to listen on."""

    def __init__(self, arguments, sockets=(), names=None, environment=None, program=None):
        self.folder = tempfile.TemporaryDirectory()
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind(f'{self.folder.name}/notify')
        self.told.settimeout(PATIENCE_S)
        self.ports_file = pathlib.Path(self.folder.name) / 'ports'
        all_variables = {**os.environ, 'NOTIFY_SOCKET': f'{self.folder.name}/notify', **(environment or {})}
        if sockets:
            all_variables['LISTEN_FDS'] = str(len(sockets))
        if names:
            all_variables['LISTEN_FDNAMES'] = names
        reading, writing = os.pipe()
        status = os.fstat(writing)
        all_variables['JOURNAL_STREAM'] = f'{status.st_dev}:{status.st_ino}'
        command = [program or PROGRAM, *arguments, '--ports-file', self.ports_file]
        # The shell becomes the program, and so knows its number before.
        self.process = subprocess.Popen(['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh', *command], env=all_variables,
                                        stdout=subprocess.DEVNULL, stderr=writing, close_fds=False,
                                        preexec_fn=lambda: place([one.fileno() for one in sockets]))
        self.main_process = self.process.pid
        os.close(writing)
        self.journal = open(reading, encoding='utf-8')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.told.close()
        for process in {self.main_process, self.process.pid}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        self.journal.close()
        self.folder.cleanup()

    def tells(self):
        """The next that it tells systemd."""
        return dict(line.split('=', 1) for line in self.told.recv(4096).decode().splitlines())

    def tells_of(self, key):
        while True:
            told = self.tells()
            if key in told:
                return told

    def ends(self):
        """Its exit status."""
        return self.process.wait(PATIENCE_S)

    def addresses(self):
        return [json.loads(line)['address'] for line in self.ports_file.read_text().splitlines()]

    def says(self, what):
        """The next line of its log with that in it."""
        for line in self.journal:
            if what in line:
                return line
        raise AssertionError(f'the log ends without "{what}"')


def place(descriptors):
    """Puts them at 3 and further, in the new process."""
    copies = [os.dup2(one, 100 + number, inheritable=False) for number, one in enumerate(descriptors)]
    for number, copy in enumerate(copies):
        os.dup2(copy, 3 + number)


def listening(address=('127.0.0.1', 0)):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM)
    one.bind(address)
    one.listen()
    return one


def ready_at(address):
    """What GET /ready answers there."""
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as client:
        client.settimeout(PATIENCE_S)
        client.connect(address)
        client.sendall(b'GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        return client.makefile('rb').read()


class WhatItTells(unittest.TestCase):
    def test_it_says_when_it_is_ready_reloads_and_stops(self):
        with tempfile.NamedTemporaryFile('w', suffix='.jsonc') as file:
            file.write('{"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}],'
                       '"transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]}')
            file.flush()
            with Service(['--config', file.name]) as service:
                ready = service.tells()
                self.assertEqual(ready['READY'], '1')
                self.assertIn('listening on 127.0.0.1:', ready['STATUS'])
                os.kill(service.main_process, signal.SIGHUP)
                reloading = service.tells()
                self.assertEqual(reloading['RELOADING'], '1')
                self.assertGreater(int(reloading['MONOTONIC_USEC']), 0)
                self.assertEqual(service.tells()['READY'], '1')
                os.kill(service.main_process, signal.SIGTERM)
                self.assertEqual(service.tells(), {'STOPPING': '1'})
                self.assertEqual(service.ends(), 0)

    def test_it_says_again_and_again_that_its_workers_turn_if_that_is_wanted(self):
        with Service(['--ws', '127.0.0.1:0'], environment={'WATCHDOG_USEC': '100000'}) as service:
            for _ in range(3):
                self.assertEqual(service.tells_of('WATCHDOG')['WATCHDOG'], '1')

    def test_a_watchdog_of_another_process_is_not_its_own(self):
        with Service(['--ws', '127.0.0.1:0'], environment={'WATCHDOG_USEC': '1000', 'WATCHDOG_PID': '1'}) as service:
            self.assertIn('READY', service.tells())
            os.kill(service.main_process, signal.SIGTERM)
            self.assertEqual(service.tells(), {'STOPPING': '1'})

    def test_lines_of_the_journal_have_a_priority_and_no_time(self):
        with Service(['--ws', '0.0.0.0:0']) as service:
            self.assertRegex(service.says('may do everything'), '^<4>whoever reaches ')
            self.assertRegex(service.says('listening'), '^<6>listening on ')

    def test_why_it_does_not_start_is_an_error_in_the_journal(self):
        with Service(['--config', '/nowhere']) as service:
            self.assertRegex(service.says('/nowhere'), '^<3>wampd: ')
            self.assertEqual(service.ends(), 1)


class SocketActivation(unittest.TestCase):
    def test_a_socket_of_its_address_is_taken(self):
        with tempfile.TemporaryDirectory() as folder, listening() as tcp, listening(f'{folder}/socket') as unix:
            port = tcp.getsockname()[1]
            with Service(['--ws', f'unix:{folder}/socket', '--ws', f'127.0.0.1:{port}'], [tcp, unix]) as service:
                service.tells_of('READY')
                self.assertEqual(service.addresses(), [f'unix:{folder}/socket', f'127.0.0.1:{port}'])
                self.assertIn(b' 200 ', ready_at(('127.0.0.1', port)))
                self.assertIn(b' 200 ', ready_at(f'{folder}/socket'))
                os.kill(service.main_process, signal.SIGTERM)
                self.assertEqual(service.ends(), 0)
            self.assertTrue(os.path.exists(f'{folder}/socket'), 'its file is systemd\'s')

    def test_who_connects_before_the_program_runs_is_served(self):
        with listening() as tcp:
            port = tcp.getsockname()[1]
            with socket.create_connection(('127.0.0.1', port), PATIENCE_S) as client:
                client.sendall(b'GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
                with Service(['--ws', f'127.0.0.1:{port}'], [tcp]):
                    self.assertIn(b' 200 ', client.makefile('rb').read())

    def test_a_socket_is_taken_by_the_transport_whose_id_is_its_name(self):
        with listening() as first, listening() as second, tempfile.NamedTemporaryFile('w', suffix='.jsonc') as file:
            file.write('{"realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": []}]}],'
                       '"transports": ['
                       '{"type": "websocket", "id": "clients", "endpoint": {"type": "tcp", "port": 1}},'
                       '{"type": "web", "id": "watchers", "endpoint": {"type": "tcp", "port": 2},'
                       ' "paths": {"ready": {"type": "ready"}}}]}')
            file.flush()
            with Service(['--config', file.name], [first, second], 'watchers:clients') as service:
                service.tells_of('READY')
                self.assertEqual(service.addresses(), [f'127.0.0.1:{one.getsockname()[1]}' for one in (second, first)])
                self.assertIn(b' 200 ', ready_at(first.getsockname()))

    def test_a_socket_that_no_transport_wants_is_told_and_closed(self):
        with listening() as wanted, listening() as other:
            address = '127.0.0.1:%d' % other.getsockname()[1]
            with Service(['--ws', '127.0.0.1:%d' % wanted.getsockname()[1]], [wanted, other]) as service:
                self.assertRegex(service.says('no transport'), f'^<4>no transport listens on {address}, ')

    def test_what_is_no_socket_to_listen_on_is_refused(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            with Service(['--ws', '127.0.0.1:0'], [datagrams], 'dns') as service:
                self.assertIn('expected a stream socket that listens', service.says('descriptor 3 (dns)'))
                self.assertEqual(service.ends(), 1)


def upgrade(service):
    return subprocess.run([PROGRAM, 'upgrade', '--pid', str(service.main_process)], text=True, capture_output=True,
                          timeout=PATIENCE_S)


class Upgrades(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / 'wampd.jsonc'

    def configure(self, endpoint, realm=None):
        """A configuration with one transport, which says whether the router is ready."""
        role = {'name': 'anonymous', 'permissions': []}
        self.file.write_text(json.dumps({
            'realms': [{'name': 'realm1', 'roles': [role], **(realm or {})}],
            'transports': [{'type': 'web', 'id': 'only', 'endpoint': {'type': 'tcp', **endpoint},
                            'paths': {'ready': {'type': 'ready'}}}]}))
        return ['--config', self.file]

    def is_succeeded(self, service):
        """An upgrade, which is good."""
        done = upgrade(service)
        self.assertEqual(done.returncode, 0, done.stderr)
        successor = int(service.tells_of('MAINPID')['MAINPID'])
        self.assertEqual(done.stdout, f'process {successor} serves now, process {service.process.pid} drains\n')
        service.main_process = successor
        self.assertEqual(service.ends(), 0)

    def serves(self, service):
        host, port = service.addresses()[0].split(':')
        self.assertIn(b' 200 ', ready_at((host, int(port))))

    def test_the_new_process_is_the_service(self):
        with Service(self.configure({'port': 0})) as service:
            service.tells_of('READY')
            address = service.addresses()
            self.is_succeeded(service)
            self.assertEqual(service.addresses(), address)
            self.serves(service)

    def test_the_new_process_has_each_socket_once(self):
        with Service(self.configure({'port': 0})) as service:
            service.tells_of('READY')
            port = int(service.addresses()[0].split(':')[1])
            with open('/proc/net/tcp', encoding='ascii') as table:
                [inode] = [line.split()[9] for line in table if f':{port:04X} 00000000:0000 0A' in line]
            for _ in range(2):
                descriptors = f'/proc/{service.main_process}/fd'
                links = [os.readlink(f'{descriptors}/{one}') for one in os.listdir(descriptors)]
                self.assertEqual(links.count(f'socket:[{inode}]'), 1)
                if service.main_process == service.process.pid:
                    self.is_succeeded(service)

    def test_an_address_that_has_changed_is_the_new_one(self):
        with Service(self.configure({'port': 0})) as service, listening() as free:
            service.tells_of('READY')
            port = free.getsockname()[1]
            free.close()
            self.configure({'port': port})
            self.is_succeeded(service)
            self.assertEqual(service.addresses(), [f'127.0.0.1:{port}'])
            self.serves(service)

    def test_a_program_that_cannot_serve_changes_nothing(self):
        store = {'store': {'type': 'sqlite', 'path': f'{self.folder.name}/events.db'}}
        with listening() as taken, Service(self.configure({'port': 0}, store)) as service:
            service.tells_of('READY')
            self.configure({'port': taken.getsockname()[1]}, store)
            done = upgrade(service)
            self.assertEqual(done.returncode, 1)
            self.assertIn('serves on', done.stderr)
            service.says('Address already in use')
            self.assertRegex(service.says('goes on'), '^<3>this process goes on: the new one has ended, and says why')
            self.serves(service)

    def test_a_program_that_hangs_keeps_the_old_one_neither_from_telling_that_it_is_alive_nor_from_ending(self):
        program = pathlib.Path(self.folder.name) / 'wampd'
        program.symlink_to(PROGRAM)
        with Service(['--ws', '127.0.0.1:0'], environment={'WATCHDOG_USEC': '200000'}, program=program) as service:
            service.tells_of('READY')
            program.unlink()
            program.write_text('#!/bin/sh\nexec sleep 60\n')
            program.chmod(0o755)
            os.kill(service.main_process, signal.SIGUSR2)
            service.says('received SIGUSR2')
            for _ in range(3):
                service.tells_of('WATCHDOG')
            os.kill(service.main_process, signal.SIGTERM)
            service.tells_of('STOPPING')
            self.assertEqual(service.ends(), 0)

    def test_a_process_that_is_no_router_is_not_signalled(self):
        done = subprocess.run([PROGRAM, 'upgrade', '--pid', str(os.getpid())], text=True, capture_output=True,
                              timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn('is no router that could be upgraded', done.stderr)

    def test_a_router_for_tests_is_not_upgraded(self):
        with Service(['--ephemeral']) as service:
            service.tells_of('READY')
            os.kill(service.main_process, signal.SIGUSR2)
            self.assertRegex(service.says('received SIGUSR2'), '^<4>received SIGUSR2, but a router for tests ends with')


class TheUnit(unittest.TestCase):
    def test_it_is_closed(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('there is no systemd-analyze')
        unit = pathlib.Path(__file__).parents[2] / 'packaging' / 'systemd' / 'wampd.service'
        told = subprocess.run(['systemd-analyze', 'security', '--offline=true', unit], text=True, capture_output=True,
                              timeout=PATIENCE_S).stdout
        self.assertLessEqual(float(told.rsplit('wampd.service: ', 1)[1].split()[0]), 2.0, told)


if __name__ == '__main__':
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
