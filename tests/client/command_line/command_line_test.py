"""The client of the command line against the router, both the built program: its pages, each exit status, messages.

usage: command_line_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import EVE, JOE, SOURCES, WAMPD, CommandLine, free_port  # noqa: E402
from router import KEY, PATIENCE, Place, Router, read_until, token, until  # noqa: E402
from transcripts import Transcript, blocks  # noqa: E402

PAGES = SOURCES / "docs" / "command-line"
SUBCOMMANDS = ["call", "publish", "subscribe", "register", "ls", "top", "tap", "explain", "kill", "ping", "ready", "context"]


class Pages(CommandLine):
    def test_each_transcript_says_what_it_says_over_tls_and_over_rawsocket(self):
        self.place.write("joe.ticket", "a file that the pages name")
        count = 0
        for page in [*sorted(PAGES.glob("*.md")), SOURCES / "docs" / "meta-api.md"]:
            for commands in blocks(page.read_text()):
                for transport in ("wss", "rs"):
                    with self.subTest(page=page.name, command=commands[0][0], transport=transport):
                        self.assertIsNone(Transcript(self.place, self.router.at(transport)).run(commands))
                count += 1
        self.assertGreaterEqual(count, len(SUBCOMMANDS) + 1)

    def test_each_subcommand_has_a_page_with_all_of_its_options(self):
        common = (PAGES / "README.md").read_text()
        for name in SUBCOMMANDS:
            page = (PAGES / f"{name}.md").read_text() + (PAGES / "call.md").read_text() * (name == "publish")
            help_text = self.run_it(name, "--help")[0]
            own, _, of_connections = help_text.partition("Connection:")
            for option in set(re.findall(r"(?<![\w-])--[a-z-]+", own)) - {"--help", "--option", "--kwarg", "--count", "--wait"}:
                self.assertIn(f"{option}", page, f"{option} of {name}")
            for option in set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", of_connections, re.MULTILINE)) - {"--verbose"}:
                self.assertIn(f"`{option}", common, option)


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


class Connecting(CommandLine):
    def test_over_every_transport_with_every_serializer(self):
        self.register("com.example.echo", "--echo")
        for transport in self.router.urls:
            for serializer in ("json", "msgpack", "cbor"):
                with self.subTest(transport=transport, serializer=serializer):
                    answer = self.answer("com.example.echo", "1", "x", "-k", "a=18446744073709551615", "--serializer", serializer,
                                         environment=self.router.at(transport))
                    self.assertEqual(answer, {"args": [1, "x"], "kwargs": {"a": 18446744073709551615}})

    def login(self, method, *words, transport="wss", **more):
        said = self.run_it("ready", "-v", *words, environment=self.router.at(transport) | more)[1]
        self.assertIn(f'"authmethod":"{method}"', said.replace('"authmethod": ', '"authmethod":'))
        return said

    def test_with_every_authentication_method(self):
        folder = self.place.folder
        ticket, secret = self.place.write("ticket", "joe's ticket\n"), self.place.write("secret", "ann's password\n")
        key, jwt = self.place.write("key", f"private-key-ed25519: {KEY}\n"), self.place.write("jwt", token({"sub": "jim"}))
        for transport in ("wss", "rs"):
            self.login("anonymous", transport=transport)
            self.login("ticket", "--authid", "joe", "--ticket-file", ticket, transport=transport)
            self.login("ticket", transport=transport, WAMP_AUTHID="joe", WAMP_TICKET="joe's ticket")
            self.login("wampcra", "--authid", "ann", "--secret-file", secret, "--authmethod", "wampcra", transport=transport)
            self.login("wampcra", "--authmethod", "wampcra", transport=transport, WAMP_AUTHID="ann", WAMP_SECRET="ann's password")
            self.login("scram", "--authid", "sam", "--authmethod", "scram", transport=transport, WAMP_SECRET="scram's password")
            self.login("cryptosign", "--authid", "dev", "--key-file", key, transport=transport)
            self.login("cryptosign", transport=transport, WAMP_AUTHID="dev", WAMP_PRIVATE_KEY=KEY)
            self.login("jwt", "--jwt-file", jwt, transport=transport)
        self.login("tls", "--authid", "device", "--cert", str(folder / "device.pem"), "--key", str(folder / "device.key"))
        self.login("tls", "--cert", str(folder / "device.pem"), "--key", str(folder / "device.key"), transport="rss")

    def test_with_the_cookie_of_a_login_before(self):
        jar = str(self.place.folder / "jar")
        self.login("ticket", "--cookie-jar", jar, "--authid", "joe", WAMP_TICKET="joe's ticket")
        self.assertEqual(pathlib.Path(jar).stat().st_mode & 0o777, 0o600)
        self.login("cookie", "--cookie-jar", jar)
        self.login("cookie", "--cookie-jar", jar, "--authid", "joe", WAMP_TICKET="joe's ticket")
        pathlib.Path(jar).write_text("cbtid=of-long-ago\n")
        self.login("ticket", "--cookie-jar", jar, "--authid", "joe", WAMP_TICKET="joe's ticket")
        self.login("cookie", "--cookie-jar", jar)

    def test_with_the_role_that_the_router_gives_whichever_is_asked_for(self):
        for words, environment in ((["--authrole", "guest"], {}), ([], {"WAMP_AUTHROLE": "guest"}), (["--authrole", "nobody"], {})):
            said = self.login("ticket", *words, **JOE, **environment)
            self.assertRegex(said, r'(?m)^> \[1,.*"authrole":"(guest|nobody)"')
            self.assertRegex(said, r'(?m)^< \[2,.*"authrole":"user"')

    def test_where_nothing_is_said_at_the_usual_place(self):
        status, _, said = self.place.run("ready", "-v", environment={"WAMP_URL": "", "WAMP_CA": ""})  # nobody may be there, or somebody
        self.assertIn('> [1,"realm1",' if status == 0 else "wampd: ws://127.0.0.1:8080/ws: ", said)

    def test_with_authorities_that_an_option_names(self):
        self.register("com.example.echo", "--echo")
        self.run_it("call", "com.example.echo", environment={"WAMP_CA": ""}, status=3)
        said = self.answer("com.example.echo", "5", "--ca", str(self.place.folder / "ca.pem"), environment={"WAMP_CA": ""})
        self.assertEqual(said["args"], [5])
        self.run_it("call", "com.example.echo", "--ca", str(self.place.folder / "device.pem"), status=3)

    def test_by_an_option_before_the_environment_before_a_context_before_the_default(self):
        def realm(*words, **environment):
            said = self.place.run("ready", "-v", *words, environment=environment)[2]
            return re.search(r'> \[1,"(\w+)"', said)[1]
        self.assertEqual(realm(), "realm1")
        self.run_it("context", "add", "kept", "--realm", "of_the_context")
        self.assertEqual(realm(WAMP_CONTEXT="kept"), "of_the_context")
        self.assertEqual(realm("--context", "kept", WICK_REALM="of_wick"), "of_wick")
        self.assertEqual(realm("--context", "kept", WICK_REALM="of_wick", WAMP_REALM="of_wamp"), "of_wamp")
        self.assertEqual(realm("--realm", "of_the_option", WAMP_REALM="of_wamp"), "of_the_option")
        self.run_it("context", "select", "kept")
        self.assertEqual(realm(), "of_the_context")
        self.run_it("context", "rm", "kept")
        self.assertEqual(realm(), "realm1")
        self.run_it("context", "add", "chosen", "--realm", "of_the_context", "--select")
        self.assertEqual(realm(), "of_the_context")
        self.run_it("context", "rm", "chosen")

    def test_with_a_secret_among_the_arguments_it_warns_and_shows_it_nowhere(self):
        said = self.run_it("ready", "-v", "--authid", "joe", "--ticket", "joe's ticket")[1]
        self.assertIn("warning: whoever may list the processes of this machine sees --ticket", said)
        self.assertNotIn("joe's ticket", said)
        self.run_it("context", "add", "secret", "--ticket", "joe's ticket")
        self.assertNotIn("joe's ticket", self.run_it("context", "show", "secret")[0])
        self.assertEqual((self.place.folder / "config/wampd/contexts/secret.json").stat().st_mode & 0o777, 0o600)


class ComingBack(unittest.TestCase):
    def setUp(self):
        self.place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, self.place.folder)
        self.router = Router(self.place, free_port())
        self.addCleanup(self.router.end)
        self.processes = []

    def begin(self, *words, ready=None, **more):
        process = self.place.begin(*words, environment=self.router.at("ws"), **more)
        self.addCleanup(self.end, process)
        if ready:
            read_until(process.stderr, ready)
        self.processes.append(process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)

    def publish(self, *words):
        self.assertEqual(self.place.run("publish", *words, environment=self.router.at("ws"))[0], 0)

    def lose_the_router(self):
        """Until all have noticed that."""
        self.router.end(signal.SIGKILL)
        for process in self.processes:
            read_until(process.stderr, r"trying again in \d+(\.\d+)? m?s\n")

    def end_all(self):
        for process in self.processes:
            self.end(process)
            self.assertEqual(process.returncode, 130)

    def test_after_the_router_was_away_nothing_of_a_history_is_missing(self):
        config = json.loads(pathlib.Path(self.router.config).read_text())
        config["realms"][0]["store"] |= {"type": "sqlite", "path": "events.db"}
        pathlib.Path(self.router.config).write_text(json.dumps(config))
        self.router.end()
        self.router.begin()
        subscriber = self.begin("subscribe", "com.example.history.", "--match", "prefix", "--replay", "all", "--raw", ready="subscribed")
        callee = self.begin("register", "com.example.p", ready="registered")
        self.publish("com.example.history.x", "one")
        read_until(subscriber.stdout, "one\n")
        self.lose_the_router()
        self.router.begin()
        self.publish("com.example.history.x", "two")
        read_until(subscriber.stdout, "^two\n")
        read_until(callee.stderr, "connected again\n.*registered")
        self.end_all()

    def test_after_the_router_was_away_who_looks_goes_on_looking(self):
        files = []
        for words in (["top", "--json", "--every", "50ms"], ["ls", "topics", "--watch", "--every", "50ms"], ["tap", "--type", "PUBLISH"]):
            files.append(self.place.folder / f"what {words[0]} says")
            with files[-1].open("wb") as stream:
                self.begin(*words, stdout=stream)

        def see(topic):
            self.publish(topic)
            return all(topic in file.read_text() for file in files)
        until("the first look", lambda: see("com.example.old"))
        self.lose_the_router()
        self.router.begin()
        until("another look", lambda: see("com.example.new"))
        for process in self.processes:
            read_until(process.stderr, "connected again\n")
        self.end_all()


class Messages(CommandLine):
    def test_arguments_come_as_they_are_meant(self):
        self.register("com.example.echo", "--echo")
        for words, args in ((["-2", "3"], [-2, 3]), (["--", "-2", "--raw", "-x"], [-2, "--raw", "-x"]), (["[1,2]"], [[1, 2]]),
                            (["{}"], [{}]), (["[1,"], ["[1,"]), (["ls", "call", "top"], ["ls", "call", "top"]),
                            (["9007199254740993"], [9007199254740993]), (["--string", "1"], ["1"]), ([""], [""]),
                            (["1.0", "true", "null"], [1.0, True, None]), (["++", "a", "++"], ["++", "a", "++"]),
                            (["--", "-", "++", "--", "-"], ["-", "++", "--", "-"])):
            with self.subTest(words=words):
                self.assertEqual(self.answer("com.example.echo", *words)["args"], args)
        self.assertEqual(self.answer("com.example.echo", "-", "x", text=b"[1,2]\n")["args"], [1, 2, "x"])
        self.assertIn("is not UTF-8", self.run_it("call", "com.example.echo", b"\xff\x1b".decode(errors="surrogateescape"), status=2)[1])

    def test_many_lines_are_as_many_events_in_their_order(self):
        subscriber = self.begin("subscribe", "com.example.lines", "-C", "3000", "--raw", ready="subscribed")
        lines = "".join(f"line {number}\n" for number in range(3000))
        publications = self.run_it("publish", "com.example.lines", "--lines", text=lines[:-1].encode())[0]
        self.assertEqual(publications.count("\n"), 3000)
        self.assertEqual(self.end(subscriber, 0), (0, lines))

    def test_calls_are_repeated_so_many_at_a_time(self):
        self.register("com.example.echo", "--echo")
        output, errors = self.run_it("call", "com.example.echo", "--repeat", "50", "--concurrency", "10", "--raw", "x", "--time")
        self.assertEqual(output, "x\n" * 50)
        self.assertRegex(errors, r"wampd: 50 calls in .+; least .+, median .+, p99 .+, most .+\n")
        callee = self.register("com.example.three", "--value", "3", "-C", "3")
        self.run_it("call", "com.example.three", "--repeat", "3", "--every", "5ms")
        self.assertEqual(self.end(callee, 0)[0], 0)

    def test_commands_of_register_run_so_many_at_a_time(self):
        self.register("com.example.work", "--concurrency", "2", "--exec", 'echo + >>log; sleep 0.05; echo - >>log; cat')
        outputs = self.run_it("call", "com.example.work", "7", "--repeat", "8", "--concurrency", "8")[0].splitlines()
        self.assertEqual([json.loads(line)["args"] for line in outputs], [[7]] * 8)
        running, most = 0, 0
        for line in (self.place.folder / "log").read_text().split():
            running += 1 if line == "+" else -1
            most = max(most, running)
        self.assertEqual((running, most), (0, 2))

    def test_commands_end_with_their_call_and_with_register(self):
        callee = self.register("com.example.long", "--exec", "echo $$ >pid; sleep 600")
        pid = self.place.folder / "pid"

        def has_ended():
            return not pathlib.Path(f"/proc/{pid.read_text().strip()}").exists()
        self.run_it("call", "com.example.long", "--timeout", "300ms", status=7)
        until("the end of a canceled call's command", has_ended)
        pid.unlink()
        caller = self.begin("call", "com.example.long")
        until("the next command", lambda: pid.exists() and pid.read_text())
        self.assertEqual(self.end(callee)[0], 130)
        until("the end of a command with register", has_ended)
        self.assertNotEqual(self.end(caller, 0)[0], 0)

    def test_a_broken_pipe_ends_it_quietly(self):
        script = ('wampd subscribe com.example.pipe --quiet | head -n 1; echo "${PIPESTATUS[0]}"')
        reader = subprocess.Popen(["/bin/bash", "-c", script], env=self.place.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        publisher = self.begin("publish", "com.example.pipe", "x", "--every", "20ms", stdout=subprocess.DEVNULL)
        said = reader.communicate(timeout=PATIENCE)[0].decode()
        self.assertRegex(said, r'^\{.*"args":\["x"\].*\}\n0\n$')
        self.end(publisher)


if __name__ == "__main__":
    unittest.main()
