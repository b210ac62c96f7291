"""The client of the command line against the router, both the built program: ways in, what comes back, messages.

usage: command_line_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import JOE, CommandLine, WAMPD, free_port  # noqa: E402
from router import KEY, PATIENCE, Place, Router, read_until, token, until  # noqa: E402


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
