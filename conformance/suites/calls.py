"""Remote procedure calls of the advanced profile: canceling, timeouts, progress, concurrency, revocation, passthru."""
from runner.client import fresh_uri
from runner.raw import RawSession
from runner.suite import Skip, expect, expect_refused, for_each_client, for_each_pair, once

REALMS = [{'name': 'forceful', 'roles': [{'name': 'anonymous', 'permissions': [
    {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True,
                                             'force_reregister': True}}]}]}]
CHUNKS = ['progressive_call_invocations', 'progressive_call_results', 'call_canceling']


def needs(client, *abilities):
    if not client.can.issuperset(abilities):
        raise Skip


def both(caller, callee, **options):
    """Sessions of both, and the URI of a procedure that holds its calls."""
    uri = fresh_uri()
    answering, asking = callee.join(), caller.join()
    answering.register(uri, does='hold', **options)
    return asking, answering, uri


def expect_still_good(session):
    """The session was not harmed by what came before."""
    uri = fresh_uri()
    session.register(uri)
    expect(session.call(uri, ['good'])[0], ['good'], 'a call afterwards')


@for_each_pair
def a_call_is_killed(caller, callee):
    """A call is canceled with mode kill, and both sessions go on."""
    needs(caller, 'cancel')
    asking, answering, uri = both(caller, callee)
    call = asking.start_call(uri, [1])
    answering.next('invocation')
    call.cancel('kill')
    asked_callee = 'interrupt' in callee.can and 'python' not in caller.name  # which cannot say a mode
    expect_refused('com.example.error.interrupted' if asked_callee else 'wamp.error.canceled', call)
    if asked_callee:
        answering.next('interrupted')
    expect_still_good(asking)
    expect_still_good(answering)


@for_each_pair
def a_call_is_canceled_at_once(caller, callee):
    """A call is canceled with mode killnowait, and with mode skip."""
    needs(caller, 'cancel_skip')
    for mode in ('killnowait', 'skip'):
        asking, answering, uri = both(caller, callee)
        call = asking.start_call(uri, [1])
        answering.next('invocation')
        call.cancel(mode)
        expect_refused('wamp.error.canceled', call)
        if 'interrupt' in callee.can and mode == 'killnowait' and 'python' not in caller.name:
            answering.next('interrupted')
        else:
            # Autobahn|Python does not wait for the router, and takes no answer that crosses its CANCEL: let the CANCEL arrive.
            asking.call('wamp.session.count')
            answering.release()  # its answer comes late, and is nobody's
        expect_still_good(asking)
        answering.leave()


@for_each_pair
def a_call_times_out(caller, callee):
    """A call that takes too long ends with a timeout, and both sessions go on."""
    needs(caller, 'timeout')
    asking, answering, uri = both(caller, callee)
    call = asking.start_call(uri, [1], timeout=50)
    answering.next('invocation')
    expect_refused('wamp.error.timeout', call)
    if 'interrupt' in callee.can:
        answering.next('interrupted')
    else:
        answering.release()
    expect_still_good(asking)
    expect_still_good(answering)


@for_each_pair
def a_call_in_time_is_answered(caller, callee):
    needs(caller, 'timeout')
    uri = fresh_uri()
    callee.join().register(uri)
    expect(caller.join().call(uri, ['quick'], {}, timeout=30_000)[0], ['quick'])


@for_each_pair
def progressive_results_come_in_order(caller, callee):
    needs(callee, 'yield_progress')
    uri = fresh_uri()
    callee.join().register(uri, does='progress')
    asking = caller.join()
    call = asking.start_call(uri, list(range(50)), {'k': 'v'}, receive_progress=True)
    expect([asking.next('progress') for _ in range(50)], [([number], {'k': 'v'}) for number in range(50)], 'progress')
    expect(call()[0], list(range(50)), 'the final result')


@for_each_pair
def no_progress_for_who_does_not_ask(caller, callee):
    """A caller that does not ask for progressive results gets none."""
    uri = fresh_uri()
    callee.join().register(uri, does='progress')
    asking = caller.join()
    expect(asking.call(uri, [1, 2, 3])[0], [1, 2, 3], 'the result')
    expect(asking.inbox.empty(), True, 'no progress')


@for_each_client
def a_busy_callee_gets_its_calls_one_by_one(client):
    """With concurrency 1, the second call waits until the first one is answered."""
    needs(client, 'register_options')
    asking, answering, uri = both(client, client, concurrency=1)
    calls = [asking.start_call(uri, [number]) for number in range(3)]
    for number, call in enumerate(calls):
        expect(answering.next('invocation')[0], [number], 'invocation')
        expect(answering.inbox.empty(), True, 'nothing else at the callee')
        answering.release()
        expect(call()[0], [number], 'result')


@for_each_pair
def a_shared_procedure_takes_the_free_callee(one, other):
    """With concurrency 1 and two callees, two calls run at once."""
    needs(one, 'register_options')
    needs(other, 'register_options')
    asking, first, uri = both(one, one, concurrency=1, invoke='roundrobin')
    second = other.join()
    second.register(uri, does='hold', concurrency=1, invoke='roundrobin')
    calls = [asking.start_call(uri, [number]) for number in range(3)]
    expect([first.next('invocation')[0], second.next('invocation')[0]], [[0], [1]], 'the first two')
    second.release()
    expect(calls[1]()[0], [1], 'result')
    expect(second.next('invocation')[0], [2], 'the third goes to who is free')
    first.release()
    second.release()
    expect([calls[0]()[0], calls[2]()[0]], [[0], [2]], 'results')


@for_each_pair
def a_registration_is_taken_by_force(holder, taker):
    """force_reregister takes the registration; its holder is told and goes on."""
    needs(taker, 'register_options')
    uri = fresh_uri()
    first, second = holder.join('forceful'), taker.join('forceful')
    first.register(uri)
    second.register(uri, force_reregister=True)
    if 'revocation' in holder.can:
        expect(first.next('revoked')[0], ['wamp.registration.replaced'], 'reason')
    expect(first.call(uri, ['whose?'])[0], ['whose?'])
    expect(second.next('invocation')[0], ['whose?'], 'the call went to')
    expect_still_good(first)


@for_each_client
def force_needs_a_permission(client):
    """force_reregister is refused to a role that may not do it."""
    needs(client, 'register_options')
    uri = fresh_uri()
    client.join().register(uri)
    expect_refused('wamp.error.not_authorized', lambda: client.join().register(uri, force_reregister=True))


@for_each_client
def a_sharded_procedure_goes_by_its_key(client):
    """Calls with the same rkey go to the same callee."""
    if 'autobahn-js' not in client.name and 'browser' not in client.name:
        raise Skip  # the others cannot say rkey
    uri = fresh_uri()
    callees = [client.join() for _ in range(4)]
    for callee in callees:
        callee.register(uri, invoke='roundrobin')
    caller = client.join()
    for key in ('north', 'south', 'east', 'west'):
        for _ in range(3):
            caller.call(uri, [key], {}, runmode='partition', rkey=key)
    seen = [sorted({callee.next('invocation')[0][0] for _ in range(callee.inbox.qsize())}) for callee in callees]
    expect(sorted(sum(seen, [])), ['east', 'north', 'south', 'west'], 'each key at one callee')


@for_each_pair
def passthru_attributes_travel(caller, callee):
    """Payloads in passthru mode reach the callee and come back."""
    needs(caller, 'passthru')
    needs(callee, 'passthru')
    uri = fresh_uri()
    answering = callee.join()
    answering.register(uri, yield_options={'ppt_scheme': 'x_mine', 'ppt_serializer': 'native'})
    result = caller.join().call(uri, [1, 'two'], {'three': 3}, ppt_scheme='x_mine', ppt_serializer='native')
    expect(answering.next('invocation'), ([1, 'two'], {'three': 3}), 'invocation')
    expect(result, ([1, 'two'], {'three': 3}), 'result')


@for_each_pair
def passthru_needs_a_callee_that_knows_it(caller, callee):
    """A call in passthru mode to a callee that does not know it is refused."""
    needs(caller, 'passthru')
    if 'passthru' in callee.can:
        raise Skip
    uri = fresh_uri()
    callee.join().register(uri)
    expect_refused('wamp.error.feature_not_supported', lambda: caller.join().call(uri, [1], {}, ppt_scheme='x_mine'))


@for_each_client
def chunks_need_a_callee_that_knows_them(client):
    """A progressive call to a callee that does not know them is refused."""
    needs(client, 'chunks')
    uri = fresh_uri()
    client.join().register(uri)
    caller = client.join()
    expect_refused('wamp.error.feature_not_supported', caller.start_call(uri, [1], progress=True))
    expect_still_good(caller)


@for_each_client
def chunks_and_results_go_both_ways(client):
    """Chunks and results of one call go both ways, to a callee by hand."""
    needs(client, 'chunks')
    uri = fresh_uri()
    with RawSession(CHUNKS) as callee:
        registration = callee.register(uri)
        caller = client.join()
        call = caller.start_call(uri, [1], progress=True, receive_progress=True)
        first = callee.hear(68)
        expect(first[2:], [registration, {'progress': True, 'receive_progress': True}, [1], {}], 'the first chunk')
        callee.say([70, first[1], {'progress': True}, ['one']])
        expect(caller.next('progress'), (['one'], {}), 'an answer between')
        call.send([2], progress=True)
        expect(callee.hear(68)[1:], [first[1], registration, {'progress': True, 'receive_progress': True}, [2]], 'the second')
        call.send([3], progress=False)
        expect(callee.hear(68)[1:], [first[1], registration, {'receive_progress': True}, [3]], 'the last')
        callee.say([70, first[1], {}, [6]])
        expect(call(), ([6], {}), 'the result')
        expect_still_good(caller)


@once
def a_call_is_rerouted(router):
    """A call that one callee is unavailable for goes to the next."""
    uri = fresh_uri()
    with RawSession(['call_reroute']) as first, RawSession(['call_reroute']) as second, RawSession() as caller:
        first.register(uri, invoke='first')
        second.register(uri, invoke='first')
        call = caller.request(48, {}, uri, ['payload'])
        first.say([8, 68, first.hear(68)[1], {}, 'wamp.error.unavailable'])
        invocation = second.hear(68)
        expect(invocation[4], ['payload'], 'at the second')
        second.say([70, invocation[1], {}, ['done']])
        expect(caller.hear(50), [50, call, {}, ['done']], 'the result')
        caller.request(48, {}, uri)
        for callee in (first, second):
            callee.say([8, 68, callee.hear(68)[1], {}, 'wamp.error.unavailable'])
        expect(caller.hear(8)[4], 'wamp.error.no_available_callee', 'when nobody is left')


@once
def a_callee_looks_after_the_timeout(router):
    """A callee that asks for it with forward_timeout is told the timeout."""
    uri = fresh_uri()
    with RawSession(['call_timeout']) as callee, RawSession() as caller:
        callee.register(uri, forward_timeout=True)
        call = caller.request(48, {'timeout': 30_000}, uri)
        invocation = callee.hear(68)
        expect(29_000 < invocation[3]['timeout'] <= 30_000, True, 'the rest of the timeout')
        callee.say([8, 68, invocation[1], {}, 'wamp.error.timeout'])
        expect(caller.hear(8)[1:5], [48, call, {}, 'wamp.error.timeout'], 'the error')


@once
def a_caller_is_disclosed_to_who_asks(router):
    """A callee that asks for it with disclose_caller is told who calls."""
    uri = fresh_uri()
    with RawSession() as callee, RawSession() as caller:
        callee.register(uri, disclose_caller=True)
        caller.request(48, {}, uri)
        details = callee.hear(68)[3]
        expect([details['caller'], details['caller_authrole']], [caller.id, 'anonymous'], 'the caller')


@once
def chunks_that_were_not_announced_end_the_session(router):
    """A progressive call of a caller that did not announce them ends its session."""
    with RawSession() as caller:
        caller.request(48, {'progress': True}, fresh_uri())
        expect(caller.hear(3)[2], 'wamp.error.protocol_violation', 'the reason of ABORT')
