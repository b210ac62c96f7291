"""The rows of the table: a workload, its contenders, and what wampd may cost at most. The last contender is wampd."""

import os
import shutil
from contextlib import ExitStack
from typing import Callable, NamedTuple

from . import locks, servers
from .load import CPU
from .servers import LOAD_CORE, SERVER_CORE


class Figure(NamedTuple):
    of: Callable[[dict], float]  # of a report
    unit: str
    format: str


class Contender(NamedTuple):
    name: str
    report: Callable[[], dict]  # runs the workload once


class Row(NamedTuple):
    name: str
    target: str
    limit: float | None  # of the ratio to the cheapest other contender; without one, of the figure
    figure: Figure
    contenders: list  # none: `missing` says what it would take
    missing: str = ""


CPU_PER_OPERATION = Figure(lambda report: report[CPU], "µs", ".2f")
P50 = Figure(lambda report: report["p50_us"], "µs", ".1f")
BYTES = Figure(lambda report: report["resident_bytes_per_session"], "bytes", ".0f")

TIME = Figure(lambda report: report["time"], "µs", ".2f")
PERCENT = Figure(lambda report: report["share"], "%", ".1f")

RPC_16_32 = "rpc --pairs 16 --depth 32 --payload 100"
TO_1000 = "pubsub --subscribers 1000 --payload 100"
IDLE = "idle --connections 10000"

# Name, arguments of the generator, most floors, all on one core?
BESIDE_FLOOR = [
    ("RPC 16 × 32, 100 B, MessagePack → MessagePack", f"{RPC_16_32} --serializer msgpack", 1.5, False),
    ("RPC 16 × 32, 100 B, JSON → JSON", f"{RPC_16_32} --serializer json", 1.8, False),
    ("RPC 16 × 32, 100 B, JSON → MessagePack", f"{RPC_16_32} --serializer json --callee-serializer msgpack", 2.2, False),
    ("RPC 4 × 256, 100 B, MessagePack", "rpc --pairs 4 --depth 256 --payload 100", 2.5, False),
    ("PubSub 1 → 1000, one at a time, 100 B, MessagePack, per delivery", TO_1000, 1.3, False),
    ("PubSub 1 → 1000, 32 under way, 100 B, MessagePack, per delivery", f"{TO_1000} --depth 32", 1.3, False),
    ("PubSub 1 → 1, 32 under way, not acknowledged, 100 B, MessagePack, all on one core",
     "pubsub --subscribers 1 --depth 32 --payload 100", 1.5, True),
    ("RPC 16 × 8, 10 kB, MessagePack", "rpc --pairs 16 --depth 8 --payload 10000", 1.3, False),
    ("RPC 16 × 8, 10 kB, JSON", "rpc --pairs 16 --depth 8 --payload 10000 --serializer json", 1.3, False),
    ("RPC 4 × 1, 1 MB, MessagePack", "rpc --pairs 4 --depth 1 --payload 1000000", 1.3, False),
    ("RPC 4 × 1, 1 MB, JSON", "rpc --pairs 4 --depth 1 --payload 1000000 --serializer json", 1.3, False),
]
ONE_BY_ONE = "rpc --pairs 1 --depth 1 --payload 100"


class Bench:
    """The servers that rows run against: one of each for all rows, started in the with-block."""

    def __init__(self, build_dir, wampd, folder, generator):
        self.build_dir, self.wampd, self.folder, self.generator = build_dir, wampd, folder, generator
        self.stack = ExitStack()
        self.running = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def server(self, name, make):
        if name not in self.running:
            self.running[name] = self.stack.enter_context(make())
        return self.running[name]

    def floor(self):
        return self.server("floor", lambda: servers.floor(self.build_dir, self.folder))

    def router(self):
        return self.server("wampd", lambda: servers.router(self.wampd, self.folder))


def beside_floor(bench, name, arguments, limit, one_core, figure=CPU_PER_OPERATION):
    return Row(name, f"≤ {limit:g} × floor", limit, figure, [
        Contender("floor", lambda: bench.generator.report(arguments, bench.floor(), one_core)),
        Contender("wampd", lambda: bench.generator.report(arguments, bench.router(), one_core))])


def idle(bench):
    def report():
        with servers.router(bench.wampd, bench.folder) as fresh:  # one that has freed no memory yet
            return bench.generator.report(IDLE, fresh)

    return Row("memory per idle session, of 10,000", "≤ 4096 bytes", 4096, BYTES, [Contender("wampd", report)])


def two_workers(bench):
    name, arguments = next(iter(locks.LOADS.items()))

    def report(workers):
        return {"time": locks.time_per_operation(bench.generator, bench.wampd, bench.folder, arguments, workers)}

    return Row(f"2 simulated workers beside 1, one realm: {name}, a worker's time", "–", None, TIME,
               [Contender("1 worker", lambda: report(1)), Contender("wampd", lambda: report(2))])


def simulated_workers(bench):
    def report():
        return {"share": locks.dearest_share(bench.generator, bench.wampd, bench.folder)}

    return Row("8 simulated workers, one realm: the dearest lock", "≤ 5 % of a worker's time", 5, PERCENT,
               [Contender("wampd", report)])


def beside_nats(bench):
    name = "RPC 16 × 32, 100 B, beside NATS with its C client"
    program = shutil.which("nats-server", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program or not (bench.build_dir / "wampd-nats-load").exists():
        return Row(name, "< NATS", 1, CPU_PER_OPERATION, [], "needs the Debian packages nats-server and libnats-dev")

    def nats(name, cores):
        server = bench.server(name, lambda: servers.nats(program, bench.folder, cores))
        return bench.generator.report("--pairs 16 --depth 32 --payload 100", server, program="wampd-nats-load")

    return Row(name, "< NATS", 1, CPU_PER_OPERATION, [
        Contender("NATS, one core", lambda: nats("one core", (SERVER_CORE,))),
        Contender("NATS, both cores", lambda: nats("both cores", (SERVER_CORE, LOAD_CORE))),
        Contender("wampd", lambda: bench.generator.report(RPC_16_32, bench.router()))])


def over_unix_socket(bench):
    def report():
        router = bench.router()
        return bench.generator.report(RPC_16_32, router, url=f"rs+unix://{router.unix_socket}")

    return Row("RPC 16 × 32, 100 B, MessagePack, RawSocket on a Unix socket", "< WebSocket on TCP", 1, CPU_PER_OPERATION, [
        Contender("WebSocket on TCP", lambda: bench.generator.report(RPC_16_32, bench.router())),
        Contender("wampd", report)])


def rows(bench):
    listed = [beside_floor(bench, *row) for row in BESIDE_FLOOR]
    depth_1 = [
        beside_floor(bench, "RPC 1 × 1, 100 B, MessagePack, p50 round trip, all on one core", ONE_BY_ONE, 1.15, True, P50),
        beside_floor(bench, "RPC 1 × 1, 100 B, MessagePack, p50 round trip, on two cores", ONE_BY_ONE, 1.15, False, P50)]
    return [*listed[:4], *depth_1, *listed[4:7], over_unix_socket(bench), *listed[7:], beside_nats(bench),
            idle(bench), two_workers(bench), simulated_workers(bench)]


def targets(build_dir, other_wampd):
    """What is to be built for them, in a folder that is configured."""
    with_nats = "WAMPD_NATS_INCLUDE:PATH=/" in (build_dir / "CMakeCache.txt").read_text()
    return ["wampd-load", "wampd-floor", "wampd-lock-trace", *(["wampd-nats-load"] if with_nats else []),
            *([] if other_wampd else ["wampd"])]
