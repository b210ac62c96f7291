"""Each attack of bench/reliability/run is one, and those who stand by lose nothing. How long anything takes does not matter here.

usage: attacks_test.py BUILD_DIRECTORY
"""
import importlib.machinery
import importlib.util
import pathlib
import socket
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "release")
RUN = ROOT / "bench" / "reliability" / "run"
sys.path.insert(0, str(RUN.parent))
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("run", str(RUN))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)


class Attacks(unittest.TestCase):
    def test_all_of_them_do_what_they_say_and_no_call_of_others_is_lost(self):
        done = subprocess.run([sys.executable, RUN, "attacks", "--quick", "--passes", "1", "--no-build", "--build-dir", BUILD],
                              capture_output=True, text=True, timeout=170)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for attack in run.ATTACKS:
            self.assertRegex(done.stdout, rf"\| {attack.__name__.replace('_', ' ')}, pass 1 \| [\d,]+ calls, none lost")

    def test_one_on_a_router_that_lets_nobody_in_is_none(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        for attack in run.ATTACKS:
            with self.assertRaises((AssertionError, OSError), msg=attack.__name__):
                attack(run.Crowd(port, quick=True, held=lambda kind: 0))

    def test_calls_that_were_under_way_in_a_moment_of_shedding_are_left_out(self):
        slots = [(1.0, 1.1, [(0.001, 99), (0.005, 1)]), (1.1, 1.2, [(0.3, 1), (0.01, 1)])]
        self.assertEqual(run.latencies(slots, []), (102, 0.01, 0.3))
        self.assertEqual(run.latencies(slots, [(0.8, 0.85)]), (101, 0.005, 0.01))
        self.assertEqual(run.latencies(slots, [(0.8, 2)]), (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
