"""The client of the command line when something goes wrong: slow and strange routers, signals, full disks, bad input.

usage: trouble_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import mmap
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
from command_line import WAMPD, CommandLine  # noqa: E402
from fake_router import CALL, ERROR, GOODBYE, INVOCATION, PUBLISH, PUBLISHED, REGISTERED, RESULT  # noqa: E402
from router import PATIENCE, Place, Router, read_until, until  # noqa: E402

KIBIBYTE = "x" * 1024


class StrangeRouters(CommandLine):
    def test_who_asks_for_a_while_is_left_alone_for_so_long(self):
        def serve(guest):
            guest.hears()
            guest.says(GOODBYE, {"retry_after": 600000}, "wamp.close.system_shutdown")
            guest.hears()
        subscriber = self.begin("subscribe", "com.example.x", environment=self.fake(serve))
        seconds = float(re.search(r"trying again in ([0-9.]+) s", read_until(subscriber.stderr, r"trying again in .*\n"))[1])
        self.assertGreaterEqual(seconds, 600)
        self.assertLessEqual(seconds, 750)
        self.assertEqual(self.end(subscriber)[0], 130)

    def test_what_nobody_acknowledges_is_taken_by_a_slow_router_before_the_end(self):
        heard, leaves = [], threading.Event()

        def serve(guest):
            leaves.wait(PATIENCE)
            time.sleep(1.5)  # longer than an answer to GOODBYE is waited for elsewhere
            while (message := guest.hears())[0] == PUBLISH:
                heard.append(message[4][0])
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        publisher = self.begin("publish", "com.example.x", KIBIBYTE, "--repeat", "800", "--no-ack", "-v", environment=self.fake(serve))
        text = read_until(publisher.stderr, r"> \[6,")
        self.assertEqual(text.count("> [16,"), 800)
        leaves.set()
        self.assertEqual(self.end(publisher, 0)[0], 0)
        self.assertEqual(len(heard), 800)

    def test_what_nobody_acknowledges_and_perhaps_nobody_has_taken_is_a_lost_connection(self):
        def serve(guest):
            for _ in range(50):
                guest.hears()
        environment = self.fake(serve)
        publisher = self.begin("publish", "com.example.x", "--repeat", "50", "--no-ack", environment=environment)
        self.assertIn("what it has not acknowledged may be lost", read_until(publisher.stderr, "lost\n"))
        self.assertEqual(self.end(publisher, 0)[0], 8)

    def test_a_session_that_the_router_ends_does_not_prove_that_it_has_taken_all(self):
        answers = [([GOODBYE, {}, "wamp.close.killed"], "it left (wamp.close.killed): "), ([3, {}, "com.example.full"], "(com.example.full): ")]
        for answer, told in answers:
            with self.subTest(answer=answer):
                def serve(guest):
                    while guest.hears()[0] != GOODBYE:
                        pass
                    guest.says(*answer)
                    guest.hears()
                errors = self.run_it("publish", "com.example.x", "--no-ack", status=8, environment=self.fake(serve))[1]
                self.assertIn(told + "what it has not acknowledged may be lost\n", errors)

    def test_a_router_that_leaves_in_the_middle_is_told_once(self):
        def serve(guest):
            for _ in range(10):
                guest.hears()
            guest.says(GOODBYE, {}, "wamp.close.system_shutdown")
            while True:
                guest.hears()
        for words in (["--repeat", "1000000"], ["--lines"]):
            with self.subTest(words=words):
                done = self.run_it("publish", "com.example.x", "--no-ack", *words, status=8, environment=self.fake(serve), text=b"x\n" * 1000000)
                self.assertRegex(done[1], r"\Awampd: rs://\S+: wamp.close.system_shutdown \(wamp.close.system_shutdown\).*\n\Z")

    def test_no_more_calls_are_asked_for_than_commands_run_at_a_time(self):
        options = []

        def serve(guest):
            options.append(guest.hears()[2])
        self.begin("register", "com.example.x", "--exec", "true", "--concurrency", "5000", environment=self.fake(serve))
        until("REGISTER", lambda: options)
        self.assertEqual(options[0], {"concurrency": 1024})

    def reads_only_what_has_room(self, *words, answers, text=b""):
        """Runs it against a router that takes nothing for a while; how many messages of a KiB were made meanwhile."""
        goes_on = threading.Event()

        def serve(guest):
            goes_on.wait(PATIENCE)
            while (message := guest.hears())[0] != GOODBYE:
                answers(guest, message)
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        log = self.place.folder / "made"
        with log.open("wb") as stream:
            process = self.begin(*words, "-v", environment=self.fake(serve), stdin=subprocess.PIPE, stderr=stream, stdout=subprocess.DEVNULL)
            feeder = threading.Thread(target=lambda: (process.stdin.write(text), process.stdin.close()), daemon=True)
            feeder.start()

            def has_stopped():
                before = log.stat().st_size
                time.sleep(0.2)
                return before > 100_000 and log.stat().st_size == before
            until("the end of what there is room for", has_stopped)
            made = len(re.findall(rb"> \[(?:16|48),", log.read_bytes()))
            goes_on.set()
            self.assertEqual(process.wait(PATIENCE), 0)
        return made

    def test_nothing_more_is_sent_to_a_router_that_does_not_keep_up(self):
        lines = f"{KIBIBYTE * 64}\n".encode() * 100

        def publish(guest, message):
            guest.says(PUBLISHED, message[1], 1)

        def call(guest, message):
            guest.says(RESULT, message[1], {})
        self.assertLess(self.reads_only_what_has_room("publish", "com.example.x", "--lines", answers=publish, text=lines), 100)
        self.assertLess(self.reads_only_what_has_room("call", "com.example.x", KIBIBYTE * 64, "--repeat", "100", "--concurrency", "100",
                                                      answers=call), 100)

    def test_calls_that_are_more_than_may_wait_are_refused(self):
        refusals = []

        def serve(guest):
            guest.says(REGISTERED, guest.hears()[1], 1)
            for number in range(1, 1003):
                guest.says(INVOCATION, number, 1, {})
            refusals.append(guest.hears())
        callee = self.begin("register", "com.example.x", "--exec", "sleep 600", "--concurrency", "1", "--quiet", environment=self.fake(serve))
        until("a refusal", lambda: refusals)
        self.assertEqual(refusals[0], [ERROR, INVOCATION, 1002, {}, "wamp.error.unavailable",
                                       ["too many calls for the command of this procedure: 1000 wait already, with 85000 bytes to read"]])
        self.end(callee)

    def test_a_list_that_does_not_end_ends(self):
        def serve(guest):
            while (message := guest.hears())[0] == CALL:
                guest.says(RESULT, message[1], {}, [[None] * 1024])
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        self.assertEqual(self.run_it("ls", "sessions", environment=self.fake(serve)),
                         ("", "wampd: there may be more sessions: no more than 100000 are looked at\n"))

    def test_a_column_that_no_row_has_is_told_with_those_that_there_are(self):
        output, errors = self.run_it("ls", "sessions", "--sort", "nonsense", status=2)
        self.assertEqual(output, "")
        self.assertRegex(errors, r'^wampd: --sort: expected one of session, authid, .*peer.*, found "nonsense"\n$')
        self.run_it("ls", "sessions", "--sort", "peer")


class Input(CommandLine):
    def published(self, *words, text=b"", status=0):
        """The events that come of it, and what is said on standard error."""
        count = words[0]
        subscriber = self.begin("subscribe", "com.example.input", "-C", str(count), "--raw", ready="subscribed")
        errors = self.run_it("publish", "com.example.input", *words[1:], text=text, status=status)[1]
        ended, events = self.end(subscriber, 0)
        self.assertEqual(ended, 0)
        return events.splitlines(), errors

    def test_a_bad_line_is_told_with_its_number_and_the_others_are_published(self):
        for more in ([], ["--no-ack"]):
            events, errors = self.published(3, "--lines", *more, text=b"one\n\xff\n2\n1e999\nthree\n", status=1)
            self.assertEqual(events, ["one", "2", "three"])
            self.assertIn('wampd: standard input, line 2: the argument "\\u00ff" is not UTF-8', errors)
            self.assertIn('wampd: standard input, line 4: "1e999" is out of the range', errors)

    def test_a_line_that_is_too_long_is_left_out(self):
        events, errors = self.published(2, "--lines", text=b"one\n" + b"x" * (17 << 20) + b"\nthree\n", status=1)
        self.assertEqual((events, errors), (["one", "three"], "wampd: standard input, line 2: it has more than 16 MiB\n"))

    def test_lines_may_come_from_a_file(self):
        self.place.write("lines", "one\ntwo\nthree")
        subscriber = self.begin("subscribe", "com.example.file", "-C", "3", "--raw", ready="subscribed")
        with (self.place.folder / "lines").open("rb") as lines:
            self.assertEqual(self.end(self.begin("publish", "com.example.file", "--lines", "--no-ack", stdin=lines), 0), (0, ""))
        self.assertEqual(self.end(subscriber, 0), (0, "one\ntwo\nthree\n"))

    def test_events_nobody_acknowledges_come_at_their_pace_and_all_of_them(self):
        self.assertEqual(self.published(5, "x", "--no-ack", "--repeat", "5", "--every", "5ms"), (["x"] * 5, ""))
        self.assertEqual(self.published(20000, "x", "--no-ack", "--repeat", "20000"), (["x"] * 20000, ""))

    def test_numbers_are_decimal(self):
        self.assertEqual(self.run_it("ping", "-C", "010", "--every", "1ms")[0].count("\n"), 10)
        for word in ("0x10", "1.5", "-1", "1 "):
            self.assertIn("expected a number from 1 to", self.run_it("ping", f"--count={word}", status=2)[1])
        self.assertIn("found \"0\"", self.run_it("kill", "0", status=2)[1])

    def test_a_number_out_of_range_is_no_string(self):
        said = self.run_it("call", "com.example.x", "1e400", status=2)[1]
        self.assertIn("""as a string it stays as it is: --string, or '"1e400"'""", said)


class Output(CommandLine):
    def test_what_cannot_be_written_is_told(self):
        self.register("com.example.echo", "--echo")
        with open("/dev/full", "wb") as full:
            caller = self.begin("call", "com.example.echo", "x", stdout=full)
            self.assertIn("wampd: standard output: No space left on device", read_until(caller.stderr, "\n"))
            self.assertEqual(self.end(caller, 0)[0], 1)

    def test_closed_descriptors_are_no_files_of_others(self):
        self.register("com.example.echo", "--echo")
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                done = subprocess.run(["/bin/sh", "-c", f"wampd call com.example.echo x {closed}"], env=self.place.environment,
                                      capture_output=True, timeout=PATIENCE, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout, b"" if ">&-" in closed.replace("2>&-", "") else b'{"args":["x"],"kwargs":{}}\n')

    def test_progress_comes_line_by_line(self):
        def serve(guest):
            request = guest.hears()
            self.assertEqual(request[2], {"receive_progress": True})
            for number in (1, 2):
                guest.says(RESULT, request[1], {"progress": True}, [number])
            guest.says(RESULT, request[1], {}, [3])
            guest.hears()
            guest.says(GOODBYE, {}, "wamp.close.goodbye_and_out")
        output = self.run_it("call", "com.example.counts", "--progress", environment=self.fake(serve))[0]
        self.assertEqual(output, '{"args":[1],"kwargs":{},"progress":true}\n{"args":[2],"kwargs":{},"progress":true}\n{"args":[3],"kwargs":{}}\n')

    def test_tap_shows_one_session_only(self):
        speaker = self.begin("publish", "com.example.tapped", "it", "--every", "10ms", "-v", stdout=subprocess.DEVNULL)
        session = re.search(r"< \[2,(\d+),", read_until(speaker.stderr, r"< \[2,\d+,"))[1]
        threading.Thread(target=speaker.stderr.read, daemon=True).start()
        other = self.begin("publish", "com.example.tapped", "another", "--every", "1ms", stdout=subprocess.DEVNULL)
        tapped = self.run_it("tap", "--session", session, "--type", "PUBLISH", "--payload", "-C", "5")[0].splitlines()
        self.assertEqual([(str(json.loads(line)["session"]), json.loads(line)["args"]) for line in tapped], [(session, ["it"])] * 5)
        self.end(other)


class Ends(CommandLine):
    def command(self, line, **more):
        """A callee whose command runs, and a function that says whether that has ended."""
        pid = self.place.folder / "pid"
        pid.unlink(missing_ok=True)
        callee = self.register("com.example.long", "--exec", line, **more)
        caller = self.begin("call", "com.example.long", **more)
        until("the command", lambda: pid.exists() and pid.read_text().endswith("\n"))
        number = pid.read_text().strip()
        return callee, caller, lambda: not pathlib.Path(f"/proc/{number}").exists()

    def test_each_signal_that_asks_for_the_end_ends_commands_and_leaves(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number=number):
                callee, caller, has_ended = self.command("trap '' TERM; sleep 600 & echo $! >pid; wait; wait")
                self.assertEqual(self.end(callee, number)[0], 130)
                until("the end of the command", has_ended)
                self.end(caller, 0)

    def test_a_second_one_ends_all_at_once(self):
        place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, place.folder)
        router = Router(place)
        callee, caller, has_ended = self.command("trap '' TERM; sleep 600 & echo $! >pid; wait; wait", environment=router.at("ws"))
        self.addCleanup(router.end)
        router.process.send_signal(signal.SIGSTOP)
        callee.send_signal(signal.SIGINT)
        self.assertFalse(has_ended())
        callee.send_signal(signal.SIGQUIT)
        self.assertEqual(callee.wait(PATIENCE), 130)
        until("the end of the command", has_ended)
        router.process.send_signal(signal.SIGCONT)
        self.end(caller)

    def test_commands_have_the_limit_of_descriptors_that_is_ours(self):
        script = "ulimit -S -n 100; exec wampd register com.example.limit --exec 'ulimit -S -n; tr \\\\0 x </proc/$PPID/limits | grep open >&2'"
        callee = subprocess.Popen(["/bin/bash", "-c", script], env=self.place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end, callee)
        read_until(callee.stderr, "registered")
        self.assertEqual(self.run_it("call", "com.example.limit", "--raw")[0], "100\n")
        soft, hard = re.search(r"Max open files +(\d+) +(\d+)", pathlib.Path(f"/proc/{callee.pid}/limits").read_text()).groups()
        self.assertEqual(soft, hard)

    def test_a_kill_that_cannot_be_caught_ends_the_command(self):
        callee, caller, has_ended = self.command("echo $$ >pid; exec sleep 600")
        self.end(callee, signal.SIGKILL)
        until("the end of the command", has_ended)
        self.end(caller, 0)

    def test_hangups_that_are_ignored_stay_ignored(self):
        script = "trap '' HUP; exec wampd subscribe com.example.x"
        subscriber = subprocess.Popen(["/bin/sh", "-c", script], env=self.place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        read_until(subscriber.stderr, "subscribed")
        subscriber.send_signal(signal.SIGHUP)
        self.run_it("publish", "com.example.x")
        self.assertIsNone(subscriber.poll())
        subscriber.send_signal(signal.SIGINT)
        self.assertEqual(subscriber.wait(PATIENCE), 130)
        subscriber.stderr.close()

    def test_a_router_that_shuts_down_waits_for_the_answer_of_a_call(self):
        place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, place.folder)
        router = Router(place)
        self.addCleanup(router.end)
        go_on = place.folder / "go on"
        go_on.unlink(missing_ok=True)
        callee = self.begin("register", "com.example.slow", "--exec", f"echo >'{place.folder}/begun'; until [ -e '{go_on}' ]; do sleep 0.01; done; echo done",
                            ready="registered", environment=router.at("ws"))
        caller = self.begin("call", "com.example.slow", "--raw", environment=router.at("ws"))
        until("the command", (place.folder / "begun").exists)
        router.process.send_signal(signal.SIGTERM)
        until("the drain", lambda: "shutting down" in (place.folder / "log of the router").read_text())
        go_on.touch()
        self.assertEqual(self.end(caller, 0), (0, "done\n"))
        self.assertIn("trying again in ", read_until(callee.stderr, "trying again in .*\n"))
        self.assertEqual(self.end(callee)[0], 130)

    def test_a_look_up_of_an_address_does_not_hold_it_up(self):
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        with WAMPD.open("rb") as program, mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_READ) as content:
            has_its_own = re.search(rb"__[at]san_init", content)  # a sanitizer's
        if not compiler or has_its_own:
            self.skipTest("no look-up can be made slow here")
        library = self.place.folder / "slow.so"
        source = 'int puts(const char*); int fflush(void*); int pause(void); int getaddrinfo(void) { puts("looks"); fflush(0); for (;;) pause(); }'
        subprocess.run([compiler, "-shared", "-fPIC", "-w", "-fno-builtin", "-x", "c", "-", "-o", library], input=source.encode(), check=True)
        waiting = self.begin("ready", "--url", "ws://router.example/ws", environment={"LD_PRELOAD": str(library)})
        read_until(waiting.stdout, "looks")
        waiting.send_signal(signal.SIGINT)
        self.assertEqual(waiting.wait(PATIENCE), 130)


class Contexts(CommandLine):
    def test_one_that_is_broken_does_not_hide_the_others(self):
        self.run_it("context", "add", "good", "--realm", "tests")
        folder = self.place.folder / "config/wampd/contexts"
        (folder / "bad.json").write_text("{")
        output, errors = self.run_it("context", "ls", status=1)
        self.assertEqual(output.splitlines(), ["NAME  URL  REALM  AUTHID", "bad", "good       tests"])
        self.assertIn("bad.json: expected a JSON object", errors)
        self.run_it("context", "rm", "bad")

    def test_one_that_cannot_be_written_stays_as_it_was(self):
        self.run_it("context", "add", "kept", "--realm", "tests")
        folder = self.place.folder / "config/wampd/contexts"
        done = subprocess.run(["/bin/bash", "-c", "ulimit -f 0; trap '' XFSZ; exec wampd context add kept --realm other"], env=self.place.environment,
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, "kept.json: File too large" in done.stderr), (1, True), done.stderr)
        self.assertEqual(json.loads(self.run_it("context", "show", "kept")[0]), {"realm": "tests"})
        self.assertEqual([file.name for file in folder.iterdir() if file.name.startswith("kept")], ["kept.json"])
        self.run_it("context", "rm", "kept")


if __name__ == "__main__":
    unittest.main()
