"""Pages whose commands are run as they stand there, in a folder with the page's files.

usage: pages_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest
import urllib.request

WAMPD = pathlib.Path(sys.argv.pop(1)).resolve()
SOURCES = pathlib.Path(sys.argv.pop(1)).resolve()
PUBLICATION = re.compile(r"\b\d{10,}\b")  # which is another one each time
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCES / "tests" / "client" / "command_line"))
from router import PATIENCE, Place, until  # noqa: E402
from transcripts import Transcript, blocks  # noqa: E402


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        return nobody.getsockname()[1]


class Commands(Transcript):
    """Of a page whose router tells at /monitor what is registered, and not everybody over WAMP."""

    def __init__(self, place, port):
        super().__init__(place, {"WAMP_URL": f"ws://127.0.0.1:{port}/ws"})
        self.procedures = f"http://127.0.0.1:{port}/monitor/procz"

    def has_joined(self, command):
        registered = re.match(r"wampd register (\S+)", command)
        with urllib.request.urlopen(self.procedures, timeout=PATIENCE) as answer:
            return not registered or registered[1] in [one["procedure"] for one in json.load(answer)["procedures"]]


class Page(unittest.TestCase):
    def setUp(self):
        self.place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, self.place.folder)
        self.port = str(free_port())

    def text(self, name):
        return (SOURCES / "docs" / name).read_text().replace("8080", self.port)

    def block(self, language, text, index=0):
        return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[index]

    def serve(self, command):
        """Runs a command of a page that starts the router, until the test has ended."""
        log = self.place.folder / "log"
        with log.open("wb") as stream:
            process = subprocess.Popen(["/bin/bash", "-c", command], cwd=self.place.folder, env=self.place.environment,
                                       stdout=stream, stderr=stream, start_new_session=True)
        self.addCleanup(process.wait, PATIENCE)
        until("the router", lambda: "listening on" in log.read_text() or process.poll() is not None)
        self.assertIsNone(process.poll(), log.read_text())
        self.addCleanup(os.killpg, process.pid, signal.SIGTERM)

    def run_all(self, text):
        commands = [command for block in blocks(PUBLICATION.sub("...", text)) for command in block]
        self.assertGreater(len(commands), 0)
        self.assertIsNone(Commands(self.place, self.port).run(commands))


class Curl(Page):
    def test_each_command_says_what_the_page_says(self):
        text = self.text("curl.md")
        self.place.write("wampd.jsonc", self.block("jsonc", text))
        self.place.write("signed_post.sh", self.block("bash", self.text("http.md")))
        self.serve(self.block("sh", text))
        self.run_all(text)


class ContinuousIntegration(Page):
    def test_each_command_says_what_the_page_says(self):
        text = self.text("continuous-integration.md")
        self.place.write("wampd.jsonc", self.block("jsonc", text))
        self.run_all(text)


if __name__ == "__main__":
    unittest.main()
