#!/usr/bin/python3
"""Autobahn|Python (asyncio), carrying out the runner's requests: see puppet.mjs, whose Python twin this is.

Run with Debian's own Python, that python3-autobahn belongs to."""
import asyncio
import json
import logging
import os
import ssl
import sys

from autobahn.asyncio.rawsocket import WampRawSocketClientProtocol
from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.auth import compute_wcs, create_authenticator, derive_key
from autobahn.wamp.cryptosign import CryptosignKey
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import CallOptions, CallResult, PublishOptions, RegisterOptions, SubscribeOptions

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from runner.values import from_wire, to_wire  # noqa: E402

SERIALIZERS = {'json': JsonSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}
# Autobahn 22.7 asks its RawSocket transport for this when it is welcomed, and has forgotten to make it.
WampRawSocketClientProtocol.transport_details = property(lambda protocol: protocol._transport_details)
CAN = ['exclude_me', 'binary', 'int64', 'floats', 'cancel', 'cancel_skip', 'interrupt', 'timeout', 'yield_progress',
       'register_options', 'left_reason', 'login', 'scram', 'certificate']


def emit(message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


class Session(ApplicationSession):
    """Tells the futures in its config.extra that it has joined, or why not."""

    def onConnect(self):
        self.auth = self.config.extra['auth']
        if not self.auth:
            return super().onConnect()
        method, authid, secret = self.auth['method'], self.auth.get('authid'), self.auth['secret']
        authextra = {}
        if method == 'cryptosign':
            self.key = CryptosignKey.from_bytes(bytes.fromhex(secret))
            authextra = {'pubkey': self.key.public_key()}
        if method == 'scram':
            self.scram = create_authenticator('scram', authid=authid, password=secret)
            authextra = self.scram.authextra
        self.join(self.config.realm, authmethods=[method], authid=authid, authextra=authextra)

    def onChallenge(self, challenge):
        secret, extra = self.auth['secret'], challenge.extra
        if challenge.method == 'wampcra':
            key = secret.encode()
            if 'salt' in extra:
                key = derive_key(secret, extra['salt'], extra['iterations'], extra['keylen'])
            return compute_wcs(key, extra['challenge'].encode()).decode()
        if challenge.method == 'cryptosign':
            return self.key.sign_challenge(challenge)
        if challenge.method == 'scram':
            return self.scram.on_challenge(self, challenge).decode()
        return secret

    def onWelcome(self, welcome):
        # Whether the router knows the password too.
        return self.scram.on_welcome(self, welcome.authextra) if hasattr(self, 'scram') else None

    def onJoin(self, details):
        self.config.extra['joined'].set_result(details.session)

    def onLeave(self, details):
        if not self.config.extra['joined'].done():
            self.config.extra['joined'].set_exception(ApplicationError(details.reason, details.message))
        self.reason = details.reason
        self.disconnect()

    def onDisconnect(self):
        self.config.extra['gone'].set_result(getattr(self, 'reason', 'closed'))


class Puppet:
    def __init__(self):
        self.sessions = {}
        self.handles = {}
        self.calls = {}
        self.held = []  # (session, future): invocations that wait to be answered, the oldest first
        self.leaving = set()

    async def join(self, session, url, realm, serializer, auth=None, **_):
        """`url`: ws://HOST:PORT/PATH or rs://HOST:PORT, `serializer`: "json", "json.batched", ..."""
        serializer, _, batched = serializer.partition('.')
        loop = asyncio.get_running_loop()
        extra = {'joined': loop.create_future(), 'gone': loop.create_future(), 'auth': auth}
        tls = None
        if auth and 'certificate' in auth:
            tls = ssl.create_default_context(cafile=auth['authority'])
            tls.load_cert_chain(auth['certificate'], auth['key'])
        runner = ApplicationRunner(url, realm, extra, ssl=tls, serializers=[SERIALIZERS[serializer](batched=bool(batched))])
        made = []

        def make(config):
            made.append(Session(config))
            return made[0]

        _, connection = await runner.run(make, start_loop=False)
        await asyncio.wait([extra['joined'], connection.is_closed], return_when=asyncio.FIRST_COMPLETED)
        if not extra['joined'].done():
            raise ConnectionError('the connection was closed before WELCOME')
        session_id = extra['joined'].result()
        self.sessions[session] = made[0]
        extra['gone'].add_done_callback(lambda gone: self.tell_if_lost(session, gone.result()))
        return session_id

    def tell_if_lost(self, session, reason):
        if session not in self.leaving:
            emit({'event': 'left', 'session': session, 'reason': reason})

    async def leave(self, session):
        self.leaving.add(session)
        one = self.sessions.pop(session)
        one.leave()
        await one.config.extra['gone']

    async def drop(self, session):
        self.leaving.add(session)
        one = self.sessions.pop(session)
        one._transport.transport.abort()
        await one.config.extra['gone']

    async def register(self, session, uri, does, options):
        async def procedure(*args, details, **kwargs):
            emit({'event': 'invocation', 'session': session, 'uri': uri, 'args': to_wire(list(args)), 'kwargs': to_wire(kwargs)})
            if isinstance(does, dict):
                return does['answer']
            if does == 'fail':
                raise ApplicationError('com.example.error.custom', *args, **kwargs)
            if does == 'hold':
                await self.hold(session)
            if does == 'progress' and details.progress:
                for arg in args:
                    details.progress(arg, **kwargs)
            return CallResult(*args, **kwargs)

        options = RegisterOptions(details_arg='details', **options)
        made = await self.sessions[session].register(procedure, uri, options=options)
        return self.add_handle(made.unregister)

    async def subscribe(self, session, uri, options):
        def on_event(*args, **kwargs):
            emit({'event': 'event', 'session': session, 'uri': uri, 'args': to_wire(list(args)), 'kwargs': to_wire(kwargs)})

        made = await self.sessions[session].subscribe(on_event, uri, options=SubscribeOptions(**options))
        return self.add_handle(made.unsubscribe)

    def add_handle(self, undo):
        self.handles[len(self.handles) + 1] = undo
        return len(self.handles)

    async def unregister(self, handle, **_):
        await self.handles[handle]()

    async def unsubscribe(self, handle, **_):
        await self.handles[handle]()

    async def hold(self, session):
        waiting = asyncio.get_running_loop().create_future()
        self.held.append((session, waiting))
        try:
            await waiting
        except asyncio.CancelledError:
            self.held.remove((session, waiting))
            emit({'event': 'interrupted', 'session': session, 'args': [], 'kwargs': {}})
            raise ApplicationError('com.example.error.interrupted') from None

    async def release(self, session):
        oldest = next(one for one in self.held if one[0] == session)
        self.held.remove(oldest)
        oldest[1].set_result(None)

    async def call(self, session, uri, args, kwargs, options, number):
        def payload(result):
            return {'args': to_wire(list(result.results)), 'kwargs': to_wire(result.kwresults)}

        def on_progress(result):
            emit({'event': 'progress', 'session': session, 'uri': uri, **payload(result)})

        # With `details`, the answer is a CallResult always.
        progress = on_progress if options.pop('receive_progress', False) else None
        options = CallOptions(details=True, on_progress=progress, **options)
        call = self.calls[number] = self.sessions[session].call(uri, *from_wire(args), options=options, **from_wire(kwargs))
        try:
            return payload(await call)
        except asyncio.CancelledError:  # the library's own: it does not wait for the router's answer
            raise ApplicationError(ApplicationError.CANCELED) from None
        finally:
            del self.calls[number]

    async def cancel(self, call, **_):
        self.calls[call].cancel()

    async def publish(self, session, uri, args, kwargs, options):
        made = self.sessions[session].publish(uri, *from_wire(args), options=PublishOptions(**options), **from_wire(kwargs))
        return (await made).id if made is not None else None

    async def carry_out(self, id, op, **request):
        try:
            if op == 'call':
                request['number'] = id
            emit({'id': id, 'ok': await getattr(self, op)(**request)})
        except ApplicationError as error:
            emit({'id': id, 'error': {'uri': error.error, 'args': to_wire(list(error.args)), 'kwargs': to_wire(error.kwargs)}})
        except Exception as error:  # whatever a library throws is for the runner to show
            emit({'id': id, 'error': {'text': repr(error)}})


async def main():
    puppet = Puppet()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    emit({'variants': [{'name': f'autobahn-python/{name}', 'serializer': name, 'can': CAN} for name in SERIALIZERS]})
    running = set()
    while line := await reader.readline():
        task = asyncio.ensure_future(puppet.carry_out(**json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)


logging.basicConfig(level=logging.WARNING)
asyncio.run(main())
