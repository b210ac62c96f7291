"""What client libraries in use say that the specification does not, or that is rare: docs/clients.md has who says it."""
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import struct
from urllib.parse import urlsplit

from runner.client import Variant, fresh_uri
from runner.raw import RawConnection, RawSession
from runner.suite import expect, for_each_client, once

from suites.transports import over_rawsocket

PASSWORD, SALT, ITERATIONS = 'joe says it', b's' * 16, 1000
SALTED = hashlib.pbkdf2_hmac('sha256', PASSWORD.encode(), SALT, ITERATIONS)
CLIENT_KEY = hmac.digest(SALTED, b'Client Key', 'sha256')
STORED_KEY = hashlib.sha256(CLIENT_KEY).digest()

TRANSPORTS = {
    'impatient': {'limits': {'ping_interval_ms': 100, 'ping_timeout_ms': 100}},
    'scram by pbkdf2': {'auth': {'scram': {'type': 'static', 'principals': {'joe': {
        'role': 'anonymous', 'kdf': 'pbkdf2', 'iterations': ITERATIONS, 'salt': SALT.hex(), 'stored-key': STORED_KEY.hex(),
        'server-key': hmac.digest(SALTED, b'Server Key', 'sha256').hex()}}}}},
}
ROLES = {role: {} for role in ('caller', 'callee', 'publisher', 'subscriber')}
CALL, ERROR, INVOCATION, YIELD = 48, 8, 68, 70


def url_at(transport):
    return re.sub(r':[0-9]+', f':{Variant.ports[transport]}', Variant.url, count=1)


@once
def offers_of_subprotocols(router):
    """Subprotocols without a space between, with a comma at the end, behind unknown ones, in two headers."""
    for offer in ('wamp.2.json,wamp.2.msgpack', 'wamp.2.json,', 'wamp.2.flatbuffers, wamp.2.json', 'wamp.2.ubjson,,wamp.2.json',
                  'wamp.2.ubjson\r\nSec-WebSocket-Protocol: wamp.2.json'):
        with RawSession(Sec_WebSocket_Protocol=offer) as session:
            expect(session.id > 0, True, f'joined with {offer}')


@once
def heads_of_handshakes(router):
    """Handshakes of clients that are no browser: an Origin of their own, other cases, extensions."""
    where = urlsplit(Variant.url).netloc
    for headers in ({'Origin': f'ws://{where}'}, {'Origin': f'http://{where}'}, {'Origin': ''},
                    {'Upgrade': 'WebSocket', 'Connection': 'keep-alive, Upgrade'},
                    {'Sec_WebSocket_Extensions': 'permessage-deflate; client_max_window_bits, x-webkit-deflate-frame'},
                    {'User_Agent': 'client/1', 'Cookie': 'a-b=c; d', 'Pragma': 'no-cache'}):
        with RawSession(**headers) as session:
            expect(session.id > 0, True, f'joined with {headers}')


@once
def details_of_hello(router):
    """null and empty details of HELLO count as none; unknown ones are ignored."""
    for details in ({'authid': '', 'authmethods': []}, {'authid': None, 'authmethods': None, 'authextra': None},
                    {'authid': '', 'authmethods': ['anonymous'], 'authextra': {}}, {'authid': 'anonymous', 'authmethods': []},
                    {'authrole': 'user', 'agent': 'client/1', 'resumed': False, 'resume-token': None, 'realm': 'realm1'},
                    {'roles': {'caller': {'features': None, 'reflection': None}, 'callee': {'features': {'unknown': 1}}}},
                    {'roles': {**ROLES, 'peer': {}}}):
        with RawConnection() as connection:
            connection.say([1, 'realm1', {'roles': ROLES, **details}])
            expect(connection.hear(2)[2]['realm'], 'realm1', f'the realm joined with {details}')


@once
def null_in_requests(router):
    """null for options, and for arguments of calls, results, errors and publications."""
    uri = fresh_uri()
    with RawSession() as callee, RawSession() as caller:
        callee.request(64, None, uri)
        callee.hear(65)
        caller.request(32, {'match': None, 'get_retained': None}, uri)
        caller.hear(33)
        for payload, wanted in (([None, {'k': 1}], [[], {'k': 1}]), ([None, None], []), ([[], {}], []), ([[1], None], [[1]])):
            caller.request(CALL, {'timeout': None, 'receive_progress': None, 'disclose_me': None}, uri, *payload)
            invocation = callee.hear(INVOCATION)
            expect(same_payload(invocation[4:], wanted), True, f'{invocation[4:]} of {payload}: the INVOCATION')
            callee.say([YIELD, invocation[1], {'progress': None}, *payload])
            expect(same_payload(caller.hear(50)[3:], wanted), True, f'{payload}: the RESULT')
            caller.request(CALL, None, uri, *payload)
            callee.say([ERROR, INVOCATION, callee.hear(INVOCATION)[1], None, 'com.example.error', *payload])
            expect(same_payload(caller.hear(ERROR)[5:], wanted), True, f'{payload}: the ERROR')
            options = {'acknowledge': True, 'exclude_me': False, 'exclude': [], 'eligible': None}
            publication = caller.request(16, options, uri, *payload)
            told = {message[0]: message for message in (caller.hear_any(), caller.hear_any())}
            expect(told[17][1], publication, 'PUBLISHED')
            expect(same_payload(told[36][4:], wanted), True, f'{payload}: the EVENT')


def same_payload(got, wanted):
    """An empty list or dictionary at the end is as good as none."""
    def shortened(parts):
        parts = list(parts)
        while parts and not parts[-1]:
            parts.pop()
        return parts
    return shortened(got) == shortened(wanted)


@once
def answers_of_callees(router):
    """Progress false, progress that nobody asked for, answers twice, errors that are no URI: none of it ends the session."""
    uri = fresh_uri()
    with RawSession() as callee, RawSession() as caller:
        callee.register(uri)
        for answers, wanted in (([[{'progress': False}, ['a']]], ['a']),
                                ([[{'progress': True}, ['early']], [{}, ['late']]], ['late']),
                                ([[{}, ['once']], [{}, ['twice']]], ['once'])):
            call = caller.request(CALL, {}, uri)
            invocation = callee.hear(INVOCATION)[1]
            for answer in answers:
                callee.say([YIELD, invocation, *answer])
            expect(caller.hear(50), [50, call, {}, wanted], 'RESULT')
        no_uri = 'wamp.error.invalid_uri'
        for error, told in (('Some exception!', no_uri), ('', no_uri), ('no.args', 'no.args')):
            caller.request(CALL, {}, uri)
            callee.say([ERROR, INVOCATION, callee.hear(INVOCATION)[1], {}, error])
            expect(caller.hear(ERROR)[4], told, f'the error for "{error}"')
        caller.request(CALL, {}, 'wamp.session.count')
        caller.hear(50)


@once
def progress_for_who_does_not_announce_it(router):
    """Progressive results come to a caller that asks for them, whether it announces that it takes them or not."""
    uri = fresh_uri()
    with RawSession(['progressive_call_results']) as callee, RawSession() as caller:
        callee.register(uri)
        caller.request(CALL, {'receive_progress': True}, uri)
        invocation = callee.hear(INVOCATION)
        expect(invocation[3], {'receive_progress': True}, "the INVOCATION's details")
        callee.say([YIELD, invocation[1], {'progress': True}, [1]])
        expect(caller.hear(50)[2:], [{'progress': True}, [1]], 'progress')


@once
def cancel_without_a_mode(router):
    """CANCEL without a mode, with null and with an empty one ends the call, and not the session."""
    uri = fresh_uri()
    with RawSession() as callee, RawSession() as caller:
        callee.register(uri)
        for options in ({}, None, {'mode': None}, {'mode': ''}):
            call = caller.request(CALL, {}, uri)
            callee.hear(INVOCATION)
            caller.say([49, call, options])
            expect(caller.hear(ERROR)[1:3], [CALL, call], f'the ERROR after {options}')
            caller.say([49, call, {}])  # crosses the answer
        caller.request(CALL, {}, 'wamp.session.count')
        caller.hear(50)


@once
def words_at_the_end(router):
    """GOODBYE with null details, or a reason that is no URI, is answered; ABORT within a session ends it."""
    for details, reason in ((None, 'wamp.close.normal'), ({'message': 'bye'}, 'wamp.close.done'), ({}, ''), ({}, 'good bye')):
        with RawSession() as session:
            session.say([6, details, reason])
            expect(session.hear(6)[2], 'wamp.close.goodbye_and_out', f'the answer to {reason}')
            session.join()
    with RawSession() as session:
        session.say([3, {}, 'wamp.error.abort'])
        session.hear_end()


@once
def scram_with_null(router):
    """SCRAM with null for what the client does not have (connectanum), by PBKDF2."""
    nonce = base64.b64encode(os.urandom(16)).decode()
    with RawConnection(url_at('scram by pbkdf2')) as connection:
        connection.say([1, 'realm1', {'roles': ROLES, 'authid': 'joe', 'authmethods': ['wamp-scram'],
                                      'authextra': {'nonce': nonce, 'channel_binding': None}}])
        _, method, extra = connection.hear(4)
        expect((method, extra['kdf'], extra['iterations']), ('wamp-scram', 'pbkdf2', ITERATIONS), 'the challenge')
        message = f"n=joe,r={nonce},r={extra['nonce']},s={extra['salt']},i={ITERATIONS},c=biws,r={extra['nonce']}"
        signature = hmac.digest(STORED_KEY, message.encode(), 'sha256')
        proof = base64.b64encode(bytes(one ^ other for one, other in zip(CLIENT_KEY, signature))).decode()
        connection.say([5, proof, {'nonce': extra['nonce'], 'channel_binding': None, 'cbind_data': None}])
        expect(connection.hear(2)[2]['authid'], 'joe', 'authid')


def wait_for_silence():
    """As long as four pings to somebody who is silent on the transport that has little patience."""
    with RawSession(url=url_at('impatient')) as other:
        for _ in range(4):
            other.hear_ping()


@once
def raw_socket_is_not_pinged(router):
    """A RawSocket client that is silent is not pinged: many do not understand it. It stays."""
    where = urlsplit(url_at('impatient'))
    with socket.create_connection((where.hostname, where.port), timeout=30) as client:
        stream = client.makefile('rb')

        def ask(message):
            octets = json.dumps(message).encode()
            client.sendall(struct.pack('!I', len(octets)) + octets)
            header = stream.read(4)
            expect(header[:1], b'\0', 'the type of the frame')
            return json.loads(stream.read(int.from_bytes(header, 'big')))

        client.sendall(b'\x7f\xf1\0\0')
        expect(stream.read(4)[:1], b'\x7f', 'the handshake is answered with')
        expect(ask([1, 'realm1', {'roles': ROLES}])[0], 2, 'WELCOME')
        wait_for_silence()
        expect(ask([CALL, 1, {}, 'wamp.session.count'])[:2], [50, 1], 'RESULT')


@for_each_client
def a_silent_client_over_raw_socket(client):
    """A client that is silent over RawSocket stays: Autobahn|Python ends at a ping."""
    other = over_rawsocket(client)
    other.url = f'rs://{urlsplit(url_at("impatient")).netloc}'
    try:
        session = other.join()
        wait_for_silence()
        uri = fresh_uri()
        session.register(uri)
        expect(session.call(uri, [1])[0], [1], 'result')
    finally:
        other.end_sessions()
