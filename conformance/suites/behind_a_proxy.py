"""nginx and HAProxy in front of wampd, configured as docs/behind-a-proxy.md says."""
import concurrent.futures
import contextlib
import functools
import json
import os
import socket
import tempfile
import urllib.request

from runner.browser import browse
from runner.client import Variant, fresh_uri
from runner.proxy import KINDS, RAW, WAMPD, WAMPD_RAW, WEB, proxy_running, text_of_page
from runner.raw import NotUpgraded, RawConnection, RawSession
from runner.router import free_ports, running
from runner.suite import Skip, expect, for_each_client, once

from suites.examples import replace_once
from suites.transports import calls_events_and_a_new_session

HOST_LINE = 'proxy_set_header Host $http_host;'
# As if a proxy before the proxy had it from there: who comes from this machine must ask for a name of this machine.
ELSEWHERE = {'X-Forwarded-For': '203.0.113.7'}


class Site:
    """wampd and the proxy in front of it, by the ports of the page."""

    def __init__(self, ports):
        self.ports = ports
        self.page = f'http://127.0.0.1:{ports[WEB]}/'
        self.url = f'ws://127.0.0.1:{ports[WEB]}/ws'
        self.long_poll = f'{self.page}lp'
        self.direct = f'ws://127.0.0.1:{ports[WAMPD]}/ws'


def as_it_is(text):
    return text


@contextlib.contextmanager
def proxied(kind, change_wampd=as_it_is, change_proxy=as_it_is):
    """`change_`: what is different from the page."""
    if not Variant.program:
        raise Skip
    ports = dict(zip((WAMPD, WAMPD_RAW, WEB, RAW), map(str, free_ports(4))))
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'wampd.jsonc'), 'w') as file:
            file.write(text_of_page('jsonc', ports, change_wampd))
        with running(Variant.program, folder, 'wampd.jsonc'), \
             proxy_running(kind, folder, text_of_page(kind, ports, change_proxy), ports[WEB]):
            yield Site(ports)


def without_host(text):
    return replace_once(text, HOST_LINE, '')


def without_trust(text):
    return replace_once(text, '"port": 8080, "trusted_proxies": ["127.0.0.1"]', '"port": 8080')


def with_setting(setting, text):
    """Of the first transport."""
    return replace_once(text, '"type": "web",', f'"type": "web", {setting},')


def host_without_port(text):
    return replace_once(text, HOST_LINE, 'proxy_set_header Host $host;')


def through(client, kind):
    if not client.name.startswith(('autobahn-js/', 'autobahn-python/')):
        raise Skip  # Chromium has a check of its own; the others bring nothing new
    with proxied(kind) as site:
        there, here = variant(client, site.url), variant(client, site.direct)
        try:
            calls_events_and_a_new_session(here, there)
        finally:
            here.end_sessions()


def variant(client, url):
    made = Variant(client.client, {'name': f'{client.name} at {url}', 'can': [], 'serializer': client.name.split('/')[1]})
    made.url = url
    return made


@for_each_client
def through_nginx(client):
    """Calls, events and leaving through nginx."""
    through(client, 'nginx')


@for_each_client
def through_haproxy(client):
    """Calls, events and leaving through HAProxy."""
    through(client, 'haproxy')


@for_each_client
def raw_socket_through_haproxy(client):
    """Calls, events and leaving over RawSocket through HAProxy, with the PROXY protocol."""
    if not client.name.startswith('autobahn-python/'):
        raise Skip  # the others do not speak it
    with proxied('haproxy') as site:
        there, here = variant(client, f'rs://127.0.0.1:{site.ports[RAW]}'), variant(client, site.direct)
        try:
            calls_events_and_a_new_session(here, there)
        finally:
            here.end_sessions()


@once
def a_page_in_chromium(router):
    """A page that is served through the proxy calls and is called through it."""
    for kind in KINDS:
        with proxied(kind) as site:
            browse('register_and_call', site.page)


@once
def long_poll(router):
    """Long-poll through the proxy: a call, and a receive that waits."""
    for kind in KINDS:
        with proxied(kind) as site:
            def post(path, message=None):
                body = json.dumps(message).encode() if message is not None else b''
                with urllib.request.urlopen(urllib.request.Request(f'{site.page}lp/{path}', body), timeout=30) as answer:
                    return json.loads(answer.read() or b'null')
            name = post('open', {'protocols': ['wamp.2.json']})['transport']
            post(f'{name}/send', [1, 'realm1', {'roles': {'subscriber': {}, 'publisher': {}}}])
            expect(post(f'{name}/receive')[0], 2, 'WELCOME')
            uri = fresh_uri()
            post(f'{name}/send', [32, 1, {}, uri])
            expect(post(f'{name}/receive')[:2], [33, 1], 'SUBSCRIBED')
            with concurrent.futures.ThreadPoolExecutor() as pool, RawSession(url=site.url) as publisher:
                waiting = pool.submit(post, f'{name}/receive')
                publisher.request(16, {}, uri, ['x' * 200_000])
                expect(waiting.result()[4], ['x' * 200_000], 'the event')


def peer_of(session):
    session.request(48, {}, 'wamp.session.get', [session.id])
    return session.hear(50)[3][0]['transport']['peer']


@once
def the_clients_address(router):
    """The client's address is the client's, and not the proxy's, unless the proxy is not trusted."""
    for kind in KINDS:
        with proxied(kind) as site, RawSession(url=site.url, address='127.0.0.2') as session:
            expect('127.0.0.2' in peer_of(session), True, f'127.0.0.2 in {peer_of(session)} through {kind}')
        with proxied(kind, without_trust) as site, RawSession(url=site.url, address='127.0.0.2') as session:
            expect('127.0.0.2' in peer_of(session), False, f'127.0.0.2 in {peer_of(session)} through {kind}')


@once
def the_clients_address_of_raw_socket(router):
    """The client's address over RawSocket is that of the PROXY protocol's header."""
    with proxied('haproxy') as site:
        address = ('127.0.0.1', int(site.ports[RAW]))
        with socket.create_connection(address, timeout=30, source_address=('127.0.0.2', 0)) as client:
            client.sendall(b'\x7f\xf1\0\0')
            stream = client.makefile('rb')
            expect(stream.read(4)[:1], b'\x7f', 'the handshake is answered with')

            def hear():
                return json.loads(stream.read(int.from_bytes(stream.read(4), 'big')))

            def say(message):
                octets = json.dumps(message).encode()
                client.sendall(len(octets).to_bytes(4, 'big') + octets)

            say([1, 'realm1', {'roles': {'caller': {}}}])
            say([48, 1, {}, 'wamp.session.get', [hear()[1]]])
            peer = hear()[3][0]['transport']['peer']
            expect('127.0.0.2' in peer, True, f'127.0.0.2 in {peer}')


@once
def past_the_proxy(router):
    """Who does not come through the proxy is not let in where the PROXY protocol is spoken."""
    with proxied('haproxy') as site:
        with socket.create_connection(('127.0.0.1', int(site.ports[WAMPD_RAW])), timeout=30) as client:
            client.sendall(b'\x7f\xf1\0\0')
            try:
                expect(client.recv(4), b'', 'answered')
            except ConnectionResetError:
                pass


def status(url, **headers):
    """With which the WebSocket handshake is answered."""
    try:
        with RawConnection(url, **headers):
            return 101
    except NotUpgraded as refused:
        return refused.status


@once
def a_name_of_the_proxys(router):
    """The name that the proxy's clients ask for is taken from a trusted proxy, and needs server_names without."""
    named = {'Host': 'wampd.example.com', **ELSEWHERE}

    def known_by_name(text):
        return with_setting('"server_names": ["wampd.example.com"]', without_trust(text))

    for kind in KINDS:
        with proxied(kind) as site:
            expect(status(site.url, **named), 101, f'status through {kind}')
        with proxied(kind, without_trust) as site:
            expect(status(site.url, **named), 421, f'status through {kind} without trust')
        with proxied(kind, known_by_name) as site:
            expect(status(site.url, **named), 101, f'status through {kind} with the name')


@once
def pages_of_the_same_host(router):
    """Pages that the proxy serves may connect, and others not; of nginx also if the port is not passed on."""
    for kind, change in (('nginx', as_it_is), ('haproxy', as_it_is), ('nginx', host_without_port)):
        with proxied(kind, change_proxy=change) as site:
            for origin, wanted in ((site.page[:-1], 101), ('http://elsewhere.example', 403)):
                expect(status(site.url, Origin=origin), wanted, f'status of a page of {origin} through {kind}')
            for origin in ('http://wampd.example.com', 'https://wampd.example.com'):
                answer = status(site.url, Host='wampd.example.com', Origin=origin, **ELSEWHERE)
                expect(answer, 101, f'status of a page of {origin} through {kind}')


@once
def nginx_as_one_writes_it_first(router):
    """Without a line for Host, nginx lets programs in, and pages if they are allowed."""
    with proxied('nginx', change_proxy=without_host) as site:
        with RawSession(url=site.url) as session:
            expect(session.id > 0, True, 'a program is in')
        expect(status(site.url, Origin='https://wampd.example.com'), 403, 'status of a page')
    allowed = functools.partial(with_setting, '"options": {"allowed_origins": ["https://wampd.example.com"]}')
    with proxied('nginx', allowed, without_host) as site:
        expect(status(site.url, Origin='https://wampd.example.com'), 101, 'status of a page that is allowed')


@once
def pings_keep_a_connection(router):
    """The router's pings keep a silent connection from ending by the proxy's timeouts."""
    def impatient_nginx(text):
        return replace_once(text, HOST_LINE, f'{HOST_LINE} proxy_read_timeout 1s; proxy_send_timeout 1s;')

    def impatient_haproxy(text):
        return text.replace('timeout client 1m', 'timeout client 1s').replace('timeout server 1m', 'timeout server 1s')

    often = functools.partial(with_setting, '"limits": {"ping_interval_ms": 300}')
    for kind, change in (('nginx', impatient_nginx), ('haproxy', impatient_haproxy)):
        with proxied(kind, often, change) as site:
            with RawSession(url=site.url) as session:
                for _ in range(6):
                    session.hear_ping()
                expect(bool(peer_of(session)), True, 'still there')
