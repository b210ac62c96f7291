"""The client of the command line in a pseudo terminal.

usage: terminal_test.py WAMPD SOURCE_DIRECTORY
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import unittest

sys.dont_write_bytecode = True
from command_line import CommandLine  # noqa: E402
from router import read_until  # noqa: E402


class Terminal:
    """A command in a pseudo terminal of its own."""

    def __init__(self, place, *words, environment=None, size=(24, 80)):
        self.said = ""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(place.folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it for what it runs in the background, as these tests may be
            os.execvpe(words[0], words, place.environment | (environment or {}))
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

    def hang_up(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)

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
        return Terminal(self.place, self.place.wampd, *words, **more)

    def shell(self, command):
        """A shell with job control in which wampd runs."""
        shell = Terminal(self.place, "bash", "--norc", "--noediting", "-i", environment={"PS1": "$ "})
        self.addCleanup(shell.hang_up)
        shell.read_until(r"\$ ")
        shell.keys(f"wampd {command}\n")
        return shell

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

    def test_top_takes_its_order_from_keys(self):
        terminal = self.terminal("top", "--every", "10m", size=(24, 200))
        terminal.read_until("  by rate")
        for key, order in (("e", "errors"), ("p", "p99"), ("b", "bytes"), ("u", "queued"), ("l", "lost"), ("xr", "rate")):
            terminal.keys(key)
            terminal.read_until(f"  by {order}")
        terminal.keys("q")
        self.assertEqual(terminal.end(), 0)

    def test_ls_draws_what_it_watches_in_place(self):
        self.register("com.example.watched.a", "--value", "1")
        terminal = self.terminal("ls", "procedures", "--filter", "com.example.watched.", "--watch", "--every", "50ms", size=(24, 100),
                                 environment={"NO_COLOR": "1"})
        titles, one, other = (rf"{name} [^\x1b]*\x1b\[K" for name in ("PROCEDURE", "com.example.watched.a", "com.example.watched.b"))
        terminal.read_until(rf"\x1b\[\?1049h\x1b\[\?25l\x1b\[H{titles}\r+\n{one}\x1b\[J")
        self.register("com.example.watched.b", "--value", "2")
        terminal.read_until(rf"\x1b\[H{titles}\r+\n{one}\r+\n{other}\x1b\[J")
        terminal.keys("\x03")
        self.assertEqual(terminal.end(), 130)
        self.assertTrue(terminal.said.endswith("\x1b[?25h\x1b[?1049l"), terminal.said[-60:])

    def test_json_is_the_same_on_a_terminal(self):
        self.begin("subscribe", "com.example.json", ready="subscribed")
        terminal = self.terminal("ls", "topics", "--filter", "com.example.json", "--json")
        self.assertEqual(terminal.end(), 0)
        self.assertEqual(json.loads(terminal.said)["topic"], "com.example.json")
        terminal = self.terminal("tap", "--uri", "com.example.json", "--type", "PUBLISH", "-C", "1", "--json", "-v")
        terminal.read_until(r"< \[33,.*\n")
        self.run_it("publish", "com.example.json", "hello")
        self.assertEqual(json.loads(re.search(r"(?m)^\{.*", terminal.read_until(r"(?m)^\{.*\n"))[0])["uri"], "com.example.json")
        self.assertEqual(terminal.end(), 0)

    def test_top_gives_the_terminal_back_when_it_is_interrupted(self):
        terminal = self.terminal("top", environment={"NO_COLOR": "1"})
        terminal.read_until("realm realm1")
        terminal.keys("\x03")
        self.assertEqual(terminal.end(), 130)
        self.assertTrue(terminal.said.endswith("\x1b[?25h\x1b[?1049l"), terminal.said[-60:])
        self.assertNotIn("\x1b[1m", terminal.said)

    def test_top_gives_the_terminal_back_before_it_says_why_it_ends(self):
        terminal = self.terminal("top", "--every", "50ms", size=(24, 100))
        session = re.search(r"\n(\d+) +\S+ +127", terminal.read_until(r"\n\d+ +\S+ +127\S+ +\d"))
        self.run_it("kill", session[1], "com.example.enough")
        self.assertEqual(terminal.end(), 8)
        self.assertRegex(terminal.said, r"\x1b\[\?25h\x1b\[\?1049lwampd: [^\x1b]*com\.example\.enough[^\x1b]*\r\n$")

    def test_top_leaves_the_terminal_to_others_while_it_is_stopped(self):
        terminal = self.shell("top --every 50ms")
        terminal.read_until("realm realm1")
        terminal.keys("\x1a")
        terminal.read_until(r"(?s)\x1b\[\?25h\x1b\[\?1049l.*Stopped.*\$ ")
        terminal.keys("stty -a | tr ' ' '\\n' | grep -x -- '-*echo'; fg\n")
        terminal.read_until(r"(?s)\necho\r.*\x1b\[\?1049h\x1b\[\?25l.*realm realm1")
        self.assertFalse(termios.tcgetattr(terminal.terminal)[3] & termios.ECHO)
        terminal.keys("q")
        terminal.read_until(r"(?s)\x1b\[\?25h\x1b\[\?1049l.*\$ ")

    def test_top_that_is_ended_while_it_is_stopped_leaves_the_terminal_alone(self):
        terminal = self.shell("top --every 50ms")
        terminal.read_until("realm realm1")
        terminal.keys("\x1a")
        terminal.read_until(r"(?s)Stopped.*\$ ")
        terminal.keys("p=$(jobs -p %1); kill %1; tail -s 0.01 --pid=$p -f /dev/null\n")
        self.assertNotIn("\x1b[?", terminal.read_until(r"(?s)\[1\]. .*\$ "))
        self.assertRegex(terminal.said, "Exit 130 +wampd top")

    def test_who_does_not_draw_is_stopped_with_those_who_read_it(self):
        uri = "com.example." + "x" * 2000
        self.register(uri, "--value", "1")
        terminal = self.shell(f"ls procedures --filter {uri} --watch --every 1ms -v | sleep 600")
        terminal.read_until(r"> \[48,")
        while select.select([terminal.terminal], [], [], 0.3)[0]:  # until the pipe is full
            os.read(terminal.terminal, 65536)
        terminal.keys("\x1a")
        terminal.read_until(r"(?s)Stopped.*\$ ")
        terminal.keys("fg\n")
        terminal.read_until(r"sleep 600\r\n")
        terminal.keys("\x03")
        terminal.read_until(r"\$ ")

    def test_top_without_a_shell_is_not_stopped_for_ever(self):
        terminal = self.terminal("top", "--every", "50ms")
        terminal.read_until("realm realm1")
        terminal.keys("\x1a")
        terminal.read_until(r"(?s)\x1b\[\?25h\x1b\[\?1049l.*\x1b\[\?1049h\x1b\[\?25l.*realm realm1")
        terminal.keys("q")
        self.assertEqual(terminal.end(), 0)

    def test_top_prints_plain_rows_where_it_cannot_draw(self):
        terminal = self.terminal("top", environment={"TERM": "dumb"})
        terminal.read_until("SESSION")
        os.kill(terminal.process, signal.SIGINT)
        self.assertEqual(terminal.end(), 130)
        self.assertNotIn("\x1b", terminal.said)
        self.assertNotIn("\x1b", self.run_it("top", "--once")[0])
        self.assertEqual(set(json.loads(self.run_it("top", "--once", "--json")[0])), {"realm", "procedures", "topics", "sessions"})

    def test_tap_is_readable(self):
        terminal = self.terminal("tap", "--type", "PUBLISH", "--uri", "com.example.tapped", "-v", size=(24, 200))
        terminal.read_until(r"< \[33,")
        self.run_it("publish", "com.example.tapped", "hello")
        terminal.read_until(r" > PUBLISH  \d+  \S+  \d+  com.example.tapped  \d+ B\r\n")
        os.kill(terminal.process, signal.SIGINT)
        self.assertEqual(terminal.end(), 130)


if __name__ == "__main__":
    unittest.main()
