"""What the figures of bench/ are made of: the simulated workers, the charts with their data, and how start.py fails."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from harness import chart, locks  # noqa: E402

LOCK, OTHER = 1, 2


def work(*steps):
    """Steps of (work before it, lock, +1 to take or -1 to give back)."""
    return [locks.Step(work_ns, lock, change > 0) for work_ns, lock, change in steps]


def simulated(*workers):
    trace = locks.Trace(list(workers), [], {LOCK: "the lock", OTHER: "another"})
    simulation = locks.Simulation(trace)
    return simulation, simulation.run()


class Workers(unittest.TestCase):
    def test_one_worker_never_waits(self):
        simulation, shares = simulated(work((600, LOCK, +1), (300, LOCK, -1), (100, 0, 0)))
        self.assertEqual(shares, {"the lock": locks.Share(0.3, 0)})
        self.assertEqual(simulation.slowdown(), 1)

    def test_who_comes_later_waits_until_the_lock_is_given_back(self):
        first = work((0, LOCK, +1), (850, LOCK, -1), (1000, 0, 0))
        second = work((500, LOCK, +1), (100, LOCK, -1), (900, 0, 0))
        simulation, shares = simulated(first, second)
        # The first ends at 1850, the second has waited from 500 to 850 and then for the handover.
        self.assertAlmostEqual(shares["the lock"].waited, 350 / (2 * 1850))
        self.assertAlmostEqual(shares["the lock"].held, (850 + locks.HANDOVER_NS + 100) / (2 * 1850))
        self.assertAlmostEqual(simulation.slowdown(), 3700 / (3700 - 350 - locks.HANDOVER_NS))

    def test_those_who_wait_get_the_lock_in_the_order_in_which_they_came(self):
        first = work((0, LOCK, +1), (1000, LOCK, -1), (100_000, 0, 0))
        third = work((200, LOCK, +1), (5000, LOCK, -1), (100_000, 0, 0))
        second = work((100, LOCK, +1), (50, LOCK, -1), (0, 0, 0))
        simulation, _ = simulated(first, third, second)
        self.assertEqual(simulation.total_ns, 3 * (1000 + locks.HANDOVER_NS + 50))

    def test_a_lock_taken_under_another_delays_those_who_want_the_outer_one(self):
        first = work((0, LOCK, +1), (10, OTHER, +1), (500, OTHER, -1), (10, LOCK, -1), (1000, 0, 0))
        second = work((5, LOCK, +1), (10, LOCK, -1), (0, 0, 0))
        _, shares = simulated(first, second)
        self.assertGreater(shares["the lock"].waited, 0)
        self.assertEqual(shares["another"].waited, 0)

    def test_the_time_of_other_threads_is_taken_out_of_a_turn(self):
        # One cycle is a nanosecond. The turn from 100 to 1100 used 400 ns of CPU: the other 600 were not its own.
        trace = [(0, 0, 0, 100, 50), (LOCK, 7, 150, 0, 50), (0, 0, 1100, 10, 450)]
        steps, cpu_ns = locks.steps_of(trace, 1)
        self.assertEqual(cpu_ns, 400)
        self.assertEqual(steps, work((50, LOCK, +1), (50, LOCK, -1), (300, 0, 0)))

    def test_a_lock_is_called_by_the_class_that_takes_it(self):
        functions = [(100, "router::Realm::handle(router::Member&, wamp::Call const&)"),
                     (200, "std::optional<int> router::Box<a::b>::take<int>(int)"), (300, "_fini")]
        self.assertEqual(locks.function_at(functions, 150), "router::Realm::handle")
        self.assertEqual(locks.function_at(functions, 200), "router::Box::take")
        self.assertEqual(locks.function_at(functions, 99), "another library::?")
        self.assertEqual(locks.function_at(functions, 12345), "another library::?")
        trace = [(LOCK, 1150, 0, 0, 10), (LOCK, 1150, 20, 0, 30), (LOCK, 1200, 90, 0, 1), (0, 0, 0, 0, 0)]
        names, held_ns = locks.name_locks([trace], 1000, functions, 2)
        self.assertEqual(names, {LOCK: "router::Realm"})
        self.assertEqual(held_ns, {"router::Realm::handle": [20, 60], "router::Box::take": [2]})


class Charts(unittest.TestCase):
    drawn = chart.Chart("a < b", "connections", "µs", "flat", {"wampd": [(10, 1.5), (1000, 2)], "floor": [(10, 1)]})

    def test_a_chart_is_xml_with_a_mark_for_each_point(self):
        document = xml.dom.minidom.parseString(chart.svg(self.drawn))
        points_and_legend = 2 + 1
        self.assertEqual(len(document.getElementsByTagName("circle")), points_and_legend)

    def test_the_data_come_back_as_they_were_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "chart.csv"
            chart.write_csv(path, self.drawn)
            self.assertEqual(chart.read_csv(path), self.drawn.lines)

    def test_the_ends_of_a_logarithmic_axis_are_powers_of_ten(self):
        self.assertEqual(chart.decades(3, 2000), [1, 10, 100, 1000, 10000])

    def test_a_linear_axis_begins_at_zero_and_has_round_steps(self):
        self.assertEqual(chart.steps(34), [0, 10, 20, 30, 40])


class Starts(unittest.TestCase):
    def complains(self, status, what, *arguments):
        done = subprocess.run([sys.executable, ROOT / "bench" / "start.py", *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, status)
        self.assertEqual(done.stderr.splitlines()[-1], f"start.py: {what}")

    def test_fewer_than_one_is_refused(self):
        for number in ("0", "-1", "many"):
            self.complains(2, f"error: argument runs: expected a number of at least 1, found {number}", "--", number)

    def test_a_router_that_ends_at_once_is_told(self):
        self.complains(1, "false --ephemeral has ended before it was ready, with status 1", "--program", "false", "1")


if __name__ == "__main__":
    unittest.main()
