"""What clients do to make a router slow for all others, or to fill its memory, each in a way of its own.

An attack takes a Crowd, and leaves its clients there: they are gone when the crowd is closed. It asserts that it was one,
by what its clients have heard. In a quick crowd there is a hundredth of most things.
"""

import json
import os
import struct
import time

from crowd import CALL, ERROR, PUBLISH, REGISTER, SUBSCRIBE, USER, YIELD, text

KIBIBYTE, MEBIBYTE = 1 << 10, 1 << 20


def expect(truth, crowd):
    assert truth, f"the clients have heard {dict(crowd.heard)}"


class Tails:
    """So many, each made when it is wanted."""

    def __init__(self, count, make):
        self.count, self.make = count, make

    def __len__(self):
        return self.count

    def __iter__(self):
        return (self.make(number) for number in range(self.count))


def time_to_live_ms(crowd):
    """Of what is retained: it goes before the next attack."""
    return 1000 if crowd.quick else 15_000


def times(count, tail):
    return Tails(count, lambda _: tail)


def modify_details(crowd):
    """100,000 keys, by 10 sessions."""
    clients = crowd.join(10)
    keys = text({f"key{i}": i for i in range(crowd.many(100_000))})
    asked = crowd.ask_all(clients, CALL, lambda n: (
        times(5, b'{},"wamp.session.modify_details",[%d,%s]' % (id_of(clients[n]), keys))))
    expect(crowd.heard["invalid_argument"] == asked, crowd)


def id_of(client):
    return int(client.last["WELCOME"].split(b",", 2)[1])


def publish_filters(crowd):
    """100,000 options exclude_..., by 10 sessions."""
    options = text({"acknowledge": True, **{f"exclude_{i}": ["x"] for i in range(crowd.many(100_000))}})
    asked = crowd.ask_all(crowd.join(10), PUBLISH, lambda _: times(5, options + b',"attack.filtered"'))
    expect(crowd.heard["invalid_argument"] == asked, crowd)


def routing_keys(crowd):
    """Keys of 15 MiB, to 100 callees of one procedure and 100 subscribers with node keys; and the longest that are taken."""
    callees = crowd.join(100)
    crowd.ask_all(callees, REGISTER, lambda _: [b'{"invoke":"random"},"attack.sharded"'])
    crowd.ask_all(callees, SUBSCRIBE, lambda n: [b'{"nkey":"node%d"},"attack.sharded"' % n])
    expect(crowd.heard["REGISTERED"] == crowd.heard["SUBSCRIBED"] == 100, crowd)
    for callee in callees:
        callee.reaction = lambda invocation: b'[%d,%d,{}]' % (YIELD, invocation)
    callers = crowd.join(4)
    key = b"k" * (15 * MEBIBYTE // (20 if crowd.quick else 1))
    asked = crowd.ask_all(callers, CALL, lambda _: times(3, b'{"runmode":"partition","rkey":"%s"},"attack.sharded"' % key))
    asked += crowd.ask_all(callers, PUBLISH, lambda _: times(3, b'{"acknowledge":true,"rkey":"%s"},"attack.sharded"' % key))
    expect(crowd.errors() == asked, crowd)
    short = crowd.many(2000)
    crowd.ask_all(callers, CALL, lambda n: Tails(short, lambda i: b'{"runmode":"partition","rkey":"%s"},"attack.sharded"'
                                           % (b"%d.%d" % (n, i)).ljust(255, b"k")))
    expect(crowd.heard["RESULT"] == 4 * short, crowd)


def exclude_lists(crowd):
    """Lists of 4.5 MB, to topics that as many subscriptions match as may be: 65,536 wildcards are tried, and 1,000 prefixes."""
    components = [(b"c%d" % i).ljust(60, b"x") for i in range(16)]
    topic = b".".join(components)
    subscribers = crowd.join(10)
    share = 65_536 // len(subscribers) // (100 if crowd.quick else 1)

    def pattern(mask):
        return b'{"match":"wildcard"},"%s"' % b".".join(b"" if mask >> i & 1 else components[i] for i in range(16))

    asked = crowd.ask_all(subscribers, SUBSCRIBE, lambda n: Tails(share, lambda i: pattern(n * share + i + 1)))
    asked += crowd.ask_all(subscribers, SUBSCRIBE, lambda n: Tails(len(topic) // 10, lambda i: (
        b'{"match":"prefix"},"%s"' % topic[:10 * i + n + 1])))
    matching = crowd.heard["SUBSCRIBED"]
    expect(matching >= len(topic) // 10 * 10 and matching + crowd.errors() == asked, crowd)
    publishers, refused = crowd.join(2), crowd.errors()
    for size in (450_000, 10_000):
        ids = text(list(range(10**9, 10**9 + size)))
        crowd.ask_all(publishers, PUBLISH, lambda _: times(5, b'{"acknowledge":true,"exclude":%s},"%s"' % (ids, topic)))
    expect(crowd.errors() - refused == crowd.heard["PUBLISHED"] == 10, crowd)
    crowd.until_heard(10 * matching, "EVENT")
    expect(crowd.heard["EVENT"] == 10 * matching, crowd)


def session_count(crowd):
    """With 500,000 roles, and with as many as are taken, by 4 sessions."""
    clients = crowd.join(4)
    for size, times_each in ((500_000, 5), (9_000, 20)):
        roles = text([f"role{i}" for i in range(size)])
        crowd.ask_all(clients, CALL, lambda _: times(times_each, b'{},"wamp.session.count",[%s]' % roles))
    expect(crowd.heard["invalid_argument"] == 20 and crowd.heard["RESULT"] == 80, crowd)


def get_retained(crowd):
    """100,000 topics, or as many as are kept, asked for by wildcards that match all, some or none of them."""
    clients = crowd.join(10)
    share, options = crowd.many(10_000), b'{"acknowledge":true,"retain":true,"_retain_ttl_ms":%d}' % time_to_live_ms(crowd)
    asked = crowd.ask_all(clients, PUBLISH, lambda n: Tails(share, lambda i: (
        options + b',"attack.kept.n%d.i%d.end",["x"]' % (n, i))))
    expect(crowd.heard["PUBLISHED"] == asked - crowd.errors() > asked / 2, crowd)
    wanted = (b"attack.kept...end", b"attack..n%d..end", b"attack.kept..i%d.end", b"attack.kept...nothing%d", b"..n%d.i1.end")
    crowd.ask_all(clients, SUBSCRIBE, lambda n: [
        b'{"match":"wildcard","get_retained":true},"%s"' % (what % (n * 20 + i) if b"%" in what else what)
        for i in range(20) for what in wanted if b"%" in what or i == 0])
    expect(crowd.heard["SUBSCRIBED"] >= 10 * 80, crowd)  # too many events at once are refused
    crowd.until_heard(share, "EVENT")
    expect(crowd.heard["EVENT"] >= share, crowd)


def patterns(crowd):
    """100,000 wildcards of up to 82 components, literal and empty ones in turn, in many shapes; and requests for them."""
    clients = crowd.join(10)
    share = crowd.many(10_000)

    def pattern(client, number):
        size = 82 - 2 * (number % 8)
        # Every second one has a shape of its own, and is refused when there are too many of these.
        shape = number if number % 2 else 0
        components = [b"" if i % 2 != (shape >> i // 2 & 1) else b"a%d" % i for i in range(size)]
        components[0] = b"n%d" % (client * share + number)
        return b'{"match":"wildcard"},"%s"' % b".".join(components)

    asked = sum(crowd.ask_all(clients, kind, lambda n: Tails(share // 2, lambda i: pattern(n, i)))
                for kind in (SUBSCRIBE, REGISTER))
    made = crowd.heard["SUBSCRIBED"] + crowd.heard["REGISTERED"]
    expect(made >= asked // 4 and made + crowd.errors() == asked, crowd)
    refused = crowd.errors()
    uri = b".".join([b"x", *(b"a%d" % i for i in range(1, 82))])
    asked = crowd.ask_all(clients, CALL, lambda _: times(crowd.many(1000), b'{},"%s"' % uri))
    expect(crowd.heard["no_such_procedure"] == asked == crowd.errors() - refused, crowd)
    asked = crowd.ask_all(clients, PUBLISH, lambda _: times(crowd.many(1000), b'{"acknowledge":true},"%s"' % uri))
    expect(crowd.heard["PUBLISHED"] == asked, crowd)


def similar_uris(crowd):
    """40,000 registrations and subscriptions that differ in what cancels out in common hashes, and a call of each."""
    clients = crowd.join(4)
    share = crowd.many(10_000)

    def uri(number):
        return b'{},"attack.%s"' % b"".join(b"Aa" if number >> i & 1 else b"BB" for i in range(16))

    for kind in (REGISTER, SUBSCRIBE):
        crowd.ask_all(clients, kind, lambda n: Tails(share, lambda i: uri(n * share + i)))
    expect(crowd.heard["REGISTERED"] == crowd.heard["SUBSCRIBED"] == 4 * share, crowd)
    for client in clients:
        client.reaction = lambda invocation: b"[%d,%d,{}]" % (YIELD, invocation)
    crowd.ask_all(clients, CALL, lambda n: Tails(share, lambda i: uri(((n + 1) % 4) * share + i)))
    expect(crowd.heard["RESULT"] == 4 * share, crowd)


def one_who_leaves(crowd):
    """One session that has 65,000 calls outstanding and owes as many, and as many of 100,000 registrations and subscriptions
    as it may have."""
    many, calls = crowd.many(100_000), crowd.many(65_000)
    leaver, other = crowd.join(2)
    crowd.ask_all([leaver], REGISTER, lambda _: [b'{},"attack.left"'])
    crowd.ask_all([other], REGISTER, lambda _: [b'{},"attack.other"'])
    other.ask(CALL, times(calls, b'{},"attack.left"'))
    leaver.ask(CALL, times(calls, b'{},"attack.other"'))
    crowd.until(lambda: crowd.heard["INVOCATION"] + crowd.errors() >= 2 * calls)
    owed = crowd.heard["INVOCATION"]
    expect(owed >= calls and owed + crowd.errors() == 2 * calls, crowd)
    asked = sum(crowd.ask_all([leaver], kind, lambda _: Tails(many, lambda i: b'{},"attack.left.%d"' % i))
                for kind in (REGISTER, SUBSCRIBE))
    made = crowd.heard["REGISTERED"] + crowd.heard["SUBSCRIBED"] - 2
    expect(made >= asked // 16, crowd)  # the bytes that are kept for a session have a bound, its calls' among them
    leaver.close()
    crowd.until(lambda: crowd.heard["INTERRUPT"] + crowd.heard["canceled"] >= owed)
    expect(crowd.heard["INTERRUPT"] + crowd.heard["canceled"] == owed, crowd)


def killed_sessions(crowd):
    """3,000, by one call."""
    victims = crowd.join(crowd.many(3000), USER)
    killer = crowd.join(1)[0]
    crowd.ask_all([killer], CALL, lambda _: [b'{},"wamp.session.kill_by_authid",["%s"]' % USER.encode()])
    expect(len(json.loads(killer.last["RESULT"])[3][0]) == len(victims), crowd)
    crowd.until_heard(len(victims), "GOODBYE")
    expect(crowd.heard["GOODBYE"] == len(victims), crowd)


def timeouts(crowd):
    """100,000 calls that time out at the same moment."""
    callee, *callers = crowd.join(3)
    crowd.ask_all([callee], REGISTER, lambda _: [b'{},"attack.late"'])
    moment = time.monotonic() + (1 if crowd.quick else 6)
    asked = crowd.ask_all(callers, CALL, lambda _: Tails(crowd.many(50_000), lambda _: (
        b'{"timeout":%d},"attack.late"' % max(1, (moment - time.monotonic()) * 1000))))
    expect(crowd.heard["timeout"] == asked and crowd.heard["INVOCATION"] == asked, crowd)


def waiting_calls(crowd):
    """Calls of 60 KiB that wait for a callee with a concurrency of one, by 20 callers: a gigabyte."""
    callee, *callers = crowd.join(21)
    crowd.ask_all([callee], REGISTER, lambda _: [b'{"concurrency":1},"attack.waiting"'])
    payload = b'["%s"]' % (b"x" * 60 * KIBIBYTE)
    for caller in callers:
        caller.ask(CALL, times(crowd.many(900), b'{},"attack.waiting",%s' % payload))
    crowd.until_said()
    crowd.until_heard(1, "INVOCATION")
    expect(crowd.heard["INVOCATION"] == 1, crowd)
    # What has been said may still have to be read.
    expect(crowd.until(lambda: crowd.errors() + crowd.heard["gone"] > 0 or crowd.held("calls") >= 5 * MEBIBYTE), crowd)


def kept_calls(crowd):
    """Calls of a megabyte that a callee, which refuses some and keeps silent about others, might pass on, by 20 callers."""
    callee, second, *callers = crowd.join(22)
    crowd.ask_all([callee, second], REGISTER, lambda _: [b'{"invoke":"roundrobin"},"attack.kept"'])
    second.reaction = lambda invocation: b'[%d,68,%d,{},"wamp.error.unavailable"]' % (ERROR, invocation)
    payload = b'["%s"]' % (b"x" * MEBIBYTE)
    for caller in callers:
        caller.ask(CALL, times(crowd.many(60), b'{},"attack.kept",%s' % payload))
    crowd.until_said()
    crowd.until_heard(10, "INVOCATION", patience_s=3)
    expect(crowd.heard["INVOCATION"] >= 10, crowd)


def testaments(crowd):
    """60 of a quarter of a megabyte, the longest that are taken, by each of 50 sessions."""
    clients = crowd.join(50)
    tail = b'{},"wamp.session.add_testament",["attack.gone",["%s"],{}]' % (b"x" * 250_000)
    crowd.ask_all(clients, CALL, lambda _: times(1 if crowd.quick else 60, tail))
    expect(crowd.heard["RESULT"] >= 50 and (crowd.heard["gone"] > 0 or crowd.held("testaments") >= 50 * 250_000), crowd)


def unfinished(clients, crowd):
    """15 of 16 MiB by each, a megabyte at a time."""
    megabyte = os.urandom(MEBIBYTE // 2).hex().encode()
    for _ in range(1 if crowd.quick else 15):
        for client in clients:
            if not client.gone:
                client.say([megabyte])
        crowd.until_said(1)


def begin(clients, size):
    for client in clients:
        client.say([struct.pack(">I", size)])


def unfinished_messages(crowd):
    clients = crowd.join(60)
    begin(clients, 16 * MEBIBYTE - 1)
    unfinished(clients, crowd)
    # What was said is in the kernel's buffers, perhaps.
    expect(crowd.until(lambda: crowd.heard["gone"] > 0 or crowd.held("input") >= 50 * MEBIBYTE), crowd)


def unfinished_hellos(crowd):
    """The same by connections that have not logged in."""
    clients = crowd.connect(60)
    begin(clients, 16 * MEBIBYTE - 1)
    unfinished(clients, crowd)
    crowd.until_heard(60, "gone")
    expect(len(clients) == crowd.heard["gone"] == 60, crowd)


def many_beginnings(crowd):
    """60 KiB of a HELLO by each of 8,000 connections."""
    number = 1200 if crowd.quick else 8000
    clients = []
    while len(clients) < number:
        more = crowd.connect(min(100, number - len(clients)))
        if not more:
            break
        begin(more, 62 * KIBIBYTE)
        for client in more:
            client.say([b"x" * 60 * KIBIBYTE])
        crowd.until_said(1)
        clients += more
    expect(len(clients) > 1000 and (crowd.heard["gone"] > 0 or crowd.held("input") >= 50 * MEBIBYTE), crowd)


def retained_events(crowd):
    """400 MiB of ppt_keyid, and then payloads of 4 KiB until no more are kept."""
    clients = crowd.join(2)
    options = b'{"acknowledge":true,"retain":true,"_retain_ttl_ms":%d' % time_to_live_ms(crowd)
    key = b"k" * MEBIBYTE
    asked = crowd.ask_all(clients, PUBLISH, lambda n: Tails(crowd.many(200), lambda i: (
        options + b',"ppt_scheme":"x_attack","ppt_keyid":"%s"},"attack.key.%d.%d",["x"]' % (key, n, i))))
    expect(crowd.heard["invalid_argument"] == asked, crowd)
    payload = b"x" * 4 * KIBIBYTE
    asked += crowd.ask_all(clients, PUBLISH, lambda n: Tails(crowd.many(20_000), lambda i: (
        options + b'},"attack.kept.%d.%d",["%s"]' % (n, i, payload))))
    expect(crowd.heard["PUBLISHED"] > 0 and crowd.heard["PUBLISHED"] + crowd.errors() == asked, crowd)


def slow_subscribers(crowd):
    """60 subscribers that stop reading, each with a topic of its own, of events of 1 KiB."""
    publisher, *subscribers = crowd.join(7 if crowd.quick else 61)
    crowd.ask_all(subscribers, SUBSCRIBE, lambda n: [b'{},"attack.slow.%d"' % n])
    expect(crowd.heard["SUBSCRIBED"] == len(subscribers), crowd)
    for subscriber in subscribers:
        subscriber.stop_reading()
    payload = b'["%s"]' % (b"x" * KIBIBYTE)
    publisher.ask(PUBLISH, (b'{},"attack.slow.%d",%s' % (which, payload)
                            for _ in range(12_000) for which in range(len(subscribers))))
    publisher.ask(PUBLISH, [b'{"acknowledge":true},"attack.slow.end"'])
    crowd.until_heard(1, "PUBLISHED")
    expect(crowd.heard["PUBLISHED"] == 1 and (crowd.heard["gone"] > 0 or crowd.held("output") > MEBIBYTE), crowd)


def slow_callers(crowd):
    """40 callers that do not read their results, 20 of a megabyte each."""
    callee, *callers = crowd.join(5 if crowd.quick else 41)
    crowd.ask_all([callee], REGISTER, lambda _: [b'{},"attack.large"'])
    payload = b"x" * MEBIBYTE
    callee.reaction = lambda invocation: b'[%d,%d,{},["%s"]]' % (YIELD, invocation, payload)
    for caller in callers:
        caller.stop_reading()
        caller.ask(CALL, times(20, b'{},"attack.large"'))
    crowd.until(lambda: crowd.heard["INVOCATION"] >= 20 * len(callers) and not crowd.talking, 3)
    expect(crowd.heard["gone"] > 0 or crowd.held("output") > MEBIBYTE * len(callers), crowd)


ATTACKS = [modify_details, publish_filters, routing_keys, exclude_lists, session_count, get_retained, patterns, similar_uris,
           one_who_leaves, killed_sessions, timeouts,
           waiting_calls, kept_calls, testaments, unfinished_messages, unfinished_hellos, many_beginnings, retained_events,
           slow_subscribers, slow_callers]
