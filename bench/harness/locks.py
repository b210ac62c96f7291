"""Which locks workers meet at, and what that would cost if each of them had a core of its own.

A machine with fewer cores than workers cannot show how they wait for each other. So wampd runs with all of them, and
bench/workers/lock_trace.cc writes down for each what it did: so much work, then this lock for so long, and so on.
Then the workers are simulated with a core each, all at work all the time: each does what is written, and where it
wants a lock that another one has, it waits in a queue until it is its turn.
"""

import bisect
import heapq
import re
import struct
import subprocess
from collections import Counter, defaultdict, deque
from typing import NamedTuple

from . import servers
from .load import CPU

# Callers and callees, publishers and subscribers sit on different workers: wampd puts new connections where the fewest
# are, in turn, and 17 is a multiple of no number of workers.
LOADS = {
    "RPC, 16 callers × 32, 17 callees": "rpc --callers 16 --callees 17 --depth 32",
    "RPC, 16 callers × 1, 17 callees": "rpc --callers 16 --callees 17 --depth 1",
    "PubSub, 17 publishers × 32, 68 subscribers": "pubsub --publishers 17 --subscribers 68 --depth 32",
}
HEADER, COUNT, RECORD = struct.Struct("<QQQ"), struct.Struct("<Q"), struct.Struct("<QQQQQ")
# What it takes until a core sees what another one has written, measured on a virtual AMD EPYC: 140 to 170 ns. A lock that
# another core had last comes with its own cache line and with those that it guards; they are fetched side by side at best.
HANDOVER_NS = 150


class Step(NamedTuple):
    work_ns: float  # before it
    lock: int
    takes: bool  # else gives back


class Trace(NamedTuple):
    steps_by_worker: list
    cpu_ns_by_worker: list
    names: dict  # lock → what it is called
    held_ns_by_function: dict = {}  # → for how long, each time that it took a lock


def dearest_share(generator, program, folder, workers=8):
    """Of all kinds of locks under all LOADS, in percent of a worker's time: held, with waiting for it."""
    return max(100 * sum(share) for arguments in LOADS.values()
               for share in Simulation(record(generator, program, folder, arguments, workers)[0]).run().values())


def time_per_operation(generator, program, folder, arguments, workers):
    """Of a worker, in µs, with the time in which it waits for locks."""
    trace, report = record(generator, program, folder, arguments, workers)
    simulation = Simulation(trace)
    simulation.run()
    return report[CPU] * simulation.slowdown()


def record(generator, program, folder, arguments, workers):
    """What the workers of a wampd did under a load of the generator, and the generator's report."""
    path = folder / "trace"
    environment = {"LD_PRELOAD": str(generator.build_dir / "wampd-lock-trace.so"), "LOCK_TRACE": str(path)}
    with servers.router(program, folder, workers, environment) as server:
        report = generator.report(arguments, server)
    return read(path, program), report


def read(path, program):
    data = path.read_bytes()
    cycles_per_second, begin, threads = HEADER.unpack_from(data)
    offset, traces = HEADER.size, []
    for _ in range(threads):
        (count,) = COUNT.unpack_from(data, offset)
        offset += COUNT.size
        traces.append(list(RECORD.iter_unpack(data[offset:offset + count * RECORD.size])))
        offset += count * RECORD.size
    most = max(map(len, traces))
    workers = [trace for trace in traces if len(trace) > most / 10]  # the others only accept, or keep time
    ns_per_cycle = 1e9 / cycles_per_second
    parts = [steps_of(trace, ns_per_cycle) for trace in workers]
    names, held_ns = name_locks(workers, begin, functions_of(program), ns_per_cycle)
    return Trace([steps for steps, _ in parts], [cpu_ns for _, cpu_ns in parts], names, held_ns)


def name_locks(workers, begin, functions, ns_per_cycle):
    """A lock is called by the class whose functions take it most. And for how long each function held locks."""
    takers, held_ns = defaultdict(Counter), defaultdict(list)
    called = {}
    for lock, site, _, _, held in (record for trace in workers for record in trace if record[0]):
        if site not in called:
            called[site] = function_at(functions, site - begin)
        takers[lock][called[site]] += 1
        held_ns[called[site]].append(held * ns_per_cycle)
    names = {lock: counts.most_common(1)[0][0].rpartition("::")[0] for lock, counts in takers.items()}
    return names, dict(held_ns)


def functions_of(program):
    """Where the program's functions begin, and what they are called."""
    listed = subprocess.run(["nm", "-C", "--defined-only", "-n", program], capture_output=True, text=True, check=True)
    lines = (line.split(" ", 2) for line in listed.stdout.splitlines())
    return [(int(address, 16), name) for address, kind, name in lines if kind in "tTW" and name != "data_start"]


def function_at(functions, site):
    """What the function around `site` is called: of "void a::B<int>::c(x)" it is "a::B::c"."""
    number = bisect.bisect(functions, site, key=lambda function: function[0]) - 1
    if number < 0 or functions[number][1].startswith("_fini"):
        return "another library::?"
    name = functions[number][1].replace("(anonymous namespace)", "_")
    while (shorter := re.sub(r"<[^<>]*>", "", name)) != name:
        name = shorter
    return name.split("(")[0].split(" ")[-1]


def steps_of(trace, ns_per_cycle):
    """The steps of a worker and the CPU time of all its turns. A turn is what lies between two waits for events."""
    steps, turn, cpu_ns = [], [], 0.0
    turn_begin = cpu_begin = None
    for lock, _, wanted, waited, held in trace:
        if lock:
            got = wanted + waited
            turn += [(wanted, got, lock, True), (got + held, got + held, lock, False)]
            continue
        if turn_begin is not None:
            steps += steps_of_turn(sorted(turn), turn_begin, wanted, ns_per_cycle, held - cpu_begin)
            cpu_ns += held - cpu_begin
        turn, turn_begin, cpu_begin = [], wanted + waited, held
    return steps, cpu_ns


def steps_of_turn(turn, begin, end, ns_per_cycle, cpu_ns):
    """Without what the time stamps hold but the CPU time does not: another thread had the core meanwhile."""
    times, now = [], begin
    for reached, left, *_ in turn:
        times.append((reached - now) * ns_per_cycle)
        now = left
    times.append((end - now) * ns_per_cycle)
    excess = sum(times) - cpu_ns
    if excess > 0:
        longest = max(range(len(times)), key=times.__getitem__)
        times[longest] = max(times[longest] - excess, 0)
    ends = [(lock, takes) for _, _, lock, takes in turn] + [(0, False)]
    return [Step(time, *end) for time, end in zip(times, ends)]


class Share(NamedTuple):
    held: float
    waited: float


class Simulation:
    """All workers at once, each on a core of its own, until the first has no more steps."""

    def __init__(self, trace):
        self.trace = trace
        self.holder, self.last_user = {}, {}
        self.queues = defaultdict(deque)
        self.got_at, self.held, self.waited = {}, Counter(), Counter()
        self.coming = []  # (when, worker, step)
        self.handovers, self.total_ns = 0, 0.0

    def run(self):
        """The shares of the workers' time, by the locks' names, the dearest first."""
        for worker in range(len(self.trace.steps_by_worker)):
            self.go_on(0.0, worker, 0)
        now = 0.0
        while self.coming:
            now, worker, index = heapq.heappop(self.coming)
            step = self.trace.steps_by_worker[worker][index]
            if step.lock and step.takes:
                self.want(now, worker, index, step.lock)
                continue
            if step.lock:
                self.give_back(now, step.lock)
            if index + 1 == len(self.trace.steps_by_worker[worker]):
                break
            self.go_on(now, worker, index + 1)
        self.total_ns = now * len(self.trace.steps_by_worker)
        return self.shares()

    def go_on(self, now, worker, index):
        heapq.heappush(self.coming, (now + self.trace.steps_by_worker[worker][index].work_ns, worker, index))

    def want(self, now, worker, index, lock):
        if lock in self.holder:
            self.queues[lock].append((now, worker, index))
        else:
            self.get(now, worker, index, lock)

    def get(self, now, worker, index, lock):
        self.holder[lock], self.got_at[lock] = worker, now
        if self.last_user.get(lock, worker) != worker:
            now += HANDOVER_NS
            self.handovers += 1
        self.last_user[lock] = worker
        self.go_on(now, worker, index + 1)

    def give_back(self, now, lock):
        self.held[lock] += now - self.got_at[lock]
        del self.holder[lock]
        if self.queues[lock]:
            wanted, worker, index = self.queues[lock].popleft()
            self.waited[lock] += now - wanted
            self.get(now, worker, index, lock)

    def slowdown(self):
        """How much more time all took than each alone would have, after run()."""
        lost_ns = sum(self.waited.values()) + self.handovers * HANDOVER_NS
        return self.total_ns / (self.total_ns - lost_ns)

    def shares(self):
        by_name = defaultdict(lambda: Share(0, 0))
        for lock in self.held:
            name = self.trace.names[lock]
            held, waited = by_name[name]
            by_name[name] = Share(held + self.held[lock] / self.total_ns, waited + self.waited[lock] / self.total_ns)
        return dict(sorted(by_name.items(), key=lambda item: -sum(item[1])))
