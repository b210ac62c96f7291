"""The client of the command line against the router, both the built program: its pages say what it says.

usage: documented_test.py WAMPD SOURCE_DIRECTORY
"""
import re
import sys
import unittest

sys.dont_write_bytecode = True
from command_line import SOURCES, CommandLine  # noqa: E402
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


if __name__ == "__main__":
    unittest.main()
