"""The meta API: sessions, registrations and subscriptions as procedures and events tell of them; testaments."""
from runner.client import fresh_uri
from runner.raw import RawSession
from runner.suite import Skip, expect, expect_refused, for_each_client, for_each_pair, once

# Nobody but the sessions of one check is here.
REALMS = [{'name': 'meta', 'roles': [{'name': 'anonymous', 'permissions': [
    {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}]}]}]


def ask(session, procedure, *args, **kwargs):
    """The one value of the result; None if there is none."""
    result = session.call(procedure, args, kwargs)[0]
    return result[0] if result else None


@for_each_client
def sessions_are_counted_and_listed(client):
    """Sessions are counted, listed and told of."""
    first, second = client.join('meta'), client.join('meta')
    expect(ask(first, 'wamp.session.count'), 2, 'count')
    expect(ask(first, 'wamp.session.count', ['anonymous']), 2, 'count of anonymous')
    expect(ask(first, 'wamp.session.count', ['nobody']), 0, 'count of another role')
    expect(sorted(ask(second, 'wamp.session.list')), sorted([first.id, second.id]), 'list')
    details = ask(first, 'wamp.session.get', second.id)
    expect([details['session'], details['authrole'], details['authmethod']], [second.id, 'anonymous', 'anonymous'], 'details')
    second.leave()
    expect(ask(first, 'wamp.session.list'), [first.id], 'list when the other one has left')
    expect_refused('wamp.error.no_such_session', lambda: ask(first, 'wamp.session.get', second.id))


@for_each_pair
def joining_and_leaving_are_told(watcher, other):
    """on_join and on_leave tell of the other session."""
    watching = watcher.join('meta')
    watching.subscribe('wamp.session.on_join')
    watching.subscribe('wamp.session.on_leave')
    session = other.join('meta')
    details = watching.next('event')[0][0]
    expect([details['session'], details['authrole']], [session.id, 'anonymous'], 'on_join')
    session.leave()
    expect(watching.next('event')[0], [session.id, details['authid'], 'anonymous'], 'on_leave')


@for_each_pair
def a_session_is_killed(killer, victim):
    """A killed session is told why, and what it held is gone."""
    uri = fresh_uri()
    killing, dying = killer.join('meta'), victim.join('meta')
    dying.register(uri)
    killing.call('wamp.session.kill', [dying.id], {'reason': 'com.example.enough', 'message': 'go'})
    expect_refused('wamp.error.no_such_procedure', lambda: killing.call(uri))
    reason = dying.ended()
    if 'left_reason' in victim.can:
        expect(reason, 'com.example.enough', 'reason')
    expect(ask(killing, 'wamp.session.list'), [killing.id], 'list')


@for_each_client
def many_are_killed(client):
    """Killing by authrole, by authid and all spares the caller."""
    killing = client.join('meta')
    for kill in (lambda others: ask(killing, 'wamp.session.kill_by_authrole', 'anonymous'),
                 lambda others: ask(killing, 'wamp.session.kill_all')):
        others = [client.join('meta') for _ in range(3)]
        expect(kill(others), 3, 'killed')
        for other in others:
            other.ended()
    other = client.join('meta')
    authid = ask(killing, 'wamp.session.get', other.id)['authid']
    expect(ask(killing, 'wamp.session.kill_by_authid', authid), [other.id], 'killed by authid')
    other.ended()
    expect(ask(killing, 'wamp.session.count'), 1, 'count')


@for_each_client
def nobody_kills_itself(client):
    session = client.join('meta')
    expect_refused('wamp.error.no_such_session', lambda: session.call('wamp.session.kill', [session.id]))
    expect_refused('wamp.error.no_such_session', lambda: session.call('wamp.session.kill', [2**53 - 1]))


@for_each_client
def registrations_are_told_of(client):
    """Registrations are listed, looked up, matched and told of."""
    exact, prefix = fresh_uri(), fresh_uri()
    asking, callee = client.join('meta'), client.join('meta')
    callee.register(exact, invoke='roundrobin')
    callee.register(prefix, match='prefix')
    lists = ask(asking, 'wamp.registration.list')
    expect([len(lists[policy]) for policy in ('exact', 'prefix', 'wildcard')], [1, 1, 0], 'registrations by policy')
    one = ask(asking, 'wamp.registration.lookup', exact)
    expect(one, lists['exact'][0], 'lookup')
    expect(ask(asking, 'wamp.registration.lookup', prefix, {'match': 'prefix'}), lists['prefix'][0], 'lookup of a prefix')
    expect(ask(asking, 'wamp.registration.lookup', prefix), None, 'lookup with the wrong policy')
    expect(ask(asking, 'wamp.registration.match', f'{prefix}.any'), lists['prefix'][0], 'match')
    details = ask(asking, 'wamp.registration.get', one)
    expect([details[key] for key in ('id', 'uri', 'match', 'invoke')], [one, exact, 'exact', 'roundrobin'], 'get')
    expect(ask(asking, 'wamp.registration.list_callees', one), [callee.id], 'list_callees')
    expect(ask(asking, 'wamp.registration.count_callees', one), 1, 'count_callees')
    expect_refused('wamp.error.no_such_registration', lambda: ask(asking, 'wamp.registration.get', 2**53 - 1))


@for_each_pair
def registering_is_told(watcher, other):
    """The events of a registration's life."""
    uri = fresh_uri()
    watching = watcher.join('meta')
    for name in ('on_create', 'on_register', 'on_unregister', 'on_delete'):
        watching.subscribe(f'wamp.registration.{name}')
    callee = other.join('meta')
    handle = callee.register(uri)
    session, details = watching.next('event')[0]
    expect([session, details['uri'], details['match']], [callee.id, uri, 'exact'], 'on_create')
    ids = [callee.id, details['id']]
    expect(watching.next('event')[0], ids, 'on_register')
    callee.unregister(handle)
    expect([watching.next('event')[0], watching.next('event')[0]], [ids, ids], 'on_unregister and on_delete')


@for_each_client
def subscriptions_are_told_of(client):
    """Subscriptions are listed, looked up, matched and told of."""
    exact, prefix = fresh_uri(), fresh_uri()
    asking, subscriber = client.join('meta'), client.join('meta')
    subscriber.subscribe(exact)
    subscriber.subscribe(prefix, match='prefix')
    asking.subscribe(exact)
    lists = ask(asking, 'wamp.subscription.list')
    expect([len(lists[policy]) for policy in ('exact', 'prefix', 'wildcard')], [1, 1, 0], 'subscriptions by policy')
    one = ask(asking, 'wamp.subscription.lookup', exact)
    expect(one, lists['exact'][0], 'lookup')
    expect(ask(asking, 'wamp.subscription.match', f'{prefix}.any'), lists['prefix'], 'match')
    expect(ask(asking, 'wamp.subscription.match', fresh_uri()), None, 'match of nothing')
    details = ask(asking, 'wamp.subscription.get', one)
    expect([details[key] for key in ('id', 'uri', 'match')], [one, exact, 'exact'], 'get')
    expect(sorted(ask(asking, 'wamp.subscription.list_subscribers', one)), sorted([asking.id, subscriber.id]), 'subscribers')
    expect(ask(asking, 'wamp.subscription.count_subscribers', one), 2, 'count_subscribers')
    expect_refused('wamp.error.no_such_subscription', lambda: ask(asking, 'wamp.subscription.get', 2**53 - 1))


@for_each_pair
def subscribing_is_told(watcher, other):
    """The events of a subscription's life."""
    topic = fresh_uri()
    watching = watcher.join('meta')
    for name in ('on_create', 'on_subscribe', 'on_unsubscribe', 'on_delete'):
        watching.subscribe(f'wamp.subscription.{name}')
    subscriber = other.join('meta')
    handle = subscriber.subscribe(topic)
    session, details = watching.next('event')[0]
    expect([session, details['uri'], details['match']], [subscriber.id, topic, 'exact'], 'on_create')
    ids = [subscriber.id, details['id']]
    expect(watching.next('event')[0], ids, 'on_subscribe')
    subscriber.unsubscribe(handle)
    expect([watching.next('event')[0], watching.next('event')[0]], [ids, ids], 'on_unsubscribe and on_delete')


@for_each_pair
def registrations_and_subscriptions_are_revoked(remover, holder):
    """Removing a callee and a subscriber is told to those that understand it."""
    if 'python' in holder.name:
        raise Skip  # announces subscription_revocation, but takes its UNSUBSCRIBED for a protocol violation
    uri = fresh_uri()
    removing, losing = remover.join('meta'), holder.join('meta')
    losing.register(uri)
    losing.subscribe(uri)
    registration = ask(removing, 'wamp.registration.lookup', uri)
    subscription = ask(removing, 'wamp.subscription.lookup', uri)
    removing.call('wamp.registration.remove_callee', [registration, losing.id, 'com.example.moved'])
    removing.call('wamp.subscription.remove_subscriber', [subscription, losing.id, 'com.example.moved'])
    if 'revocation' in holder.can:
        expect([losing.next('revoked')[0], losing.next('revoked')[0]], [['com.example.moved']] * 2, 'reasons')
    expect_refused('wamp.error.no_such_procedure', lambda: losing.call(uri))
    expect(ask(losing, 'wamp.subscription.lookup', uri), None, 'the subscription')


def make_testaments(session, topic, scope):
    session.call('wamp.session.add_testament', [topic, [scope], {'from': session.id}], {'scope': scope})


@for_each_pair
def testaments_are_published(testator, heir):
    """Testaments are published after GOODBYE, and after a lost connection."""
    for end in ('leave', 'drop'):
        topic = fresh_uri()
        hearing, ending = heir.join('meta'), testator.join('meta')
        hearing.subscribe(topic)
        for scope in ('destroyed', 'detached'):
            make_testaments(ending, topic, scope)
        getattr(ending, end)()
        heard = sorted([hearing.next('event'), hearing.next('event')], key=lambda event: event[0])
        expect(heard, [(['destroyed'], {'from': ending.id}), (['detached'], {'from': ending.id})], f'testaments after {end}')


@for_each_client
def a_killed_process_has_its_testament_published(client):
    """The testament of a process that is killed with SIGKILL."""
    if 'browser' in client.name:
        raise Skip  # the browser would live on
    topic = fresh_uri()
    with RawSession(realm='meta') as heir:
        heir.subscribe(topic)
        ending = client.join('meta')
        make_testaments(ending, topic, 'destroyed')
        client.client.kill()
        expect(heir.hear(36)[4:], [['destroyed'], {'from': ending.id}], 'testament')


@for_each_client
def a_killed_session_has_its_testament_published(client):
    topic = fresh_uri()
    hearing, ending = client.join('meta'), client.join('meta')
    hearing.subscribe(topic)
    make_testaments(ending, topic, 'destroyed')
    hearing.call('wamp.session.kill', [ending.id])
    expect(hearing.next('event'), (['destroyed'], {'from': ending.id}), 'testament')
    ending.ended()


@for_each_client
def a_flushed_testament_is_forgotten(client):
    topic = fresh_uri()
    hearing, ending = client.join('meta'), client.join('meta')
    hearing.subscribe(topic)
    for scope in ('destroyed', 'detached'):
        make_testaments(ending, topic, scope)
    ending.call('wamp.session.flush_testaments', [], {'scope': 'detached'})
    ending.leave()
    expect(hearing.next('event')[0], ['destroyed'], 'the one that was not flushed')
    client.join('meta').publish(topic, ['end'])
    expect(hearing.next('event')[0], ['end'], 'nothing else')


@once
def replies_come_before_their_events(router):
    """REGISTERED and SUBSCRIBED come before the events that tell of them."""
    with RawSession(realm='meta') as session:
        for name in ('registration.on_create', 'registration.on_register', 'subscription.on_create', 'subscription.on_subscribe'):
            session.subscribe(f'wamp.{name}')
        for request, reply in ((64, 65), (32, 33)):
            number = session.request(request, {}, fresh_uri())
            expect(session.hear(reply)[1], number, 'the reply first')
            expect([session.hear(36)[4][0], session.hear(36)[4][0]], [session.id] * 2, 'then two events')
