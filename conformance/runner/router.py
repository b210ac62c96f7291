"""The built wampd, started on a free port with a configuration of its own."""
import contextlib
import json
import os
import socket
import subprocess
import threading
import time
import urllib.request

from .client import Failed

READY_TIMEOUT = 20  # seconds


def free_port():
    return free_ports(1)[0]


def free_ports(count):
    probes = [socket.create_server(('127.0.0.1', 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def configuration(port, tls_port, realms, transports=()):
    """The same is served on both ports; on the second over TLS, with certificates in certs/. `realms` are those that the
    suites ask for; realm1 is open to anonymous, as without any configuration. `transports`: (port, settings) of further
    ones, which differ from the first in these settings."""
    everything = {'uri': '', 'match': 'prefix',
                  'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
    realm1 = {'name': 'realm1', 'roles': [{'name': 'anonymous', 'permissions': [everything]}]}

    def transport(on_port, settings):
        return {
            'type': 'universal',
            'rawsocket': {},
            'endpoint': {'type': 'tcp', 'interface': '127.0.0.1', 'port': on_port, **settings.get('endpoint', {})},
            'web': {'paths': {'/': {'type': 'static'}, 'ws': {'type': 'websocket'}, 'lp': {'type': 'longpoll'}, 'health': {'type': 'health'}, 'ready': {'type': 'ready'}}},
            'auth': {'anonymous': {'type': 'static', 'role': 'anonymous'}},
            # Browsers come from the first transport's page.
            'options': {'allowed_origins': ['*']},
            **{key: value for key, value in settings.items() if key != 'endpoint'},
        }

    first = {'options': {}}
    over_tls = {**first, 'endpoint': {'tls': {'certificate': 'certs/server.pem', 'key': 'certs/server.key'}}}
    return json.dumps({
        'realms': [realm1, *realms],
        'transports': [transport(port, first), transport(tls_port, over_tls), *(transport(*other) for other in transports)],
    }, indent=2)


def make_certificates(program, folder):
    """In certs/ of the folder. Client programs that are started from now on trust them."""
    subprocess.run([program, 'dev-cert', '--client', 'joe', '--client', 'jim', '--directory', os.path.join(folder, 'certs')], check=True, stdout=subprocess.DEVNULL)
    for variable in ('SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'):
        os.environ[variable] = os.path.join(folder, 'certs', 'ca.pem')


@contextlib.contextmanager
def running(program, folder, config):
    """wampd with a configuration file, from when it listens to the end of the block."""
    process = subprocess.Popen([program, '--config', config], cwd=folder, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watchdog = threading.Timer(READY_TIMEOUT, process.kill)
    watchdog.start()
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if 'listening on' in line:
                break
        else:
            raise Failed('wampd ended:\n' + ''.join(said))
        watchdog.cancel()
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(timeout=10)


class Router:
    """Use with `with`: leaving the block stops the program, whatever happened."""

    def __init__(self, program, folder, port, config, tls_port=None):
        """`config`: the text of the configuration file; `folder` is for it and for the log."""
        self.program = program
        self.folder = folder
        self.port = port
        self.tls_url = tls_port and f'wss://localhost:{tls_port}/ws'
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

    tls_url = None

    def __init__(self, url):
        self.url = url
        self.page = url.replace('ws', 'http', 1).rsplit('/', 1)[0] + '/'
