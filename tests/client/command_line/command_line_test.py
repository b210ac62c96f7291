"""The client of the command line against the router, both the built program: its pages, each exit status, terminals.

usage: command_line_test.py WAMPD SOURCE_DIRECTORY
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import unittest

sys.dont_write_bytecode = True
from router import KEY, PATIENCE, Place, Router, read_until, token, until  # noqa: E402
from transcripts import Transcript, blocks  # noqa: E402

WAMPD = pathlib.Path(sys.argv.pop(1)).resolve()
PAGES = pathlib.Path(sys.argv.pop(1)).resolve() / "docs" / "command-line"
SUBCOMMANDS = ["call", "publish", "subscribe", "register", "ls", "top", "tap", "explain", "kill", "ping", "ready", "context"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        return nobody.getsockname()[1]


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place(WAMPD)
        cls.router = Router(cls.place)
        cls.place.environment |= cls.router.at("wss")

    @classmethod
    def tearDownClass(cls):
        cls.router.end()
        shutil.rmtree(cls.place.folder)

    def run_it(self, *words, status=0, **more):
        """Runs to the end with that status; what it has printed."""
        ended, output, errors = self.place.run(*words, **more)
        self.assertEqual(ended, status, f"wampd {' '.join(words)}: {output}{errors}")
        return output, errors

    def begin(self, *words, ready=None, **more):
        """Begins one that is ended with the test; waits until it says that it is ready, on its standard error."""
        process = self.place.begin(*words, **more)
        self.addCleanup(self.end, process)
        if ready:
            read_until(process.stderr, ready)
        return process

    def end(self, process, number=signal.SIGINT):
        """Its status, and the rest of its output."""
        if process.poll() is None:
            process.send_signal(number)
        try:
            output = process.communicate(timeout=PATIENCE)[0] or b""
        except ValueError:  # read to its end before
            output = b""
        return process.returncode, output.decode()

    def register(self, uri, *words, **more):
        return self.begin("register", uri, *words, ready="registered ", **more)

    def answer(self, *words, **more):
        return json.loads(self.run_it("call", *words, **more)[0])


class Pages(CommandLine):
    def test_each_transcript_says_what_it_says_over_tls_and_over_rawsocket(self):
        self.place.write("joe.ticket", "a file that the pages name")
        count = 0
        for page in sorted(PAGES.glob("*.md")):
            if not self.router.has_insight and page.stem in ("ls", "top", "tap", "explain"):
                continue
            for commands in blocks(page.read_text()):
                for transport in ("wss", "rs"):
                    with self.subTest(page=page.name, command=commands[0][0], transport=transport):
                        self.assertIsNone(Transcript(self.place, self.router.at(transport)).run(commands))
                count += 1
        self.assertGreaterEqual(count, len(SUBCOMMANDS) - 1)

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

    def test_with_a_secret_among_the_arguments_it_warns_and_shows_it_nowhere(self):
        said = self.run_it("ready", "-v", "--authid", "joe", "--ticket", "joe's ticket")[1]
        self.assertIn("warning: whoever may list the processes of this machine sees --ticket", said)
        self.assertNotIn("joe's ticket", said)
        self.run_it("context", "add", "secret", "--ticket", "joe's ticket")
        self.assertNotIn("joe's ticket", self.run_it("context", "show", "secret")[0])
        self.assertEqual((self.place.folder / "config/wampd/contexts/secret.json").stat().st_mode & 0o777, 0o600)


class ComingBack(unittest.TestCase):
    def test_after_the_router_was_away_nothing_of_a_history_is_missing(self):
        place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, place.folder)
        port = free_port()
        router = Router(place, port)
        config = json.loads(pathlib.Path(router.config).read_text())
        config["realms"][0]["store"] |= {"type": "sqlite", "path": "events.db"}
        pathlib.Path(router.config).write_text(json.dumps(config))
        router.end()
        router.begin()
        here = router.at("ws")
        subscriber = place.begin("subscribe", "com.example.history.", "--match", "prefix", "--replay", "all", "--raw", environment=here)
        callee = place.begin("register", "com.example.p", environment=here)
        read_until(subscriber.stderr, "subscribed")
        read_until(callee.stderr, "registered")
        place.run("publish", "com.example.history.x", "one", environment=here)
        read_until(subscriber.stdout, "one\n")
        router.end(signal.SIGKILL)
        for process in (subscriber, callee):
            read_until(process.stderr, r"trying again in \d+\.\d+ m?s\n")
        router.begin()
        place.run("publish", "com.example.history.x", "two", environment=here)
        read_until(subscriber.stdout, "^two\n")
        read_until(callee.stderr, "connected again\n.*registered")
        for process in (subscriber, callee):
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)
            self.assertEqual(process.returncode, 130)
        router.end()


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


class Terminal:
    """A command in a pseudo terminal of its own."""

    def __init__(self, place, *words, environment=None, size=(24, 80)):
        self.said = ""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(place.folder)
            os.execve(place.wampd, [place.wampd, *words], place.environment | (environment or {}))
        self.resize(*size)

    def resize(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def keys(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, wanted, flags=0):
        class Stream:
            fileno = staticmethod(lambda: self.terminal)
        said = read_until(Stream, wanted)
        self.said += said
        return said

    def end(self):
        """Its status; all that it has said is in `said` then."""
        try:
            while True:
                more = os.read(self.terminal, 65536)
                if not more:
                    break
                self.said += more.decode()
        except OSError:  # which is the end of a pseudo terminal
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        os.close(self.terminal)
        return status


class OnATerminal(CommandLine):
    def terminal(self, *words, **more):
        return Terminal(self.place, *words, **more)

    def needs_insight(self):
        if not self.router.has_insight:
            self.skipTest("this router has no wampd.stats")

    def test_one_value_is_printed_for_people_and_moves_no_cursor(self):
        self.register("com.example.echo", "--echo")
        for word, shown in (("5", "5"), ("hello", "hello"), ('"\\u001b[2J\\u0007"', r"\u001b[2J\u0007"), ('"\\u009b1m"', r"\u009b1m"),
                            ('{"a":"\\u001b"}', r'{"a":"\u001b"}')):
            terminal = self.terminal("call", "com.example.echo", word)
            self.assertEqual(terminal.end(), 0)
            self.assertEqual(terminal.said, shown + "\r\n")
        self.register("com.example.evil", "--exec", "printf '\\033[2Jevil' >&2; false")
        terminal = self.terminal("call", "com.example.evil")
        self.assertEqual(terminal.end(), 1)
        self.assertEqual(terminal.said, "wampd: wamp.error.runtime_error: \\u001b[2Jevil\r\n")

    def test_events_are_printed_for_people(self):
        terminal = self.terminal("subscribe", "com.example.", "--match", "prefix", "-C", "1")
        terminal.read_until("subscribed")
        self.run_it("publish", "com.example.tty", "hello")
        self.assertEqual(terminal.end(), 0)
        self.assertIn("com.example.tty  hello\r\n", terminal.said)

    def test_lists_are_tables_as_wide_as_it_is(self):
        self.register("com.example.with.a.name.that.is.longer.than.the.terminal", "--value", "1")
        terminal = self.terminal("ls", "procedures", "--filter", "com.example.with", size=(24, 60))
        self.assertEqual(terminal.end(), 0)
        lines = terminal.said.split("\r\n")
        self.assertTrue(lines[0].startswith("PROCEDURE"), terminal.said)
        self.assertRegex(lines[1], "^com.example.wit\\S*…  exact")
        self.assertLessEqual(max(map(len, lines)), 60)

    def test_top_draws_and_survives_another_size(self):
        self.needs_insight()
        self.register("com.example.busy", "--value", "1")
        self.run_it("call", "com.example.busy", "--repeat", "10")
        terminal = self.terminal("top", "--every", "100ms", size=(24, 100))
        terminal.read_until("com.example.busy")
        self.assertIn("\x1b[?1049h", terminal.said)
        self.assertIn("\x1b[1mrealm realm1", terminal.said)
        terminal.resize(8, 40)
        screen = terminal.read_until(r"(?s)\x1b\[H[^\x1b]*(\x1b\[[0-9]*[mK][^\x1b]*)*q: end   order: r rate, e errors, p")
        rows = re.sub(r"\x1b\[[0-9?]*[a-zA-Z]", "", screen.rpartition("\x1b[H")[2]).replace("\r", "").split("\n")
        self.assertLessEqual((len(rows), max(map(len, rows))), (8, 40))
        terminal.resize(1, 1)
        terminal.resize(24, 100)
        terminal.keys("e")
        terminal.read_until("by errors")
        terminal.keys("q")
        self.assertEqual(terminal.end(), 0)
        self.assertTrue(terminal.said.endswith("\x1b[?25h\x1b[?1049l"), terminal.said[-60:])

    def test_top_gives_the_terminal_back_when_it_is_interrupted(self):
        self.needs_insight()
        terminal = self.terminal("top", environment={"NO_COLOR": "1"})
        terminal.read_until("realm realm1")
        terminal.keys("\x03")
        self.assertEqual(terminal.end(), 130)
        self.assertTrue(terminal.said.endswith("\x1b[?25h\x1b[?1049l"), terminal.said[-60:])
        self.assertNotIn("\x1b[1m", terminal.said)

    def test_top_prints_plain_rows_where_it_cannot_draw(self):
        self.needs_insight()
        terminal = self.terminal("top", environment={"TERM": "dumb"})
        terminal.read_until("SESSION")
        os.kill(terminal.process, signal.SIGINT)
        self.assertEqual(terminal.end(), 130)
        self.assertNotIn("\x1b", terminal.said)
        self.assertNotIn("\x1b", self.run_it("top", "--once")[0])
        self.assertEqual(set(json.loads(self.run_it("top", "--once", "--json")[0])), {"realm", "procedures", "topics", "sessions"})

    def test_tap_is_readable(self):
        self.needs_insight()
        terminal = self.terminal("tap", "--type", "PUBLISH", "--uri", "com.example.tapped", "-v", size=(24, 200))
        terminal.read_until(r"< \[33,")
        self.run_it("publish", "com.example.tapped", "hello")
        terminal.read_until(r" > PUBLISH  \d+  \S+  \d+  com.example.tapped  \d+ B\r\n")
        os.kill(terminal.process, signal.SIGINT)
        self.assertEqual(terminal.end(), 130)


if __name__ == "__main__":
    unittest.main()
