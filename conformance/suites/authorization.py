"""What a session may do when an authorizer is asked: each library as the authorizer, and as the session it is asked about."""
import os
import subprocess
import tempfile

from runner.browser import HERE
from runner.client import fresh_uri
from runner.router import Router, free_port
from runner.suite import Skip, expect, expect_refused, for_each_client, for_each_pair, once

from suites.examples import ENVIRONMENT, TIMEOUT, back_end
from suites.readme import configuration_of, script

PAGE = os.path.join(os.path.dirname(HERE), 'docs', 'authorization.md')

EVERYTHING = {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
AUTHORIZE = 'com.example.authorize'
REALMS = [{'name': 'asked', 'roles': [
    {'name': 'anonymous', 'authorizer': AUTHORIZE},
    {'name': 'backend', 'permissions': [EVERYTHING]}]}]
TRANSPORTS = {'authorizers': {'auth': {'anonymous': {'type': 'static', 'role': 'backend'}}}}


def back_end_of(client):
    return client.join('asked', at='authorizers')


def authorizer(client, answer):
    """A session that gives this answer to all questions."""
    session = back_end_of(client)
    session.register(AUTHORIZE, does={'answer': answer})
    return session


def asked(session):
    """The next question, without the session that it is about."""
    return session.next('invocation')[0][1:]


@for_each_pair
def what_the_authorizer_allows(back, front):
    """The authorizer is told what the session wants, and it is done."""
    backend = authorizer(back, True)
    session = front.join('asked')
    uri = fresh_uri()
    session.subscribe(uri, match='prefix')
    about, *question = backend.next('invocation')[0]
    expect(question, [uri, 'subscribe', {'match': 'prefix'}], 'the question')
    expect([about['realm'], about['authrole'], about['authmethod'], about['session']],
           ['asked', 'anonymous', 'anonymous', session.id], 'the session in the question')
    session.register(uri)
    expect(asked(backend)[:2], [uri, 'register'], 'the question')
    expect(session.call(uri, [1, 'two'])[0], [1, 'two'], 'the result')
    session.next('invocation')
    expect(asked(backend)[:2], [uri, 'call'], 'the question')
    backend.publish(uri + '.topic', ['event'])
    expect(session.next('event')[0], ['event'], 'the event')
    session.publish(uri + '.topic', ['another'])
    expect(asked(backend)[:2], [uri + '.topic', 'publish'], 'the question')


@for_each_pair
def what_the_authorizer_denies(back, front):
    """Call, register, publish and subscribe are refused; the session lives on."""
    for answer in (False, {'allow': False, 'cache': False}):
        backend = authorizer(back, answer)
        session = front.join('asked')
        uri = fresh_uri()
        for action in (session.call, session.register, session.publish, session.subscribe):
            expect_refused('wamp.error.not_authorized', lambda: action(uri))
        backend.leave()


@for_each_client
def an_authorizer_that_fails(client):
    """Without a good answer everything is refused."""
    session = client.join('asked')
    expect_refused('wamp.error.authorization_failed', lambda: session.call(fresh_uri()))
    backend = back_end_of(client)
    handle = backend.register(AUTHORIZE, does='fail')
    expect_refused('wamp.error.authorization_failed', lambda: session.subscribe(fresh_uri()))
    backend.unregister(handle)
    backend.register(AUTHORIZE, does={'answer': 'yes'})
    expect_refused('wamp.error.authorization_failed', lambda: session.publish(fresh_uri()))


@for_each_client
def answers_are_kept_until_they_are_purged(client):
    backend = back_end_of(client)
    handle = backend.register(AUTHORIZE, does={'answer': {'allow': True, 'cache': True}})
    session = client.join('asked')
    uri = fresh_uri()
    session.publish(uri)
    backend.unregister(handle)
    session.publish(uri)
    expect_refused('wamp.error.authorization_failed', lambda: session.publish(fresh_uri()))
    expect(backend.call('wamp.authorization.purge', [], {'uri': uri})[0], [1], 'the number of purged answers')
    expect_refused('wamp.error.authorization_failed', lambda: session.publish(uri))


@for_each_pair
def requests_keep_their_order(back, front):
    """What is asked about, and what is known, is carried out in the order in which it was said."""
    authorizer(back, {'allow': True, 'cache': True})
    observer = back_end_of(back)
    prefix = fresh_uri()
    observer.subscribe(prefix, match='prefix')
    session = front.join('asked')
    for number in range(40):
        session.publish(f'{prefix}.{number % 4 * number}', [number], acknowledge=False)
    expect([observer.next('event')[0][0] for _ in range(40)], list(range(40)), 'events')


@once
def the_program_of_the_page(router):
    """The authorizer in docs/authorization.md decides about a client, with the page's configuration."""
    if not isinstance(router, Router):
        raise Skip
    port = free_port()
    config = configuration_of(PAGE, port)
    with tempfile.TemporaryDirectory() as folder, Router(router.program, folder, port, config) as other:
        python = script(folder, 'authorizer.py', 'python', other.url, PAGE)
        program = script(folder, 'joe.js', 'javascript', other.url, PAGE)
        with back_end('/usr/bin/python3', python):
            client = subprocess.run(['node', program], env=ENVIRONMENT, text=True, timeout=TIMEOUT,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # Behind it Autobahn|JS says that the connection was closed.
    expect(client.stdout.splitlines()[:2], ['published', 'wamp.error.not_authorized'], 'output')
