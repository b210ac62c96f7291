"""The client of the command line: ls, top, tap, explain and kill, and what their options do.

usage: views_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import re
import subprocess
import sys
import threading
import unittest

sys.dont_write_bytecode = True
from command_line import JOE, CommandLine  # noqa: E402
from fake_router import CALL, ERROR, GOODBYE, RESULT  # noqa: E402
from router import read_until, until  # noqa: E402


class Views(CommandLine):
    def listed(self, what, *words, key):
        return [row[key] for row in self.lines_of("ls", what, *words)]

    def tap(self, *words):
        """One that taps already; what it says on its standard error is of no use any more."""
        tap = self.begin("tap", *words, "-v", ready=r"< \[33,")
        threading.Thread(target=tap.stderr.read, daemon=True).start()
        return tap

    def tapped(self, tap):
        status, output = self.end(tap, 0)
        self.assertEqual(status, 0)
        return [json.loads(line) for line in output.splitlines()]

    def test_ls_topics_lists_what_is_subscribed_to_and_what_is_published_to(self):
        self.begin("subscribe", "com.example.topics.a", "com.example.topics.b", ready="(?s)subscribed.*subscribed")
        self.run_it("publish", "com.example.topics.b")
        self.run_it("publish", "com.example.topics.c")
        rows = self.lines_of("ls", "topics", "--filter", "com.example.topics.")
        self.assertEqual([(row["topic"], row["publications"], row.get("subscribers")) for row in rows],
                         [("com.example.topics.a", 0, 1), ("com.example.topics.b", 1, 1), ("com.example.topics.c", 1, None)])

    def test_ls_sorts_numbers_from_the_greatest_and_texts_in_their_order(self):
        for name, invoke, calls in (("b", "random", 1), ("a", "roundrobin", 2), ("c", "first", 3)):
            self.register(f"com.example.sorted.{name}", "--invoke", invoke)
            self.run_it("call", f"com.example.sorted.{name}", "--repeat", str(calls))
        for words, order in (([], "abc"), (["--sort", "calls"], "cab"), (["--sort", "invoke"], "cba")):
            with self.subTest(words=words):
                found = self.listed("procedures", "--filter", "com.example.sorted.", *words, key="procedure")
                self.assertEqual([procedure[-1] for procedure in found], list(order))

    def test_ls_sessions_takes_those_whose_authid_begins_so(self):
        self.begin("subscribe", "com.example.x", ready="subscribed", environment=JOE)
        self.assertEqual(self.listed("sessions", "--filter", "jo", key="authid"), ["joe"])
        self.assertEqual(self.listed("sessions", "--filter", "oe", key="authid"), [])
        self.assertGreater(len(self.listed("sessions", key="authid")), 1)

    def test_ls_asks_other_routers_by_the_procedures_of_the_specification(self):
        kept = {1: {"id": 1, "uri": "com.example.b", "match": "exact"}, 2: {"id": 2, "uri": "com.example.", "match": "prefix"}}

        def serve(guest):
            while (message := guest.hears())[0] != GOODBYE:
                if message[3] == "wamp.registration.list":
                    guest.says(RESULT, message[1], {}, [{"exact": [1], "prefix": [2, 3], "wildcard": []}])
                elif message[3] == "wamp.registration.get" and message[4][0] in kept:
                    guest.says(RESULT, message[1], {}, [kept[message[4][0]]])
                else:
                    gone = "no_such_registration" if message[3] == "wamp.registration.get" else "no_such_procedure"
                    guest.says(ERROR, CALL, message[1], {}, f"wamp.error.{gone}")
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        self.assertEqual(self.lines_of("ls", "procedures", environment=self.fake(serve)),
                         [{"registration": 2, "procedure": "com.example.", "match": "prefix"},
                          {"registration": 1, "procedure": "com.example.b", "match": "exact"}])

    def test_top_asks_for_each_order_what_has_such_numbers(self):
        asked = []

        def serve(guest):
            while (message := guest.hears())[0] != GOODBYE:
                if len(message) > 4 and message[4]:
                    asked.append((message[3].removeprefix("wampd.stats."), message[4][0]["order"]))
                guest.says(RESULT, message[1], {}, [{}])
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        environment = self.fake(serve)
        for order, of_procedures, of_topics, of_sessions in (
                ("rate", "rate", "rate", "rate"), ("errors", "errors", "rate", "errors"), ("p99", "p99", "rate", "rate"),
                ("bytes", "bytes", "bytes", "bytes"), ("queued", "queued", "queued", "queued"), ("lost", "rate", "rate", "lost")):
            with self.subTest(order=order):
                asked.clear()
                self.run_it("top", "--once", "--order", order, environment=environment)
                self.assertEqual(asked, [("procedures", of_procedures), ("topics", of_topics), ("sessions", of_sessions)])

    def test_top_has_the_greatest_of_its_order_first(self):
        for name, *words in (("slow", "--exec", "until [ -e enough ]; do sleep 0.01; done", "--concurrency", "1"), ("long", "--echo"),
                             ("wrong", "--error", "com.example.error.wrong"), ("often", "--value", "1")):
            self.register(f"com.example.top.{name}", *words)
        callers = [self.begin("call", "com.example.top.slow", "-v", ready=r"> \[48,") for _ in range(2)]
        until("a call that waits", lambda: self.listed("procedures", "--filter", "com.example.top.slow", key="waiting") == [1])
        self.run_it("call", "com.example.top.long", "x" * 10000)
        self.run_it("call", "com.example.top.wrong", "--repeat", "5", status=1)
        self.run_it("call", "com.example.top.often", "--repeat", "20")  # the last one: all that is a rate goes down from then on
        for order, name in (("rate", "often"), ("errors", "wrong"), ("bytes", "long"), ("queued", "slow")):
            with self.subTest(order=order):
                look, = self.lines_of("top", "--once", "--json", "--order", order)
                self.assertEqual(look["procedures"][0]["procedure"], f"com.example.top.{name}")
        self.place.write("enough", "")
        self.assertEqual([self.end(caller, 0)[0] for caller in callers], [0, 0])

    def test_top_says_by_which_order_it_goes(self):
        for order in ("rate", "errors", "p99", "bytes", "queued", "lost"):
            self.assertIn(f"  by {order}\n", self.run_it("top", "--once", "--order", order)[0])

    def test_tap_shows_one_authid_only(self):
        tap = self.tap("--authid", "joe", "--type", "PUBLISH", "-C", "2")
        self.run_it("publish", "com.example.tapped", "another")
        self.run_it("publish", "com.example.tapped", "--repeat", "2", environment=JOE)
        self.assertEqual([message["authid"] for message in self.tapped(tap)], ["joe", "joe"])

    def test_tap_shows_several_types(self):
        self.register("com.example.fine")
        self.register("com.example.wrong", "--error", "com.example.error.wrong")
        tap = self.tap("--authid", "joe", "--type", "CALL,ERROR", "-C", "3")
        self.run_it("call", "com.example.fine", environment=JOE)
        self.run_it("call", "com.example.wrong", status=1, environment=JOE)
        self.assertEqual([(message["type"], message.get("uri"), message.get("error")) for message in self.tapped(tap)],
                         [("CALL", "com.example.fine", None), ("CALL", "com.example.wrong", None),
                          ("ERROR", None, "com.example.error.wrong")])

    def test_tap_shows_a_sample(self):
        tap = self.tap("--uri", "com.example.sampled", "--type", "PUBLISH", "--sample", "2", "-C", "30")
        publisher = self.begin("publish", "com.example.sampled", "--every", "1ms", stdout=subprocess.DEVNULL)
        requests = [message["request"] for message in self.tapped(tap)]
        self.end(publisher)
        self.assertGreater(requests[-1] - requests[0], 29)  # of all messages there would be as many

    def test_explain_tells_the_whole_answer_of_the_router(self):
        answer, = self.lines_of("explain", "joe", "call", "com.secret.x", "--role", "user", "--json")
        self.assertEqual((answer["authrole"], answer["uri"], answer["match"], answer["allowed"]), ("user", "com.secret.x", "exact", False))
        self.assertEqual((answer["rule"]["uri"], answer["rule"]["match"]), ("com.secret.", "prefix"))

    def test_explain_speaks_of_patterns(self):
        question = ["explain", "joe", "subscribe", "com.secret", "--role", "user"]
        self.assertIn('may subscribe "com.secret"\n', self.run_it(*question)[0])
        for where in ([], ["--config", self.router.config]):
            said = self.run_it(*question, "--match", "prefix", *where)[0]
            self.assertRegex(said, r'may not subscribe prefix "com\.secret"\nbecause of "com\.secret\..*')
        answer, = self.lines_of("explain", "joe", "subscribe", "com..x", "--role", "user", "--match", "wildcard", "--json")
        self.assertEqual((answer["match"], answer["allowed"], answer["decided_on"]), ("wildcard", False, "com.secret.x"))

    def test_explain_tells_the_same_of_a_file(self):
        for question in (["joe", "call", "com.secret.x", "--role", "user"], ["joe", "publish", "wampd.x", "--role", "user"],
                         ["joe", "subscribe", "com..x", "--role", "user", "--match", "wildcard"]):
            with self.subTest(question=question):
                asked, = self.lines_of("explain", *question, "--json")
                of_file, = self.lines_of("explain", *question, "--json", "--config", self.router.config)
                self.assertEqual(of_file, asked)

    def test_kill_tells_the_client_why(self):
        for words, told in (([], "(wamp.close.killed)"), (["com.example.enough"], "(com.example.enough)"),
                            (["--message", "it is late"], ": it is late (wamp.close.killed)"),
                            (["com.example.enough", "--message", "it is late"], ": it is late (com.example.enough)")):
            with self.subTest(words=words):
                victim = self.begin("subscribe", "com.example.x", "-v")
                session = re.search(r"< \[2,(\d+),", read_until(victim.stderr, "subscribed"))[1]
                self.assertEqual(self.run_it("kill", session, *words), ("", ""))
                self.assertIn(told + "\n", read_until(victim.stderr, "(?m)^wampd: .*\n"))
                self.assertEqual(self.end(victim, 0)[0], 8)


if __name__ == "__main__":
    unittest.main()
