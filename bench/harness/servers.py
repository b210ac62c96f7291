"""The servers that are measured, each in a process of its own on 127.0.0.1; leaving the with-block ends it."""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER_CORE, LOAD_CORE = 0, 1
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """Ends the program with a message."""


def pinned(*cores):
    """For a child before its program starts: bound to `cores`, and killed if this script dies."""

    def prepare():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.sched_setaffinity(0, cores)

    return prepare


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """A server process that logs into `folder`. `path` is that of its WebSocket URL."""

    def __init__(self, name, command, folder, port, path="/", cores=(SERVER_CORE,), environment=None):
        self.name, self.port, self.url = name, port, f"ws://127.0.0.1:{port}{path}"
        self.log = Path(folder) / f"{name}-{port}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                            preexec_fn=pinned(*cores), env={**os.environ, **(environment or {})})

    def connections(self):
        """Descriptors that are sockets; some of them listen."""
        count = 0
        for path in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it has been closed
                count += os.readlink(path).startswith("socket:")
        return count

    def failure(self, what):
        return Failure(f"{what}\nThe last lines of {self.name}:\n" + "\n".join(self.log.read_text().splitlines()[-10:]))

    def __enter__(self):
        deadline = time.monotonic() + 10
        while True:
            if self.process.poll() is not None:
                raise self.failure(f"{self.name} ended at once with status {self.process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    self.__exit__()
                    raise self.failure(f"{self.name} does not listen on port {self.port} after 10 s") from None
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def floor(build_dir, folder, under=()):
    """`under` is a command that runs the program, as that of valgrind."""
    port = free_port()
    return Server("wampd-floor", [*under, build_dir / "wampd-floor", "--port", str(port)], folder, port)


def nats(program, folder, cores):
    """A NATS server. Go takes as many threads as it has cores, so on one of them it works with one."""
    port = free_port()
    server = Server("nats-server", [program, "-a", "127.0.0.1", "-p", str(port)], folder, port, cores=cores)
    server.url = f"nats://127.0.0.1:{port}"
    return server


def configuration(port, unix_socket):
    everything = {"call": True, "register": True, "publish": True, "subscribe": True}
    auth = {"anonymous": {"type": "static", "role": "anonymous"}}
    return {
        "realms": [{"name": "realm1", "roles": [{
            "name": "anonymous", "permissions": [{"uri": "", "match": "prefix", "allow": everything}]}]}],
        "transports": [
            {"type": "universal", "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": port},
             "rawsocket": {}, "web": {"paths": {"ws": {"type": "websocket"}}}, "auth": auth},
            {"type": "rawsocket", "endpoint": {"type": "unix", "path": str(unix_socket)}, "auth": auth},
        ],
    }


def router(program, folder, workers=1, environment=None, under=()):
    """wampd with what it is configured to by default. `unix_socket` is where it speaks RawSocket as well."""
    port = free_port()
    unix_socket = Path(folder) / f"{port}.socket"
    path = Path(folder) / f"wampd-{port}.json"
    path.write_text(json.dumps(configuration(port, unix_socket), indent=2))
    server = Server("wampd", [*under, program, "--config", path, "--workers", str(workers)], folder, port, "/ws",
                    environment=environment)
    server.unix_socket = unix_socket
    return server
