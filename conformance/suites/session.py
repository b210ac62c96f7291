"""Joining and leaving realms."""
from runner.client import fresh_uri
from runner.suite import Skip, expect, expect_refused, for_each_client

REALMS = [{'name': 'realm2', 'roles': [{'name': 'anonymous', 'permissions': [
    {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}]}]}]


@for_each_client
def join_and_leave(client):
    session = client.join()
    expect(0 < session.id <= 2**53, True, 'a session id within 1..2^53')
    session.leave()


@for_each_client
def leaving_is_a_clean_end(client):
    """Autobahn|JS calls leaving "closed", not "lost"."""
    if 'autobahn-js' not in client.name and 'browser-autobahn' not in client.name:
        raise Skip  # the others do not tell
    expect(client.join().leave(), 'closed', 'this end is called')


@for_each_client
def sessions_have_different_ids(client):
    ids = {client.join().id for _ in range(4)}
    expect(len(ids), 4, 'different ids')


@for_each_client
def join_again_after_leaving(client):
    first = client.join()
    first.leave()
    expect(client.join().id != first.id, True, 'another id')


@for_each_client
def what_a_dropped_session_registered_is_free_again(client):
    """After a lost connection, join again and register the same procedure."""
    uri = fresh_uri()
    first = client.join()
    first.register(uri)
    first.drop()
    second = client.join()
    second.register(uri)
    expect(client.join().call(uri, [1])[0], [1])


@for_each_client
def an_unknown_realm(client):
    """An unknown realm is answered with ABORT no_such_realm."""
    expect_refused('wamp.error.no_such_realm', lambda: client.join(realm='nowhere'))


@for_each_client
def realms_are_separate(client):
    uri = fresh_uri()
    callee = client.join()
    callee.register(uri)
    stranger = client.join(realm='realm2')
    expect_refused('wamp.error.no_such_procedure', lambda: stranger.call(uri))
    topic = fresh_uri()
    subscriber = client.join(realm='realm2')
    subscriber.subscribe(topic)
    callee.publish(topic, ['realm1'])
    stranger.publish(topic, ['realm2'])
    expect(subscriber.next('event')[0], ['realm2'])
