"""The built wampd, started on a free port with a configuration of its own."""
import json
import os
import socket
import subprocess
import time
import urllib.request

READY_TIMEOUT = 20  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def configuration(port, realms):
    """`realms` are those that the suites ask for; realm1 is open to anonymous, as without any configuration."""
    everything = {'uri': '', 'match': 'prefix',
                  'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
    realm1 = {'name': 'realm1', 'roles': [{'name': 'anonymous', 'permissions': [everything]}]}
    return json.dumps({
        'realms': [realm1, *realms],
        'transports': [{
            'type': 'universal',
            'rawsocket': {},
            'endpoint': {'type': 'tcp', 'interface': '127.0.0.1', 'port': port},
            'web': {'paths': {'/': {'type': 'static'}, 'ws': {'type': 'websocket'}, 'lp': {'type': 'longpoll'}, 'health': {'type': 'health'}}},
            'auth': {'anonymous': {'type': 'static', 'role': 'anonymous'}},
        }],
    }, indent=2)


class Router:
    """Use with `with`: leaving the block stops the program, whatever happened."""

    def __init__(self, program, folder, port, config):
        """`config`: the text of the configuration file; `folder` is for it and for the log."""
        self.program = program
        self.folder = folder
        self.port = port
        self.config = os.path.join(folder, 'wampd.json')
        with open(self.config, 'w') as file:
            file.write(config)

    @property
    def url(self):
        return f'ws://127.0.0.1:{self.port}/ws'

    @property
    def page(self):
        return f'http://127.0.0.1:{self.port}/'

    def __enter__(self):
        self._log = open(os.path.join(self.folder, 'wampd.log'), 'w+')
        self.process = subprocess.Popen([self.program, '--config', self.config], stdout=self._log, stderr=subprocess.STDOUT)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_TIMEOUT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f'wampd ended at once (exit code {self.process.returncode}):\n{self.log()}')
            try:
                with urllib.request.urlopen(f'{self.page}health', timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.02)
        raise SystemExit(f'wampd did not answer {self.page}health within {READY_TIMEOUT} s:\n{self.log()}')

    def log(self):
        self._log.flush()
        with open(self._log.name) as file:
            return ''.join(file.readlines()[-15:])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Running:
    """A router that somebody else runs."""

    def __init__(self, url):
        self.url = url
        self.page = url.replace('ws', 'http', 1).rsplit('/', 1)[0] + '/'
