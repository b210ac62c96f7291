"""Builds the programs and runs the load generator beside a server."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

from .servers import LOAD_CORE, ROOT, SERVER_CORE, Failure, pinned

CPU = "server_cpu_us_per_op"


def configure(build_dir):
    if (build_dir / "CMakeCache.txt").exists():
        return
    if build_dir != ROOT / "build" / "release":
        raise Failure(f"{build_dir} is not a build folder")
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=sys.stderr)


def build(build_dir, targets):
    configure(build_dir)
    subprocess.run(["cmake", "--build", build_dir, "--target", *targets], check=True, stdout=sys.stderr)


class Generator:
    """wampd-load with the times of one command line of ours."""

    def __init__(self, build_dir, duration_s, warmup_s, same_core=False):
        self.build_dir, self.same_core = build_dir, same_core
        self.duration_s, self.warmup_s = duration_s, warmup_s

    @contextmanager
    def idle(self, connections, server):
        """So many sessions that do nothing, within the with-block."""
        time.sleep(0.2)  # the one that found out whether it listens has gone
        before = server.connections()
        command = [self.build_dir / "wampd-load", "idle", "--connections", str(connections), "--url", server.url,
                   "--duration", "3600"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=pinned(LOAD_CORE))
        try:
            deadline = time.monotonic() + 60
            while server.connections() < before + connections:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise server.failure(f"{connections} idle sessions could not be opened")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait()

    def report(self, arguments, server, one_core=False, url=None, program="wampd-load"):
        """What one run of `arguments` (a string) against `server` reported."""
        core = SERVER_CORE if one_core or self.same_core else LOAD_CORE
        command = [self.build_dir / program, *arguments.split(), "--url", url or server.url, "--json",
                   "--pid", str(server.process.pid), "--duration", str(self.duration_s),
                   "--warmup", str(self.warmup_s)]
        if server.name == "wampd-floor":
            command.append("--floor")
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=self.duration_s + 120, preexec_fn=pinned(core))
        if done.returncode != 0:
            raise server.failure(f"{program} {arguments} against {server.name}: {done.stderr.strip()}")
        return json.loads(done.stdout)
