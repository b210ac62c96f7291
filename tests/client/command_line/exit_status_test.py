"""The client of the command line, and the load that it makes, against the router, both the built program: each exit status.

usage: exit_status_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import signal
import socket
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import EVE, CommandLine, free_port  # noqa: E402


class ExitStatuses(CommandLine):
    def test_0_is_done(self):
        self.run_it("publish", "com.example.x")

    def test_1_is_an_error_of_the_procedure(self):
        self.register("com.example.oops", "--error", "com.example.error.oops")
        self.assertEqual(self.run_it("call", "com.example.oops", status=1), ("", "wampd: com.example.error.oops\n"))
        self.run_it("register", "wamp.x", status=1)
        self.run_it("subscribe", "com.example.x", "--replay", "1", status=1)

    def test_2_is_a_mistake_on_the_command_line(self):
        for words in (["call"], ["call", "com.example.x", "--tiemout", "1s"], ["call", "com.example.x", "-k", "nothing"],
                      ["call", "com.example.x", "--args", "{}"], ["call", "com.example.x", "--timeout", "soon"],
                      ["call", "com.example.x", "99999999999999999999"], ["publish", "t", "--lines", "--repeat", "2"],
                      ["subscribe", "t", "--match", "all"], ["subscribe", "t", "--replay", "some"], ["subscribe"],
                      ["register", "p", "--echo", "--value", "1"], ["register", "p", "--value", "no json"], ["kill", "joe"],
                      ["ls", "sesions"], ["ping", "-C", "0"], ["ready", "--url", "http://localhost"], ["ready", "--serializer", "xml"],
                      ["ready", "--context", "none"], ["ready", "--ticket-file", "/none"], ["context"], ["context", "show"],
                      ["explain", "joe", "dance", "x"], ["top", "--order", "name"]):
            with self.subTest(words=words):
                self.assertIn("wampd: ", self.run_it(*words, status=2)[1])

    def test_3_is_no_connection(self):
        wss, tls_port = self.router.urls["wss"], self.router.urls["rss"].rpartition(":")[2]
        for words, environment in ((["--url", f"rs://127.0.0.1:{free_port()}"], {}), (["--url", "ws://nobody.invalid/ws"], {}),
                                   (["--url", wss.replace("/ws", "/nowhere")], {}), ([], {"WAMP_CA": ""}),
                                   (["--url", "rs+unix:///no/socket"], {}), (["--url", f"ws://127.0.0.1:{tls_port}/ws"], {})):
            with self.subTest(words=words):
                self.run_it("ready", *words, environment=environment, status=3)

    def test_4_is_a_refused_login(self):
        for words in (["--authid", "joe"], ["--authid", "nobody"]):
            said = self.run_it("ready", *words, environment={"WAMP_TICKET": "wrong"}, status=4)[1]
            self.assertIn("wamp.error.authentication_denied", said)

    def test_5_is_no_permission(self):
        for words in (["call", "com.secret.x"], ["publish", "com.secret.x"], ["subscribe", "com.secret.x"], ["register", "com.secret.x"]):
            self.assertIn("wamp.error.not_authorized", self.run_it(*words, status=5)[1])
        for words in (["ls", "sessions"], ["ls", "topics", "--watch"], ["top"], ["tap"],
                      ["explain", "joe", "call", "com.example.x"], ["kill", "4711"]):
            with self.subTest(words=words):
                self.assertIn("wamp.error.not_authorized", self.run_it(*words, environment=EVE, status=5)[1])

    def test_6_is_no_such_procedure_realm_or_session(self):
        self.run_it("call", "com.example.nobody", status=6)
        self.run_it("ready", "--realm", "nowhere", status=6)
        self.run_it("kill", "4711", status=6)

    def test_7_is_no_answer_in_time(self):
        self.register("com.example.slow", "--exec", "sleep 600")
        self.run_it("call", "com.example.slow", "--timeout", "100ms", status=7)
        self.run_it("subscribe", "com.example.x", "-W", "50ms", status=7)
        self.run_it("subscribe", "com.example.x", "-W", "50ms", "-C", "1", status=7)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            waiting = self.begin("ready", "--url", f"rs://127.0.0.1:{listener.getsockname()[1]}", "--timeout", "200ms")
            with listener.accept()[0] as silent:
                silent.recv(4)
                silent.sendall(b"\x7f\xf2\x00\x00")  # it speaks RawSocket, and then says nothing
                self.assertEqual(self.end(waiting, 0)[0], 7)

    def test_8_is_a_lost_connection(self):
        self.register("com.example.slow", "--exec", "sleep 600")
        caller = self.begin("call", "com.example.slow", "-v", ready=r"> \[48,")
        sessions = [json.loads(line)["session"] for line in self.run_it("ls", "sessions")[0].splitlines()]
        self.run_it("call", "wamp.session.kill_all")
        self.assertEqual(self.end(caller, 0)[0], 8)
        self.assertGreaterEqual(len(sessions), 3)

    def test_130_is_an_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assertEqual(self.end(self.begin("subscribe", "com.example.x", ready="subscribed"), number)[0], 130)
        self.assertEqual(self.end(self.register("com.example.x"))[0], 130)
        self.assertEqual(self.end(self.begin("call", "wamp.session.count", "--every", "10ms", "-v", ready=r"< \[50,"))[0], 130)


class ExitStatusesOfBench(CommandLine):
    """It has a client of its own, and ends as the others do."""

    def bench(self, *words, status, workload="rpc"):
        words = ["bench", workload, *(() if "--url" in words else ("--url", self.router.urls["rs"])), *words]
        return self.run_it(*words, "--warmup", "0", "--duration", "0.1", status=status)[1]

    def ticket(self, text):
        return ("--ticket-file", self.place.write("of bench.ticket", text))

    def test_0_is_done(self):
        self.bench(status=0)

    def test_2_is_a_mistake_on_the_command_line(self):
        for words in (("--url", "http://localhost"), ("--depth", "0"), ("--callres", "1")):
            with self.subTest(words=words):
                self.bench(*words, status=2)

    def test_3_is_no_connection(self):
        tls_port = self.router.urls["rss"].rpartition(":")[2]
        for url in (f"ws://127.0.0.1:{free_port()}/ws", "ws://nobody.invalid/ws", self.router.urls["ws"].replace("/ws", "/nowhere"),
                    "rs+unix:///no/socket", self.router.urls["rss"], f"rs://127.0.0.1:{tls_port}"):
            with self.subTest(url=url):
                self.assertIn("wampd: ", self.bench("--url", url, status=3))

    def test_2_is_an_empty_ticket(self):
        self.assertIn("is empty", self.bench("--authid", "joe", *self.ticket("\n"), status=2))

    def test_4_is_a_refused_login(self):
        said = self.bench("--authid", "joe", *self.ticket("wrong"), status=4)
        self.assertIn("wamp.error.authentication_denied", said)

    def test_5_is_no_permission(self):
        said = self.bench("--authid", "eve", *self.ticket("eve's ticket"), status=5)
        self.assertIn("wamp.error.not_authorized", said)

    def test_6_is_no_such_realm(self):
        for serializer in ("json", "msgpack"):
            self.assertIn("wamp.error.no_such_realm", self.bench("--realm", "nowhere", "--serializer", serializer, status=6))

    def test_8_is_a_lost_connection(self):
        idle = self.begin("bench", "idle", "--url", self.router.urls["rs"], "--duration", "600", "--progress", ready="1 sessions are open")
        self.run_it("call", "wamp.session.kill_all")
        self.assertEqual(self.end(idle, 0)[0], 8)

    def test_130_is_an_interrupt(self):
        idle = self.begin("bench", "idle", "--url", self.router.urls["rs"], "--duration", "600", "--progress", ready="1 sessions are open")
        self.assertEqual(self.end(idle)[0], 130)


if __name__ == "__main__":
    unittest.main()
