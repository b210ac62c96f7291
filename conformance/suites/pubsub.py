"""Publish and subscribe: between all pairs of clients and serializers, and what one client can show."""
from runner.client import fresh_uri
from runner.suite import Skip, expect, for_each_client, for_each_pair

from suites.rpc import BIG_INTEGERS, BYTES, TEXT, VALUES


def check_event(publisher, subscriber, values):
    topic = fresh_uri()
    subscriber.subscribe(topic)
    args, kwargs = list(values), {'all': list(values), 'text': TEXT}
    publication = publisher.publish(topic, args, kwargs)
    expect(0 < publication <= 2**53, True, 'a publication id within 1..2^53')
    got_args, got_kwargs = subscriber.next('event')
    expect(got_args, args, 'args of the event')
    expect(got_kwargs, kwargs, 'kwargs of the event')


@for_each_pair
def all_kinds_of_values_pass(publisher, subscriber):
    """Values of all kinds reach the subscriber."""
    check_event(publisher.join(), subscriber.join(), VALUES)


@for_each_pair
def integers_and_bytes_pass(publisher, subscriber):
    """64-bit integers and bytes reach the subscriber."""
    common = publisher.can & subscriber.can
    values = BIG_INTEGERS * ('int64' in common) + BYTES * ('binary' in common)
    if not values:
        raise Skip
    check_event(publisher.join(), subscriber.join(), values)


@for_each_pair
def events_come_in_order(publisher, subscriber):
    """200 events, not acknowledged, come all and in order."""
    topic = fresh_uri()
    sender, receiver = publisher.join(), subscriber.join()
    receiver.subscribe(topic)
    waiting = [sender.ask('publish', uri=topic, args=[number], kwargs={}, options={}) for number in range(200)]
    expect([receiver.next('event')[0] for _ in range(200)], [[number] for number in range(200)], 'events')
    for wait in waiting:
        wait()


@for_each_client
def every_subscriber_gets_the_event(client):
    topic = fresh_uri()
    subscribers = [client.join() for _ in range(5)]
    for subscriber in subscribers:
        subscriber.subscribe(topic)
    client.join().publish(topic, ['for all'])
    expect([subscriber.next('event')[0] for subscriber in subscribers], [['for all']] * 5, 'events')


@for_each_client
def the_publisher_is_excluded(client):
    """The publisher does not get its own event."""
    topic, end = fresh_uri(), fresh_uri()
    session, other = client.join(), client.join()
    session.subscribe(topic)
    session.subscribe(end)
    session.publish(topic, ['my own'])
    other.publish(end, ['end'])  # published last: were the first one delivered, it would come before
    expect(session.next('event')[0], ['end'], 'first event')


@for_each_client
def unless_exclude_me_is_false(client):
    """With exclude_me: false it does."""
    if 'exclude_me' not in client.can:
        raise Skip
    topic = fresh_uri()
    session = client.join()
    session.subscribe(topic)
    session.publish(topic, ['my own'], {}, exclude_me=False)
    expect(session.next('event')[0], ['my own'])


@for_each_client
def unsubscribed_is_quiet(client):
    """After unsubscribing, no event comes."""
    topic, end = fresh_uri(), fresh_uri()
    subscriber, publisher = client.join(), client.join()
    handle = subscriber.subscribe(topic)
    subscriber.subscribe(end)
    publisher.publish(topic, [1])
    expect(subscriber.next('event')[0], [1])
    subscriber.unsubscribe(handle)
    publisher.publish(topic, [2])
    publisher.publish(end, ['end'])
    expect(subscriber.next('event')[0], ['end'], 'event after unsubscribing')


@for_each_client
def an_event_without_arguments(client):
    topic = fresh_uri()
    subscriber = client.join()
    subscriber.subscribe(topic)
    client.join().publish(topic)
    expect(subscriber.next('event'), ([], {}), 'event')


@for_each_pair
def an_event_is_not_for_who_is_excluded(publisher, subscriber):
    """Session ids in exclude and eligible are understood."""
    topic = fresh_uri()
    sender, receiver, other = publisher.join(), subscriber.join(), subscriber.join()
    receiver.subscribe(topic)
    other.subscribe(topic)
    sender.publish(topic, [1], {}, exclude=[receiver.id])
    sender.publish(topic, [2], {}, eligible=[receiver.id])
    sender.publish(topic, [3])
    expect([receiver.next('event')[0], receiver.next('event')[0]], [[2], [3]], 'events of one')
    expect([other.next('event')[0], other.next('event')[0]], [[1], [3]], 'events of the other')


@for_each_pair
def passthru_attributes_travel(publisher, subscriber):
    """Events in passthru mode reach the subscriber."""
    if 'passthru' not in publisher.can & subscriber.can:
        raise Skip
    topic = fresh_uri()
    receiver = subscriber.join()
    receiver.subscribe(topic)
    publisher.join().publish(topic, [1, 'two'], {'three': 3}, ppt_scheme='x_mine', ppt_serializer='native')
    expect(receiver.next('event'), ([1, 'two'], {'three': 3}), 'event')
