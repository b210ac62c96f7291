"""bench/workers/run sees the locks of a wampd under load. How dear they are does not matter here.

usage: workers_test.py BUILD_DIRECTORY
"""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "release")


class Workers(unittest.TestCase):
    def test_locks_are_called_by_their_classes_and_functions(self):
        done = subprocess.run([sys.executable, ROOT / "bench" / "workers" / "run", "--no-build", "--build-dir", BUILD,
                               "--workers", "3", "--load", "rpc --callers 3 --callees 4 --depth 4", "--all", "--functions"],
                              capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        # Each loop of Asio has a lock of its own, which others take to wake it up.
        self.assertRegex(done.stdout, r"\| `asio::detail::scheduler` \| \d+\.\d% \| \d+\.\d% \| \d+\.\d% \|")
        self.assertRegex(done.stdout, r"\| `asio::detail::scheduler::\w+` \| \d+ \| \d+ ns \|")
        shares = [float(share) for share in re.findall(r"(\d+\.\d)% \|$", done.stdout.split("\n\n")[0], re.MULTILINE)]
        self.assertGreater(sum(shares), 0)
        self.assertLessEqual(max(shares), 100)


if __name__ == "__main__":
    unittest.main()
