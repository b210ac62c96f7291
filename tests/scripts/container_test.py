"""The Dockerfile, as far as it can be looked at without Docker. scripts/try-container does what it says.

usage: container_test.py SOURCE_DIRECTORY WAMPD
"""
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

WAMPD = Path(sys.argv.pop()).resolve()
ROOT = Path(sys.argv.pop()).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
from dockerfile import Wrong, parse  # noqa: E402

EXAMPLE = ROOT / "examples" / "docker"
TEXT = (ROOT / "Dockerfile").read_text()
IMAGE = [one for one in parse(TEXT) if one.stage == 1]
# Packages that Debian's images have themselves: the package manager is linked with them.
OF_THE_BASE = {"libc6", "libgcc-s1", "libstdc++6", "zlib1g"}


def words_of(name):
    found = [one.words for one in IMAGE if one.name == name]
    assert len(found) == 1, f"{len(found)} times {name}"
    return found[0]


def packages_of(paths):
    """The packages with these files; /lib is a link to /usr/lib, and packages know one or the other."""
    short = {path.removeprefix("/usr") for path in paths}
    found = subprocess.run(["dpkg", "-S", *short, *("/usr" + path for path in short)], capture_output=True, text=True, check=False).stdout
    owners = {path.removeprefix("/usr"): package.split(":")[0] for package, path in re.findall(r"^(\S+): (\S+)$", found, re.MULTILINE)}
    return {owners[path] for path in short}


class Container(unittest.TestCase):
    def test_the_image_is_made_of_the_second_of_two_stages(self):
        self.assertEqual([one.words for one in parse(TEXT) if one.name == "FROM"], [["debian:12-slim", "build"], ["debian:12-slim", ""]])
        self.assertIn(["build", "/image/usr/bin/wampd", "/usr/bin/"], [one.words for one in IMAGE if one.name == "COPY"])

    def test_it_has_what_the_program_is_linked_with_and_nothing_else(self):
        linked = subprocess.run(["ldd", WAMPD], capture_output=True, text=True, check=True).stdout
        needed = packages_of(re.findall(r"=> (/\S+)", linked)) - OF_THE_BASE
        installing = next(one.words[0] for one in IMAGE if one.name == "RUN" and "apt-get install" in one.words[0])
        words = installing.partition("apt-get install")[2].partition("&&")[0].split()
        self.assertEqual({word for word in words if not word.startswith("--")}, needed)
        self.assertIn("--no-install-recommends", words)

    def test_it_does_not_run_as_root_and_says_so_in_numbers(self):
        self.assertRegex(words_of("USER")[0], r"^[1-9]\d*:[1-9]\d*$")

    def test_it_runs_the_program_itself_which_listens_on_the_port_that_is_exposed(self):
        self.assertEqual(words_of("ENTRYPOINT"), ["wampd"])
        self.assertEqual(words_of("CMD"), ["--ws", f"0.0.0.0:{words_of('EXPOSE')[0]}"])

    def test_its_health_is_asked_by_the_program(self):
        self.assertEqual(words_of("HEALTHCHECK"), ["wampd", "ready", "--timeout", "2s"])

    def test_docker_is_given_what_git_knows(self):
        rules = {name: [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
                 for name in (".gitignore", ".dockerignore")}
        # A name with a slash at its beginning is one of the root in Git, and each is one in Docker.
        wanted = [".git", *(line.strip("/") if line.startswith("/") else f"**/{line.strip('/')}" for line in rules[".gitignore"])]
        self.assertEqual(rules[".dockerignore"], wanted)


class Page(unittest.TestCase):
    def test_it_has_the_files_of_the_example(self):
        page = (ROOT / "docs" / "docker.md").read_text()
        for name, language in (("compose.yaml", "yaml"), ("etc/wampd.jsonc", "jsonc")):
            self.assertIn(f"`{name}`:\n\n```{language}\n{(EXAMPLE / name).read_text()}```\n", page)

    def test_the_configuration_of_the_example_is_good_once_the_secrets_are_there(self):
        with tempfile.TemporaryDirectory() as folder:
            text = (EXAMPLE / "etc" / "wampd.jsonc").read_text()
            for secret in re.findall(r"/run/secrets/(\w+\.?\w*)", text):
                self.assertIn(secret, re.search(r"secrets: \[(.*)\]", (EXAMPLE / "compose.yaml").read_text())[1].split(", "))
            subprocess.run([WAMPD, "dev-cert", "--directory", folder], check=True, capture_output=True)
            Path(folder, "joes_ticket").write_text("secret\n")
            file = Path(folder, "wampd.jsonc")
            file.write_text(text.replace("/run/secrets", folder).replace("/var/lib/wampd", folder))
            checked = subprocess.run([WAMPD, "check", "--strict", file], capture_output=True, text=True, check=False)
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))


class Reading(unittest.TestCase):
    def complains(self, text, what):
        with self.assertRaises(Wrong) as raised:
            parse(text)
        self.assertEqual(str(raised.exception), what)

    def test_lines_go_on_and_comments_are_left_out(self):
        one, other = parse("# first\nFROM a AS b\nRUN x \\\n# between\n  && y\n")
        self.assertEqual((one.words, other.stage, other.words), (["a", "b"], 0, ["x && y"]))

    def test_what_is_not_known_is_refused_with_its_line(self):
        self.complains("FROM a\n\nADD x /\n", "line 3: unknown instruction ADD")
        self.complains("FROM a\nCOPY --chown=joe x /\n", "line 2: unknown option --chown of COPY")
        self.complains("FROM a\nCMD wampd\n", 'line 2: expected the exec form, ["WORD", ...], found wampd')
        self.complains("RUN x\n", "line 1: expected FROM, found RUN")


if __name__ == "__main__":
    unittest.main()
