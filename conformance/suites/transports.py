"""Autobahn|Python over RawSocket, and with several messages in one WebSocket message; Autobahn|JS over HTTP long-poll; all
that compress their messages."""
from urllib.parse import urlsplit

from runner.client import Variant, fresh_uri
from runner.relay import Relay
from runner.suite import Skip, expect, for_each_client

BIG = 'x' * 500_000
TRANSPORTS = {'compressed': {'options': {'allowed_origins': ['*'], 'compression': {'deflate': {}}}}}


def over_rawsocket(client):
    other = variant(client, 'over RawSocket', client.name.split('/')[1])
    other.url = f'rs://{urlsplit(Variant.url).netloc}'
    return other


def batched(client):
    return variant(client, 'batched', client.name.split('/')[1] + '.batched')


def over_long_poll(client):
    if client.name != 'browser-autobahn/json':
        raise Skip  # long-poll is for browsers, and the library has JSON for it only
    other = Variant(client.client, {'name': f'{client.name} over long-poll', 'can': [], 'serializer': 'json', 'library': 'autobahn'})
    other.url = f'http://{urlsplit(Variant.url).netloc}/lp'
    return other


def variant(client, how, serializer):
    if not client.name.startswith('autobahn-python/'):
        raise Skip  # the others speak neither
    return Variant(client.client, {'name': f'{client.name} {how}', 'can': [], 'serializer': serializer})


def calls_events_and_a_new_session(client, other):
    try:
        uri = fresh_uri()
        here, there = client.join(), other.join()
        for caller, callee in ((here, there), (there, here)):
            procedure = f'{uri}.{caller.name}'
            callee.register(procedure)
            for args in ([1, 'two', [3.5, None]], [BIG], []):
                expect(caller.call(procedure, args, {'k': 'v'}), (args, {'k': 'v'}), 'result')
        there.subscribe(uri)
        for number in range(200):
            here.publish(uri, [number], acknowledge=number % 50 == 0)
        while there.inbox.queue and there.inbox.queue[0]['event'] == 'invocation':
            there.next('invocation')
        for number in range(200):
            expect(there.next('event')[0], [number], 'event')
        there.leave()
        expect(other.join().id != there.id, True, 'another id')
    finally:
        other.end_sessions()


@for_each_client
def over_raw_socket(client):
    """Calls, events and leaving over RawSocket."""
    calls_events_and_a_new_session(client, over_rawsocket(client))


@for_each_client
def in_batches(client):
    """Calls, events and leaving with batched messages."""
    calls_events_and_a_new_session(client, batched(client))


@for_each_client
def over_http_long_poll(client):
    """Calls, events and leaving over HTTP long-poll."""
    calls_events_and_a_new_session(client, over_long_poll(client))


@for_each_client
def compressed(client):
    """Calls, events and leaving with compressed messages."""
    if not Variant.ports or client.name.startswith('wampy/'):
        raise Skip  # its WebSocket library does not compress
    with Relay(Variant.ports['compressed']) as relay:
        other = client.at_port('compressed', relay.port)
        calls_events_and_a_new_session(other, other)
        agreed = [b'permessage-deflate' in beginning for beginning in relay.beginnings if b' 101 ' in beginning[:20]]
        expect(len(agreed) > 1 and all(agreed), True, 'compression agreed on by all connections')
        # BIG goes over the wire eight times.
        expect(relay.bytes < len(BIG), True, f'{relay.bytes} bytes for {8 * len(BIG)}')
