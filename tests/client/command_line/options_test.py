"""The client of the command line: options of call, publish, subscribe and register, and their short names.

usage: options_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import JOE, CommandLine  # noqa: E402
from fake_router import EVENT, SUBSCRIBED  # noqa: E402
from router import read_until  # noqa: E402


class Options(CommandLine):
    def hears(self, published, *words, count=1, **more):
        """The lines of a subscriber who was there before the publications, each the words of one."""
        subscriber = self.begin("subscribe", *words, "-C", str(count), ready="subscribed to ")
        for publication in published:
            self.run_it("publish", *publication, **more)
        status, output = self.end(subscriber, 0)
        self.assertEqual(status, 0)
        return [json.loads(line) for line in output.splitlines()]

    def test_pub_sub_and_reg_are_publish_subscribe_and_register(self):
        self.begin("reg", "com.example.short", "--echo", ready="registered com.example.short")
        self.assertEqual(self.answer("com.example.short", "5")["args"], [5])
        subscriber = self.begin("sub", "com.example.short", "-C", "1", "--raw", ready="subscribed to com.example.short")
        self.assertRegex(self.run_it("pub", "com.example.short", "hello")[0], r'^\{"publication":\d+\}\n$')
        self.assertEqual(self.end(subscriber, 0), (0, "hello\n"))

    def test_subscribe_tells_the_history_first_as_far_back_as_it_is_asked_to(self):
        topic = "com.example.history.x"
        published = self.lines_of("publish", topic, "--lines", text=b"1\n2\n3\n4\n5\n")
        history = ["subscribe", "com.example.history.", "--match", "prefix", "--replay"]
        for replay in ("2", f"after:{published[2]['publication']}"):
            with self.subTest(replay=replay):
                events = self.lines_of(*history, replay, "-C", "2")
                self.assertEqual([(event["args"], event["replayed"]) for event in events], [([4], True), ([5], True)])
                self.assertEqual([event["publication"] for event in events], [one["publication"] for one in published[3:]])
        self.assertIn("wamp.error.invalid_argument", self.run_it(*history, "after:4711", status=1)[1])
        subscriber = self.begin(*history, "1", "-C", "2")
        said = read_until(subscriber.stdout, "\n")
        self.run_it("publish", topic, "6")
        events = [json.loads(line) for line in (said + self.end(subscriber, 0)[1]).splitlines()]
        self.assertEqual([(event["args"], event.get("replayed", False)) for event in events], [([5], True), ([6], False)])

    def test_subscribe_takes_patterns_with_parts_left_open(self):
        events = self.hears([["com.example.one.wild", "1"], ["com.example.two.tame", "2"], ["com.example.three.wild", "3"]],
                            "com.example..wild", "--match", "wildcard", count=2)
        self.assertEqual([(event["topic"], event["args"]) for event in events],
                         [("com.example.one.wild", [1]), ("com.example.three.wild", [3])])

    def test_subscribe_tells_details_to_those_who_ask(self):
        publication = ["com.example.details", "x", "-o", "disclose_me=true"]
        event, = self.hears([publication], "com.example.details", "--details", environment=JOE)
        self.assertEqual(event["details"], event["details"] | {"publisher_authid": "joe", "publisher_authrole": "user"})
        self.assertEqual(event["publisher"], {"session": event["details"]["publisher"], "authid": "joe", "authrole": "user"})
        event, = self.hears([publication], "com.example.details", environment=JOE)
        self.assertNotIn("details", event)

    def test_subscribe_tells_how_many_events_were_lost(self):
        def serve(guest):
            guest.says(SUBSCRIBED, guest.hears()[1], 1)
            guest.says(EVENT, 1, 11, {}, ["one"])
            guest.says(EVENT, 1, 15, {"_lost": 3}, ["five"])
            guest.hears()
        events = self.lines_of("subscribe", "com.example.x", "-C", "2", environment=self.fake(serve))
        self.assertEqual([(event["args"], event.get("lost")) for event in events], [(["one"], None), (["five"], 3)])

    def test_register_shares_a_procedure_as_it_is_told_to(self):
        for policy, answers in (("roundrobin", [[1, 2, 1, 2], [2, 1, 2, 1]]), ("first", [[1] * 4]), ("last", [[2] * 4]),
                                ("random", None)):
            with self.subTest(policy=policy):
                uri = f"com.example.shared.{policy}"
                for value in ("1", "2"):
                    self.register(uri, "--value", value, "--invoke", policy)
                said = [answer["args"][0] for answer in self.lines_of("call", uri, "--repeat", "4")]
                self.assertTrue(said in answers if answers else set(said) <= {1, 2}, said)
        self.assertIn('registered with invoke "random"', self.run_it("register", uri, "--invoke", "first", status=1)[1])
        self.register("com.example.alone")
        self.assertIn("wamp.error.procedure_already_exists", self.run_it("register", "com.example.alone", status=1)[1])

    def test_register_takes_patterns(self):
        for policy, pattern, called, other in (("prefix", "com.example.files.", "com.example.files.a.b", "com.example.file"),
                                               ("wildcard", "com.example..get", "com.example.it.get", "com.example.it.set")):
            with self.subTest(policy=policy):
                callee = self.register(pattern, "--match", policy, "--echo")
                self.assertEqual(self.answer(called, "x")["args"], ["x"])
                self.assertEqual(json.loads(read_until(callee.stdout, "\n"))["procedure"], called)
                self.run_it("call", other, status=6)

    def test_messages_have_the_options_of_wamp_that_are_given(self):
        callee = self.register("com.example.open", "-C", "2")
        self.run_it("call", "com.example.open")
        self.run_it("call", "com.example.open", "-o", "disclose_me=true")
        calls = [json.loads(line) for line in self.end(callee, 0)[1].splitlines()]
        self.assertEqual(["caller" in call for call in calls], [False, True])
        callee = self.register("com.example.curious", "-o", "disclose_caller=true")
        self.run_it("call", "com.example.curious")
        self.assertIn("caller", json.loads(read_until(callee.stdout, "\n")))
        self.register("com.example.slow", "--exec", "sleep 600")
        self.assertIn("wamp.error.timeout", self.run_it("call", "com.example.slow", "-o", "timeout=50", status=7)[1])
        self.run_it("publish", "com.example.kept", "it", "-o", "retain=true")
        event, = self.lines_of("subscribe", "com.example.kept", "-o", "get_retained=true", "-C", "1")
        self.assertEqual((event["args"], event["retained"]), (["it"], True))


if __name__ == "__main__":
    unittest.main()
