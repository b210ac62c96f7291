"""Client programs, and the sessions that checks open in them.

A client program reads requests and writes answers and events, one JSON object a line:
  first it prints   {"variants": [{"name", "serializer", "can": [...], ...}]}
  request           {"id": 1, "op": "call", "session": "s1", ...}
  answer            {"id": 1, "ok": value}  {"id": 1, "error": {"uri", "args", "kwargs"}}  {"id": 1, "error": {"text"}}
  event             {"event": "event" | "invocation" | "left", "session": "s1", ...}
clients/puppet.mjs lists the operations. "can" names what not every client can:
  exclude_me (send exclude_me: false), binary, int64, floats (tells 1.0 from 1)
  timeout (of a call), cancel (a call), cancel_skip (also when the answer comes at once), chunks (send progressive invocations)
  register_options (other ones than match and invoke), yield_progress, interrupt (a callee that takes INTERRUPT)
  login (other than anonymously), scram, certificate (over TLS)
  passthru (payload passthru mode), revocation (says that it was revoked), left_reason (tells what the router's GOODBYE says)"""
import itertools
import json
import queue
import re
import subprocess
import tempfile
import threading

from .values import from_wire, to_wire

ANSWER_TIMEOUT = 30  # seconds

_numbers = itertools.count(1)


def fresh_uri():
    return f'com.example.conformance.n{next(_numbers)}'


class Failed(Exception):
    """A check failed; the text says what was expected and what came."""


class Refused(Exception):
    """The router, or the other peer, answered with a WAMP error."""

    def __init__(self, error):
        super().__init__(f"{error['uri']} {error.get('args')} {error.get('kwargs')}")
        self.uri = error['uri']
        self.args_ = from_wire(error.get('args') or [])
        self.kwargs = from_wire(error.get('kwargs') or {})


class Answer:
    """Of a request that was sent; calling it waits."""

    def __init__(self, number, wait):
        self.number = number
        self._wait = wait

    def __call__(self):
        return self._wait()


class Call:
    """On its way; calling it waits for the result, (args, kwargs)."""

    def __init__(self, session, answer):
        self.session = session
        self._answer = answer

    def __call__(self):
        answer = self._answer()
        return from_wire(answer['args']), from_wire(answer['kwargs'])

    def cancel(self, mode):
        self.session.ask('cancel', call=self._answer.number, mode=mode)()

    def send(self, args, **options):
        """One more chunk of a progressive call; the last one is sent with progress=False."""
        self.session.ask('send', call=self._answer.number, args=to_wire(args), options=options)()


class Client:
    """A running client program. Started when first used, and again after it was killed for not answering."""

    def __init__(self, command, folder):
        self.command = command
        self.folder = folder
        self.process = None
        self.sessions = {}
        self._answers = {}
        self._ids = itertools.count(1)

    def start(self):
        self._stderr = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(self.command, cwd=self.folder, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self._stderr)
        first = self.process.stdout.readline()
        if not first:
            raise Failed(f'{self.command[-1]} did not start:\n{self.last_words()}')
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        return [Variant(self, variant) for variant in json.loads(first)['variants']]

    def _read(self, process):
        for line in process.stdout:
            message = json.loads(line)
            if 'id' in message:
                answer = self._answers.pop(message['id'], None)
                if answer:
                    answer.put(message)
            else:
                session = self.sessions.get(message['session'])
                if session:
                    session.inbox.put(message)

    def request(self, op, **fields):
        """Sends a request; returns a function that waits for its answer."""
        if self.process is None:
            self.start()
        number = next(self._ids)
        answer = self._answers[number] = queue.Queue()
        self.process.stdin.write(json.dumps({'id': number, 'op': op, **fields}) + '\n')
        self.process.stdin.flush()
        return Answer(number, lambda: self._wait(op, answer))

    def _wait(self, op, answer):
        try:
            message = answer.get(timeout=ANSWER_TIMEOUT)
        except queue.Empty:
            words = self.last_words()
            self.kill()
            raise Failed(f'{op}: no answer within {ANSWER_TIMEOUT} s; client program killed. It said:\n{words}') from None
        if 'ok' in message:
            return message['ok']
        if 'uri' in message['error']:
            raise Refused(message['error'])
        raise Failed(f"{op}: {message['error']['text']}")

    def last_words(self):
        self._stderr.seek(0)
        return self._stderr.read()[-2000:]

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.sessions.clear()

    def stop(self):
        if self.process is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()


class Variant:
    """A client library with one serializer: what the checks are run for. The URLs are set by the runner."""

    url = None
    ports = {}  # of the suites' own transports, by name
    certificates = None  # the folder with ca.pem, joe.pem, joe.key, ...
    tls_url = None  # the same over TLS; None: there is none
    program = None  # wampd, for suites that start one of their own; None: they are not to

    def __init__(self, client, description):
        self.client = client
        self.name = description.pop('name')
        self.can = set(description.pop('can'))
        self._join = description
        self.at = None  # where it joins if join() is not told

    def at_port(self, how, port):
        """The same client, which connects to another port."""
        other = Variant(self.client, {'name': f'{self.name} {how}', 'can': [], **self._join})
        other.at = port
        return other

    def join(self, realm='realm1', at=None, **details):
        """Joins a realm and returns the Session; raises Refused when the router says ABORT. `at`: one of the suites' own
        transports, or a port. `auth`: {"method", "authid", "secret"}, the secret being a password, or for cryptosign a private key; for
        tls "authority", "certificate" and "key" are files."""
        session = Session(self)
        self.client.sessions[session.name] = session
        at = at or self.at
        url = re.sub(r':[0-9]+', f':{self.ports.get(at, at)}', self.url, count=1) if at else self.url
        if 'certificate' in (details.get('auth') or {}):
            url = f'wss://localhost:{self.ports[at]}/ws'
        session.id = from_wire(session.ask('join', url=url, page=self.url, realm=realm, **self._join, **details)())
        return session

    def end_sessions(self):
        for session in list(self.client.sessions.values()):
            if session.variant is self:
                session.leave()


class Session:
    def __init__(self, variant):
        self.variant = variant
        self.name = f's{next(_numbers)}'
        self.id = None
        self.inbox = queue.Queue()

    def ask(self, op, **fields):
        return self.variant.client.request(op, session=self.name, **fields)

    def _end(self, op):
        if self.variant.client.sessions.pop(self.name, None) and self.id is not None:
            return self.ask(op)()
        return None

    def leave(self):
        """Says GOODBYE and closes. Returns what the library calls this end, if it has a word for it."""
        return self._end('leave')

    def drop(self):
        """Closes the connection without a GOODBYE."""
        self._end('drop')

    def register(self, uri, does='echo', **options):
        """`does`: echo answers with the call's own args and kwargs, fail raises com.example.error.custom with them, hold
        answers when release() is called, {"answer": value} answers with that value, progress sends a progressive result for each of the args before the echo.
        Returns a handle for unregister()."""
        return self.ask('register', uri=uri, does=does, options=options)()

    def release(self):
        """Lets the oldest invocation that is held be answered."""
        self.ask('release')()

    def unregister(self, handle):
        self.ask('unregister', handle=handle)()

    def subscribe(self, uri, **options):
        return self.ask('subscribe', uri=uri, options=options)()

    def unsubscribe(self, handle):
        self.ask('unsubscribe', handle=handle)()

    def start_call(self, uri, args=(), kwargs=None, **options):
        return Call(self, self.ask('call', uri=uri, args=to_wire(args), kwargs=to_wire(kwargs or {}), options=options))

    def call(self, uri, args=(), kwargs=None, **options):
        return self.start_call(uri, args, kwargs, **options)()

    def publish(self, uri, args=(), kwargs=None, **options):
        """Acknowledged, unless told otherwise; returns the publication's id."""
        options = {'acknowledge': True, **options}
        return from_wire(self.ask('publish', uri=uri, args=to_wire(args), kwargs=to_wire(kwargs or {}), options=options)())

    def next(self, kind):
        """The next thing that reached this session: (args, kwargs) of an 'event', an 'invocation', a 'progress'; of an
        'interrupted' procedure; the reason of a 'revoked' one in args."""
        message = self._take(kind)
        return from_wire(message['args']), from_wire(message['kwargs'])

    def ended(self):
        """Waits until the router has ended this session; returns the reason, as far as the library tells it."""
        message = self._take('left')
        self.variant.client.sessions.pop(self.name, None)
        return message['reason']

    def _take(self, kind):
        try:
            message = self.inbox.get(timeout=ANSWER_TIMEOUT)
        except queue.Empty:
            raise Failed(f'{self.variant.name}: no {kind} within {ANSWER_TIMEOUT} s') from None
        if message['event'] != kind:
            raise Failed(f'{self.variant.name}: expected: {kind}, got {message}')
        return message
