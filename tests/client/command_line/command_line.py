"""What tests of the command line share: a router, and commands that are run against it.

Their usage: X_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import pathlib
import shutil
import signal
import socket
import sys
import unittest

from fake_router import FakeRouter
from router import PATIENCE, Place, Router, read_until

WAMPD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCES = pathlib.Path(sys.argv.pop(1)).resolve()

JOE = {"WAMP_AUTHID": "joe", "WAMP_TICKET": "joe's ticket"}  # who may do all
EVE = {"WAMP_AUTHID": "eve", "WAMP_TICKET": "eve's ticket"}  # who may do little


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

    def fake(self, serve):
        """The environment with which commands find a router that does that."""
        router = FakeRouter(serve)
        self.addCleanup(router.end)
        return router.environment

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

    def lines_of(self, *words, **more):
        """The lines that it prints, which are JSON."""
        return [json.loads(line) for line in self.run_it(*words, **more)[0].splitlines()]

    def answer(self, *words, **more):
        return json.loads(self.run_it("call", *words, **more)[0])
