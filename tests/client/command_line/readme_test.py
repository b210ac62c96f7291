"""What the README does from the command line, line by line, against a router without a configuration file; and what docs/testing.md does.

usage: readme_test.py WAMPD SOURCE_DIRECTORY
"""
import json
import re
import shutil
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import SOURCES, WAMPD  # noqa: E402
from router import PATIENCE, Place, until  # noqa: E402
from transcripts import Transcript, blocks  # noqa: E402

# What is seen of each line, beside what earlier ones still say; and those that go on until they are interrupted.
SEEN = {"wampd register": [], "wampd call": ['{"args":[5],"kwargs":{}}', "..."], "wampd subscribe": [],
        "tail -f": ['{..."topic":"com.example.log",..."args":["one line"],...}', "..."],
        "wampd ls": ['{"session":...}', "realm realm1 ...", "PROCEDURE ...", "..."],
        "wampd explain": ['role "anonymous" of realm "realm1" may call "com.example.add"', "..."], "wampd context": ["..."]}
GO_ON = ["wampd subscribe", "tail -f", "wampd ls"]


def lines_of_the_readme():
    section = (SOURCES / "README.md").read_text().partition("## From the command line")[2]
    return [line.partition(" # ")[0].strip() for line in re.search(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[1].splitlines()]


class Readme(unittest.TestCase):
    def setUp(self):
        self.place = Place(WAMPD)
        self.addCleanup(shutil.rmtree, self.place.folder)
        ports = self.place.folder / "ports"
        router = subprocess.Popen([self.place.wampd, "--ws", "127.0.0.1:0", "--ports-file", str(ports)], cwd=self.place.folder,
                                  env=self.place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(router.wait, timeout=PATIENCE)
        self.addCleanup(router.terminate)
        until("the router's port", ports.exists)
        self.place.environment["WAMP_URL"] = json.loads(ports.read_text())["paths"][0]["url"]
        self.place.write("log", "one line\n")
        self.place.write("joe.ticket", "a ticket")

    def has_subscriber(self):
        return self.place.run("call", "wamp.subscription.match", "com.example.log", "--raw")[1].strip() not in ("", "null")

    def test_each_line_does_what_is_said_of_it(self):
        transcript = Transcript(self.place, {})
        self.addCleanup(transcript.end)
        lines = lines_of_the_readme()
        self.assertEqual([line for line in lines if not any(line.startswith(begin) for begin in SEEN)], [])
        for line in lines:
            begin = next(begin for begin in SEEN if line.startswith(begin))
            goes_on = begin in GO_ON
            self.assertIsNone(transcript.do("{ " + line + "; } &" if goes_on else line, SEEN[begin]))
            self.assertEqual(transcript.status, 0, line)
            if begin == "wampd subscribe":
                until("the subscriber", self.has_subscriber)


class TestingPage(unittest.TestCase):
    def test_each_transcript_says_what_it_says(self):
        transcripts = list(blocks((SOURCES / "docs" / "testing.md").read_text()))
        self.assertEqual(len(transcripts), 1)
        for commands in transcripts:
            place = Place(WAMPD)
            self.addCleanup(shutil.rmtree, place.folder)
            self.assertIsNone(Transcript(place, {}).run(commands))


if __name__ == "__main__":
    unittest.main()
