"""Event retention and event history: what comes to those who come later."""
import os
import subprocess
import tempfile

from runner.browser import HERE
from runner.client import fresh_uri
from runner.router import Router, free_port
from runner.suite import Skip, expect, expect_refused, for_each_client, for_each_pair, once

from suites.examples import ENVIRONMENT, TIMEOUT
from suites.readme import configuration_of, script

PAGE = os.path.join(os.path.dirname(HERE), 'docs', 'event-history.md')

EVERYTHING = {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
REALMS = [{
    'name': 'history',
    'roles': [{'name': 'anonymous', 'permissions': [EVERYTHING]}],
    'store': {'type': 'sqlite', 'path': 'events.db',
              'event-history': [{'uri': 'com.example.', 'match': 'prefix', 'limit': 1000}]},
}]


def skip_wampy(client):
    """Wampy.js 8 does not pass PUBLISH.Options.retain on."""
    if 'wampy' in client.name:
        raise Skip


@for_each_pair
def a_retained_event_comes_to_a_later_subscriber(publisher, subscriber):
    """A retained event comes to a later subscriber, before the live ones."""
    skip_wampy(publisher)
    topic = fresh_uri()
    sender = publisher.join()
    sender.publish(topic, ['old'], retain=True)
    sender.publish(topic, ['kept', 1, [None]], {'a': True}, retain=True)
    receiver = subscriber.join()
    receiver.subscribe(topic, get_retained=True)
    sender.publish(topic, ['live'])
    expect(receiver.next('event'), (['kept', 1, [None]], {'a': True}), 'the retained event')
    expect(receiver.next('event')[0], ['live'], 'the live event')


@for_each_client
def who_does_not_ask_gets_no_retained_event(client):
    skip_wampy(client)
    topic = fresh_uri()
    sender = client.join()
    sender.publish(topic, ['kept'], retain=True)
    receiver = client.join()
    receiver.subscribe(topic)
    sender.publish(topic, ['live'])
    expect(receiver.next('event')[0], ['live'], 'the first event')


@for_each_client
def a_pattern_brings_all_retained_events_that_match(client):
    skip_wampy(client)
    prefix = fresh_uri()
    sender = client.join()
    for name in 'abc':
        sender.publish(f'{prefix}.{name}', [name], retain=True)
    receiver = client.join()
    receiver.subscribe(f'{prefix}.', match='prefix', get_retained=True)
    expect(sorted(receiver.next('event')[0][0] for _ in range(3)), ['a', 'b', 'c'], 'events')


def history_of(session, topic, **filters):
    subscription = session.call('wamp.subscription.lookup', ['com.example.', {'match': 'prefix'}])[0][0]
    return session.call('wamp.subscription.get_events', [subscription], {'topic': topic, **filters})


@for_each_pair
def the_history_tells_what_was_published(publisher, reader):
    """wamp.subscription.get_events tells what was published before anybody subscribed."""
    topic = fresh_uri()
    sender = publisher.join('history')
    ids = [sender.publish(topic, [number], {'k': 'v'}) for number in range(5)]
    session = reader.join('history')
    events, about = history_of(session, topic)
    expect([event['args'] for event in events], [[number] for number in range(5)], 'args')
    expect([event['kwargs'] for event in events], [{'k': 'v'}] * 5, 'kwargs')
    expect([event['publication'] for event in events], ids, 'publication ids')
    expect({event['details']['topic'] for event in events}, {topic}, 'topics')
    expect(about['has_more'], False, 'has_more')
    events, about = history_of(session, topic, limit=2, reverse=True, before_publication=ids[3])
    expect([event['args'][0] for event in events], [2, 1], 'the page before the fourth')
    expect(about['has_more'], True, 'has_more')


@for_each_client
def wrong_questions_are_refused(client):
    session = client.join('history')
    expect_refused('wamp.error.no_such_subscription', lambda: session.call('wamp.subscription.get_events', [2**50]))
    expect_refused('wamp.error.invalid_argument', lambda: session.call('wamp.subscription.get_events', ['x']))
    expect_refused('wamp.error.invalid_argument', lambda: history_of(session, 'com.x', from_time='yesterday'))


@for_each_client
def a_replay_comes_before_the_live_events(client):
    """SUBSCRIBE with _replay brings the newest events of the history, then the live ones."""
    if 'autobahn-js' not in client.name and 'browser-autobahn' not in client.name:
        raise Skip  # the others pass no options on that they do not know
    prefix = fresh_uri()
    sender = client.join('history')
    for number in range(4):
        sender.publish(f'{prefix}.{number}', [number])
    receiver = client.join('history')
    receiver.subscribe('com.example.', match='prefix', _replay={'limit': 2})
    sender.publish(f'{prefix}.live', ['live'])
    expect([receiver.next('event')[0][0] for _ in range(3)], [2, 3, 'live'], 'events')


@once
def the_program_of_the_page(router):
    """The program in docs/event-history.md prints what the page says, with the page's configuration."""
    if not isinstance(router, Router):
        raise Skip
    port = free_port()
    config = configuration_of(PAGE, port)
    with tempfile.TemporaryDirectory() as folder, Router(router.program, folder, port, config) as other:
        program = script(folder, 'history.js', 'javascript', other.url, PAGE)
        client = subprocess.run(['node', program], env=ENVIRONMENT, text=True, timeout=TIMEOUT,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with open(PAGE) as page:
        wanted = page.read().split('\nprints\n\n```\n')[1].split('```')[0]
    # Behind it Autobahn|JS says that the connections were closed.
    expect(client.stdout[:len(wanted)], wanted, 'output')
