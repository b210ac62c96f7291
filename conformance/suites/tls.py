"""Clients over TLS, and the programs of docs/tls.md, run as they stand."""
import os
import subprocess
import tempfile
from urllib.parse import urlsplit

from runner.browser import HERE
from runner.client import Variant
from runner.pages import code_blocks
from runner.router import free_port, running
from runner.suite import Skip, expect, for_each_client, once

from suites.examples import ENVIRONMENT, TIMEOUT
from suites.transports import calls_events_and_a_new_session, variant

PAGE = os.path.join(os.path.dirname(HERE), 'docs', 'tls.md')


def over_tls(client, url):
    if not Variant.tls_url or 'browser' in client.name or client.name.startswith('page'):
        raise Skip  # browsers want the authority in a store of their own
    name = f'{client.name} over {urlsplit(url).scheme}'
    other = Variant(client.client, {'name': name, 'can': [], 'serializer': client.name.split('/')[1]})
    other.url = url
    return other


@for_each_client
def over_wss(client):
    """Calls, events and leaving over wss."""
    calls_events_and_a_new_session(client, over_tls(client, Variant.tls_url))


@for_each_client
def over_raw_socket_and_tls(client):
    """Calls, events and leaving over RawSocket in TLS."""
    variant(client, 'over TLS', 'json')  # skips those that do not speak it
    calls_events_and_a_new_session(client, over_tls(client, f'rss://{urlsplit(Variant.tls_url or "").netloc}'))


def blocks(language):
    return code_blocks(language, PAGE)


def run(folder, command, **environment):
    done = subprocess.run(command, cwd=folder, shell=True, text=True, timeout=TIMEOUT,
                          env={**ENVIRONMENT, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect(done.returncode, 0, f'exit code of {command}, with the output\n{done.stdout}\n')
    return done.stdout


@once
def the_page_on_tls(router):
    """docs/tls.md: certificates, configuration, clients in Python and JavaScript, curl."""
    if not Variant.tls_url:
        raise Skip
    make_certificates, start, curl = blocks('sh')
    expect(start, 'wampd --config wampd.jsonc\n', 'how wampd is started')
    port = str(free_port())
    path = f'{os.path.dirname(os.path.abspath(router.program))}:{os.environ["PATH"]}'
    with tempfile.TemporaryDirectory() as folder:
        for name, language in (('wampd.jsonc', 'jsonc'), ('client.py', 'python'), ('client.js', 'javascript')):
            [text] = blocks(language)
            expect(text.count('8443'), 1, f'ports in {name}')
            with open(os.path.join(folder, name), 'w') as file:
                file.write(text.replace('8443', port))
        run(folder, make_certificates, PATH=path)
        with running(os.path.abspath(router.program), folder, 'wampd.jsonc'):
            authority = os.path.join(folder, 'certs', 'ca.pem')
            expect(run(folder, '/usr/bin/python3 client.py', SSL_CERT_FILE=authority).splitlines()[0], 'joined realm1')
            expect(run(folder, 'node client.js', NODE_EXTRA_CA_CERTS=authority).splitlines()[0], 'joined realm1')
            expect('<html' in run(folder, curl.replace('8443', port)), True, 'a page')
