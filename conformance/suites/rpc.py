"""Remote procedure calls: between all pairs of clients and serializers, and what one client can show."""
from runner.client import fresh_uri
from runner.suite import Skip, expect, expect_refused, for_each_client, for_each_pair

TEXT = 'Grüße, 世界 🎉 "quoted" \\ back\nline\ttab'
VALUES = [None, True, False, 0, 1, -1, 127, 128, 255, 256, -129, 65536, 2**31, -2**31, 2**32, 2**53 - 1, -(2**53 - 1),
          1.5, -0.25, 1e300, 1e-7, '', 'a', TEXT, 'x' * 300, [], {}, [[], [{}], [None]],
          {'nested': {'deep': [1, 'zwei', {'drei': [3.5]}]}, 'Schlüssel': TEXT, '': 0}]
BIG_INTEGERS = [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]
FLOATS = [1.0, -3.0, 0.1, 1e22, 5e-324, 1.7976931348623157e308]
BYTES = [b'', b'\x00', bytes(range(256))]


def check_echo(callee, caller, values, typed=False):
    """The callee must see what was sent, and the caller must get it back."""
    uri = fresh_uri()
    callee.register(uri)
    sent_args, sent_kwargs = list(values), {'all': list(values), 'text': TEXT}
    args, kwargs = caller.call(uri, sent_args, sent_kwargs)
    seen_args, seen_kwargs = callee.next('invocation')
    expect(seen_args, sent_args, 'args at the callee', typed)
    expect(seen_kwargs, sent_kwargs, 'kwargs at the callee', typed)
    expect(args, sent_args, 'args of the result', typed)
    expect(kwargs, sent_kwargs, 'kwargs of the result', typed)


@for_each_pair
def all_kinds_of_values_pass(callee, caller):
    """Values of all kinds reach the callee and come back."""
    check_echo(callee.join(), caller.join(), VALUES)


@for_each_pair
def integers_of_64_bits_pass(callee, caller):
    """Integers of 64 bits are unchanged."""
    if 'int64' not in callee.can & caller.can:
        raise Skip
    check_echo(callee.join(), caller.join(), BIG_INTEGERS)


@for_each_pair
def floats_stay_floats(callee, caller):
    if 'floats' not in callee.can & caller.can:
        raise Skip
    check_echo(callee.join(), caller.join(), FLOATS, typed=True)


@for_each_pair
def bytes_pass(callee, caller):
    """Bytes are unchanged."""
    if 'binary' not in callee.can & caller.can:
        raise Skip
    check_echo(callee.join(), caller.join(), BYTES)


@for_each_pair
def an_application_error_passes(callee, caller):
    """The callee's error reaches the caller with its own URI, args and kwargs."""
    uri = fresh_uri()
    callee.join().register(uri, does='fail')
    error = expect_refused('com.example.error.custom', lambda: caller.join().call(uri, ['why', 7], {'text': TEXT}))
    expect(error.args_, ['why', 7], 'args of the error')
    expect(error.kwargs, {'text': TEXT}, 'kwargs of the error')


@for_each_pair
def a_registered_procedure_is_taken(holder, other):
    """Registering what another session holds is refused, until it is unregistered."""
    uri = fresh_uri()
    first, second = holder.join(), other.join()
    handle = first.register(uri)
    expect_refused('wamp.error.procedure_already_exists', lambda: second.register(uri))
    first.unregister(handle)
    second.register(uri)
    expect(first.call(uri, ['now here'])[0], ['now here'])
    expect(second.next('invocation')[0], ['now here'], 'args at the second callee')


@for_each_client
def a_call_without_any_arguments(client):
    uri = fresh_uri()
    callee, caller = client.join(), client.join()
    callee.register(uri)
    expect(caller.call(uri), ([], {}), 'result')
    expect(callee.next('invocation'), ([], {}), 'invocation')


@for_each_client
def keyword_arguments_only(client):
    uri = fresh_uri()
    callee, caller = client.join(), client.join()
    callee.register(uri)
    expect(caller.call(uri, [], {'a': 1}), ([], {'a': 1}), 'result')


@for_each_client
def no_such_procedure(client):
    expect_refused('wamp.error.no_such_procedure', lambda: client.join().call(fresh_uri(), [1]))


@for_each_client
def unregistered_is_gone(client):
    """An unregistered procedure is no_such_procedure."""
    uri = fresh_uri()
    callee, caller = client.join(), client.join()
    handle = callee.register(uri)
    expect(caller.call(uri, [1])[0], [1])
    callee.unregister(handle)
    expect_refused('wamp.error.no_such_procedure', lambda: caller.call(uri, [1]))


@for_each_client
def a_callee_may_call_itself(client):
    uri = fresh_uri()
    session = client.join()
    session.register(uri)
    expect(session.call(uri, ['me'])[0], ['me'])


@for_each_client
def many_calls_at_once(client):
    """200 calls at once, each gets its own answer."""
    uri = fresh_uri()
    client.join().register(uri)
    caller = client.join()
    waiting = [caller.start_call(uri, [number]) for number in range(200)]
    expect([result()[0] for result in waiting], [[number] for number in range(200)], 'answers')


@for_each_client
def a_large_payload(client):
    """A payload of half a megabyte."""
    uri = fresh_uri()
    client.join().register(uri)
    text = TEXT * (500_000 // len(TEXT))
    expect(client.join().call(uri, [text])[0], [text])


@for_each_client
def a_malformed_uri_is_refused(client):
    """A procedure of the wamp. namespace cannot be registered."""
    if client.name.startswith('wampy'):
        raise Skip  # refuses by itself
    expect_refused('wamp.error.invalid_uri', lambda: client.join().register('wamp.example'))
