"""Debian's Prometheus, which scrapes a running wampd and is asked over its own API; and promtool on the alert rules."""
import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from runner.client import Failed, Variant
from runner.raw import RawSession
from runner.router import free_ports, running
from runner.suite import Skip, expect, once

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ALERTS = os.path.join(ROOT, 'docs', 'prometheus', 'alerts.yml')
TIMEOUT = 30  # seconds


def configuration(port):
    everything = {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
    return {
        'realms': [{'name': 'realm1', 'roles': [{'name': 'anonymous', 'permissions': [everything]}]}],
        'metrics': {'procedures': ['com.counted.*'], 'topics': ['com.tick']},
        'transports': [{
            'type': 'universal', 'rawsocket': {}, 'endpoint': {'type': 'tcp', 'interface': '127.0.0.1', 'port': port},
            'web': {'paths': {'ws': {'type': 'websocket'}, 'metrics': {'type': 'metrics'}, 'monitor': {'type': 'monitor'}}},
            'auth': {'anonymous': {'type': 'static', 'role': 'anonymous'}}}],
    }


def get(url, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
        return answer.headers['Content-Type'], answer.read().decode()


class Prometheus:
    def __init__(self, port):
        self.port = port

    def ask(self, query):
        """The value that the query has now; None if it has none."""
        try:
            text = get(f'http://127.0.0.1:{self.port}/api/v1/query?' + urllib.parse.urlencode({'query': query}))[1]
        except OSError:
            return None
        result = json.loads(text)['data']['result']
        return float(result[0]['value'][1]) if result else None

    def wait_for(self, query, value):
        deadline = time.monotonic() + TIMEOUT
        while (got := self.ask(query)) != value:
            if time.monotonic() > deadline:
                raise Failed(f'{query}: Prometheus says {got}, expected {value}')
            time.sleep(0.2)


@contextlib.contextmanager
def watched():
    """A wampd, and a Prometheus that scrapes it each second."""
    if not Variant.program:
        raise Skip
    port, of_prometheus = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'wampd.json'), 'w') as file:
            json.dump(configuration(port), file)
        with open(os.path.join(folder, 'prometheus.yml'), 'w') as file:
            json.dump({'global': {'scrape_interval': '1s', 'evaluation_interval': '1s'}, 'rule_files': [ALERTS],
                       'scrape_configs': [{'job_name': 'wampd', 'static_configs': [{'targets': [f'127.0.0.1:{port}']}]}]}, file)
        with running(Variant.program, folder, 'wampd.json'):
            prometheus = subprocess.Popen(
                ['prometheus', '--config.file=prometheus.yml', '--storage.tsdb.path=data', f'--web.listen-address=127.0.0.1:{of_prometheus}'],
                cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                yield port, Prometheus(of_prometheus)
            finally:
                prometheus.terminate()
                prometheus.wait(timeout=10)


@once
def prometheus_scrapes_the_running_router(router):
    """Prometheus scrapes the running router and knows its numbers."""
    with watched() as (port, prometheus):
        prometheus.wait_for('up{job="wampd"}', 1)
        with RawSession(url=f'ws://127.0.0.1:{port}/ws') as session:
            prometheus.wait_for('wampd_sessions{realm="realm1"}', 1)
            session.register('com.counted.add')
            session.request(48, {}, 'com.counted.add', [1])
            session.say([70, session.hear(68)[1], {}, [2]])
            session.hear(50)
            session.request(16, {'acknowledge': True}, 'com.tick')
            session.hear(17)
        prometheus.wait_for('wampd_procedure_calls_total{realm="realm1",procedure="com.counted.add"}', 1)
        prometheus.wait_for('wampd_topic_publications_total{topic="com.tick"}', 1)
        prometheus.wait_for('wampd_call_seconds_count{realm="realm1"}', 1)
        prometheus.wait_for('count(ALERTS) or vector(0)', 0)
        prometheus.wait_for('wampd_sessions{realm="realm1"}', 0)


@once
def openmetrics_are_negotiated(router):
    """Who asks for OpenMetrics gets them, to the end; others get the text format."""
    with watched() as (port, _):
        kind, text = get(f'http://127.0.0.1:{port}/metrics', {'Accept': 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'})
        expect(kind, 'application/openmetrics-text; version=1.0.0; charset=utf-8', 'content type')
        expect(text.endswith('\n# EOF\n'), True, 'the end')
        expect(get(f'http://127.0.0.1:{port}/metrics')[0], 'text/plain; version=0.0.4; charset=utf-8', 'content type of others')
        expect(json.loads(get(f'http://127.0.0.1:{port}/monitor/varz')[1])['realms'][0]['realm'], 'realm1', 'realm in /varz')


@once
def the_alert_rules_are_well_formed(router):
    """promtool finds nothing wrong in the alert rules."""
    checked = subprocess.run(['promtool', 'check', 'rules', ALERTS], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if checked.returncode != 0:
        raise Failed(checked.stdout)
