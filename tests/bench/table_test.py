"""bench/run and bench/compression measure, and put their tables where they belong. How dear anything is does not matter
here.

usage: table_test.py BUILD_DIRECTORY
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ROOT / "build" / "release")
ROW = "RPC 1 × 1, 100 B, MessagePack, p50 round trip, all on one core"


def bench_run(*words):
    return subprocess.run([sys.executable, ROOT / "bench" / "run", "--no-build", "--build-dir", BUILD, "--same-core",
                           "--runs", "2", "--duration", "0.05", *words], capture_output=True, text=True, timeout=100)


class TableOfCompression(unittest.TestCase):
    def test_the_table_has_what_is_left_of_each_message_and_what_that_takes(self):
        if not (BUILD / "bench" / "micro" / "compression_bench").exists():
            self.skipTest("needs the Debian package libbenchmark-dev")
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text("before\n<!-- bench/compression writes from here -->\nold\n<!-- to here -->\nafter\n")
            done = subprocess.run([sys.executable, ROOT / "bench" / "compression", "--no-build", "--build-dir", BUILD,
                                   "--runs", "1", "--markdown", page], capture_output=True, text=True, timeout=100)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = page.read_text()
        self.assertRegex(text, r"\| JSON \| 1,040 \| \d+ \(\d+ %\) \| [\d.]+ µs \| [\d.]+ µs \|")
        self.assertNotIn("old", text)


class Table(unittest.TestCase):
    def test_a_row_has_its_figures_and_whether_the_target_is_met(self):
        done = bench_run("--only", ROW)
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"| {ROW}"))
        _, _, target, floor, wampd, ratio, verdict, _ = (cell.strip() for cell in line.split("|"))
        self.assertEqual(target, "≤ 1.15 × floor")
        self.assertAlmostEqual(float(ratio.split()[0]), float(wampd.split()[0]) / float(floor.split()[0]), delta=0.02)
        self.assertEqual(verdict, "met" if float(ratio.split()[0]) <= 1.15 else "**missed**")

    def test_the_table_replaces_what_is_between_its_marks(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text("before\n<!-- bench/run writes from here -->\nold\n<!-- to here -->\nafter\n")
            done = bench_run("--only", ROW, "--markdown", page)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = page.read_text()
        self.assertTrue(text.startswith("before\n<!-- bench/run writes from here -->\n"))
        self.assertTrue(text.endswith("\n<!-- to here -->\nafter\n"))
        self.assertIn(f"| {ROW} |", text)
        self.assertNotIn("old", text)

    def test_a_page_without_marks_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text("nothing\n")
            done = bench_run("--only", ROW, "--markdown", page)
            self.assertEqual(page.read_text(), "nothing\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("has not the two lines", done.stderr)

    def test_what_is_not_installed_is_told_in_the_table(self):
        done = bench_run("--only", "beside NATS")
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if "beside NATS" in line)
        self.assertRegex(line, r"\((NATS, .*)\)|not measured: needs the Debian packages")


if __name__ == "__main__":
    unittest.main()
