"""Request ids: what the specification demands, in a realm that asks for it, and what clients in use do, in any other."""
from runner.client import fresh_uri
from runner.raw import RawSession
from runner.suite import expect, once

STRICT = 'sequential'
REALMS = [{'name': STRICT, 'request_ids': 'sequential', 'roles': [{'name': 'anonymous', 'permissions': [
    {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}]}]}]
CHUNKS = ['progressive_call_invocations', 'progressive_call_results', 'call_canceling']
CALL, SUBSCRIBE, REGISTER, PUBLISH = 48, 32, 64, 16


def ask(session, number):
    """A call with this id, and its answer."""
    session.say([CALL, number, {}, 'wamp.session.count'])
    expect(session.hear(50)[1], number, 'the id of the RESULT')


def breaks_the_protocol(session, *message):
    session.say(list(message))
    expect(session.hear(3)[2], 'wamp.error.protocol_violation', 'the reason of ABORT')


def a_held_call(callee, caller, number, **options):
    """A call with this id that is not answered yet; returns its procedure and the id of its invocation."""
    uri = fresh_uri()
    callee.register(uri)
    caller.say([CALL, number, options, uri])
    return uri, callee.hear(68)[1]


@once
def ids_in_order_over_all_kinds(router):
    """1, 2, 3 and so on over all kinds of requests, as the specification demands."""
    with RawSession(realm=STRICT) as session:
        uri = fresh_uri()
        session.say([SUBSCRIBE, 1, {}, uri])
        subscription = session.hear(33)[2]
        session.say([REGISTER, 2, {}, uri])
        registration = session.hear(65)[2]
        session.say([PUBLISH, 3, {}, uri])  # is not answered, and counts
        ask(session, 4)
        session.say([PUBLISH, 5, {'acknowledge': True}, uri])
        expect(session.hear(17)[1], 5, 'PUBLISHED')
        session.say([34, 6, subscription])
        expect(session.hear(35), [35, 6], 'UNSUBSCRIBED')
        session.say([66, 7, registration])
        expect(session.hear(67), [67, 7], 'UNREGISTERED')


@once
def strict_ids_begin_at_1(router):
    """In a strict realm, a session that begins at 2 ends."""
    with RawSession(realm=STRICT) as session:
        breaks_the_protocol(session, CALL, 2, {}, 'wamp.session.count')


@once
def strict_ids_have_no_gap(router):
    """In a strict realm, an id that leaves one out ends the session."""
    with RawSession(realm=STRICT) as session:
        ask(session, 1)
        breaks_the_protocol(session, SUBSCRIBE, 3, {}, fresh_uri())


@once
def strict_ids_are_used_once(router):
    """In a strict realm, an id that was used ends the session, also by a request of another kind."""
    with RawSession(realm=STRICT) as session:
        ask(session, 1)
        breaks_the_protocol(session, REGISTER, 1, {}, fresh_uri())


@once
def strict_ids_begin_anew(router):
    """In a strict realm, each session counts from 1, on the same connection too."""
    with RawSession(realm=STRICT) as session:
        ask(session, 1)
        session.leave()
        session.join(STRICT)
        ask(session, 1)
        session.leave()
        session.join(STRICT)
        breaks_the_protocol(session, CALL, 2, {}, 'wamp.session.count')


@once
def strict_chunks_have_the_id_of_their_call(router):
    """In a strict realm, the chunks of a call have its id; after the last one it ends the session."""
    with RawSession(CHUNKS, STRICT) as callee, RawSession(CHUNKS, STRICT) as caller:
        uri, _ = a_held_call(callee, caller, 1, progress=True)
        caller.say([CALL, 1, {}, uri, ['last']])
        expect(callee.hear(68)[4], ['last'], 'the last chunk')
        breaks_the_protocol(caller, CALL, 1, {}, uri)


@once
def ids_that_are_none(router):
    """0, 2^53 + 1, a fraction and a string are no ids, in any realm."""
    for realm in (STRICT, 'realm1'):
        for number in (0, 2**53 + 1, -1, 1.5, '1'):
            with RawSession(realm=realm) as session:
                breaks_the_protocol(session, CALL, number, {}, 'wamp.session.count')


@once
def ids_in_any_order(router):
    """Random ids, ids that go down, and one that was answered already are taken by default."""
    with RawSession() as session:
        for number in (334, 333, 8_207_519_301_774, 2**53, 1, 1, 334):
            ask(session, number)


@once
def ids_of_each_kind(router):
    """Requests of different kinds may have the same id, as with clients that count each kind."""
    uri = fresh_uri()
    with RawSession() as callee, RawSession() as caller:
        _, invocation = a_held_call(callee, caller, 1)
        caller.say([SUBSCRIBE, 1, {}, uri])
        expect(caller.hear(33)[1], 1, 'SUBSCRIBED')
        caller.say([REGISTER, 1, {}, uri])
        expect(caller.hear(65)[1], 1, 'REGISTERED')
        caller.say([PUBLISH, 1, {'acknowledge': True}, uri])
        expect(caller.hear(17)[1], 1, 'PUBLISHED')
        callee.say([70, invocation, {}, ['done']])
        expect(caller.hear(50), [50, 1, {}, ['done']], 'the call')


@once
def an_id_in_use(router):
    """A call with the id of one that waits for its answer gets an ERROR; the first one, and the session, go on."""
    with RawSession() as callee, RawSession() as caller:
        uri, invocation = a_held_call(callee, caller, 7)
        caller.say([CALL, 7, {}, uri])
        expect(caller.hear(8)[1:5], [CALL, 7, {}, 'wamp.error.invalid_argument'], 'the second')
        callee.say([70, invocation, {}, ['done']])
        expect(caller.hear(50), [50, 7, {}, ['done']], 'the first')
        ask(caller, 7)


@once
def ids_after_joining_again(router):
    """Who joins again on the same connection may go on counting, or begin anew."""
    with RawSession() as session:
        ask(session, 1)
        ask(session, 2)
        session.leave()
        session.join()
        ask(session, 3)
        ask(session, 1)


@once
def an_id_in_use_when_the_session_ends(router):
    """The id of a call that a GOODBYE left without an answer is free in the next session on the connection."""
    with RawSession() as callee, RawSession() as caller:
        _, invocation = a_held_call(callee, caller, 1)
        caller.leave()
        callee.say([70, invocation, {}, ['late']])
        caller.join()
        ask(caller, 1)
