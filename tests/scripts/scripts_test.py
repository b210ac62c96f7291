"""What ./run, ./test and scripts/ say, with stand-ins for the system's programs."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1) if len(sys.argv) > 1 else __file__).resolve()
NOBODY = 65534


class Scripts(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        (self.folder / "bin").mkdir()

    def program(self, path, text):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/bash\n{text}\n")
        file.chmod(0o755)
        return file

    def copy(self, script):
        target = self.folder / "tree" / script
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / script, target)
        return target

    def call(self, *words, user=None):
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        return subprocess.run(words, env=environment, user=user, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=60)

    def install(self, apt_get, user=None):
        self.program("bin/dpkg-query", "exit 1")
        self.program("bin/apt-cache", "exit 0")
        self.program("bin/apt-get", apt_get)
        self.copy("debian/control")
        return self.call(str(self.copy("scripts/install-packages")), "build", user=user)

    def test_installing_says_how_far_it_is(self):
        done = self.install('case "$*" in *install*)\n'
                            'echo "0 upgraded, 195 newly installed, 0 to remove"; echo Get:1 a; echo Get:2 b; sleep 12;; esac')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("installing, 2 of 195 fetched, 0 set up", done.stdout)

    def check_packages(self, purpose, control):
        self.program("bin/dpkg-query", "exit 1")
        script = self.copy("scripts/install-packages")
        file = self.folder / "tree/debian/control"
        file.parent.mkdir(exist_ok=True)
        file.write_text(control)
        return self.call(str(script), "--check", purpose)

    def test_the_packages_are_those_that_debian_control_names_for_that_purpose(self):
        for fields in ("Source: x\nBuild-Depends:\n# Comment\n debhelper-compat (= 13),\n dh-x,\n manual <!nodoc>,\n a (>= 1),\n b <pkg.wampd.test>,\n"
                       "# Comment\n c <pkg.wampd.test> <pkg.wampd.bench>,\n d <pkg.wampd.bench>,\n\nPackage: x\nDepends: e,\n f,\n",
                       "Source: x\nBuild-Depends: debhelper-compat(= 13), a(>= 1),\n\tb<pkg.wampd.test> , c <pkg.wampd.test>\n"
                       "# Comment\n  <pkg.wampd.bench>,\n\td<pkg.wampd.bench>\nSection: e\n"):
            for purpose, wanted in {"build": "a\n", "test": "a b c\n", "bench": "a c d\n"}.items():
                done = self.check_packages(purpose, fields)
                self.assertEqual((done.returncode, done.stdout), (1, wanted), done.stderr)

    def test_a_package_whose_line_is_not_understood_is_not_left_out(self):
        for entry in ("b | c", "b [amd64]", "b\n c", "${b}", "b (>= 1", "B"):
            done = self.check_packages("build", f"Source: x\nBuild-Depends: a,\n {entry},\n")
            self.assertEqual((done.returncode, done.stdout), (1, ""), entry)
            self.assertIn(f"not: {entry.split()[0]}", done.stderr)
            self.assertIn("debian/control is not understood", done.stderr)

    def test_a_failure_shows_what_apt_said(self):
        done = self.install("echo 'E: Could not resolve host'; exit 100")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Could not resolve host", done.stderr)
        self.assertIn("is there a network", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "becomes another user")
    def test_a_sudo_that_cannot_ask_is_told_from_a_missing_network(self):
        self.program("bin/sudo", "exit 1")
        done = self.install("exit 0", user=NOBODY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("sudo wants a password, and there is no terminal", done.stderr)
        self.assertNotIn("network", done.stderr)

    def run_with_program(self, *words):
        self.copy("run")
        self.program("tree/build/release/wampd", 'echo "program $*"')
        self.program("tree/scripts/install-packages", "echo built >&2; exit 1")
        link = self.folder / "link"
        link.symlink_to(self.folder / "tree" / "run")
        return self.call(str(link), *words)

    def test_run_works_through_a_link_and_help_does_not_wait_for_a_build(self):
        done = self.run_with_program("--help")
        self.assertEqual((done.stdout, done.stderr), ("program --help\n", ""))

    def test_run_builds_what_is_not_up_to_date(self):
        done = self.run_with_program("--workers", "2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("built", done.stderr)

    def test_that_no_sanitizer_is_built_with_is_a_failure(self):
        for script in ("test", "scripts/without-aslr"):
            self.copy(script)
        for step in ("bin/cmake", "bin/ctest", "tree/scripts/install-packages", "tree/scripts/check-alone", "tree/conformance/run"):
            self.program(step, "exit 0")
        for preset, sanitizers in {"release": "", "asan": "address", "tsan": ""}.items():
            build = self.folder / "tree" / "build" / preset
            (build / "Testing" / "Temporary").mkdir(parents=True)
            (build / "Testing" / "Temporary" / "LastTest.log").touch()
            (build / "CMakeCache.txt").write_text(f"WAMPD_SANITIZE:STRING={sanitizers}\n")
        done = self.call(str(self.folder / "tree" / "test"))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("== FAILED: configure tsan: it has no sanitizer\n", done.stdout)

    def test_what_a_failing_test_said_last_is_told_at_the_end(self):
        self.copy("test")
        for step in ("bin/cmake", "tree/scripts/install-packages"):
            self.program(step, "exit 0")
        said = "\n".join(["1/2 Testing: good", "1/2 Test: good", "Output:", "-----", "all is well", "<end of output>", "Test time =   1 sec",
                          "-----", "Test Passed.", "2/2 Testing: bad", "2/2 Test: bad", "Output:", "-----", *(f"line {n}" for n in range(30)),
                          "2026-12-01T08:15:36.753+00:00 info session 1 joined", "it broke", "<end of output>", "Test time =   1 sec", "-----",
                          "Test Failed.", ""])
        (self.folder / "log").write_text(said)
        self.program("bin/ctest", f"cp {self.folder}/log build/release/Testing/Temporary/LastTest.log; exit 8")
        done = self.call(str(self.folder / "tree" / "test"), "--fast")
        self.assertEqual(done.returncode, 1, done.stdout)
        told = done.stdout[done.stdout.index("-- bad said last:"):].splitlines()
        self.assertEqual(told[:2] + told[20:], ["-- bad said last:", "   line 11", "   it broke",
                                                "== FAILED: test release (exit code 8 after 0 s)"])

    def check_alone(self, files):
        """Of a program that is made of these files only: name and text."""
        tree = self.folder / "tree"
        for name, text in files.items():
            (tree / "text" / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / "text" / name).write_text(text)
        build = tree / "build" / "alone"
        build.mkdir(parents=True)
        (build / "compile_commands.json").write_text(json.dumps([
            {"file": str(tree / "text" / name), "command": f"clang++ -std=c++20 -Werror -I{tree} -o x -c {name}"}
            for name in files if name.endswith(".cc")]))
        self.program("bin/cmake", "exit 0")
        return self.call(sys.executable, str(self.copy("scripts/check-alone")))

    def test_a_header_that_many_include_is_not_given_to_one_that_forgot_it(self):
        files = {"count.h": "#pragma once\nusing Count = int;\n"}
        for number in range(8):
            files[f"good{number}.h"] = f'#pragma once\n#include "text/count.h"\nCount good{number}();\n'
            files[f"good{number}.cc"] = f'#include "text/good{number}.h"\nCount good{number}() {{ return {number}; }}\n'
        done = self.check_alone(files)
        self.assertEqual((done.returncode, done.stdout), (0, "9 passed, 0 failed\n"), done.stderr)
        shutil.rmtree(self.folder / "tree")
        # Its source includes what the header needs, but only after the header.
        files |= {"bad.h": "#pragma once\nCount bad();\n", "bad.cc": '#include "text/bad.h"\n#include "text/count.h"\nCount bad() { return 1; }\n',
                  "worse.h": "#pragma once\nCount worse();\n",
                  # It forgets its own header, which has what it needs.
                  "forgets.h": '#pragma once\n#include "text/count.h"\nCount forgets();\n', "forgets.cc": "Count forgets() { return 1; }\n",
                  "late.h": '#pragma once\nCount late();\n#include "text/count.h"\n',
                  "perhaps.h": '#pragma once\n#ifdef NEVER\n#include "text/count.h"\n#endif\nCount perhaps();\n'}
        done = self.check_alone(files)
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (1, "9 passed, 5 failed"), done.stdout)
        for name in ("bad.cc", "worse.h", "forgets.cc", "late.h", "perhaps.h"):
            self.assertIn(f"text/{name} does not compile alone:\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
