"""A router for tests of the command line: the program itself, with all ways in, and commands that are run against it."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds, which nothing takes

KEY = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510"
PUBLIC_KEY = "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d"
JWT_SECRET = "a secret of an issuer that nobody else knows"
ALL = {"call": True, "register": True, "publish": True, "subscribe": True}
RULES = [{"uri": "", "match": "prefix", "allow": ALL},
         {"uri": "com.secret.", "match": "prefix"},
         {"uri": "wampd.", "match": "prefix", "allow": {"call": True, "subscribe": True}},
         {"uri": "wampd.tap.", "match": "prefix", "allow": {"call": True, "subscribe": True, "tap": True, "tap_payload": True}}]
RULES_OF_A_GUEST = [{"uri": "com.example.", "match": "prefix", "allow": ALL}]


def until(what, found, patience=PATIENCE):
    """What `found` returns as soon as that is true."""
    end = time.monotonic() + patience
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"nothing of {what} after {patience} s")
        time.sleep(0.01)


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims):
    text = part(json.dumps({"alg": "HS256"}).encode()) + "." + part(json.dumps(claims).encode())
    return text + "." + part(hmac.new(JWT_SECRET.encode(), text.encode(), hashlib.sha256).digest())


class Place:
    """A folder of a test's own, and in it an environment in which wampd is found by its name and knows no context."""

    def __init__(self, wampd):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wampd-test-"))
        self.wampd = str(wampd)
        self.environment = {"PATH": f"{pathlib.Path(wampd).parent}:/usr/bin:/bin", "HOME": str(self.folder),
                            "XDG_CONFIG_HOME": str(self.folder / "config"), "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def begin(self, *words, environment=None, **more):
        """Begins a command; its output is read from pipes if nothing else is said."""
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.Popen([self.wampd, *words], cwd=self.folder, env=self.environment | (environment or {}), **more)

    def run(self, *words, environment=None, text=b""):
        """Runs a command to its end: its status, output and errors."""
        done = subprocess.run([self.wampd, *words], cwd=self.folder, env=self.environment | (environment or {}), input=text,
                              capture_output=True, timeout=PATIENCE, check=False)
        return done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape")

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return str(self.folder / name)


def read_until(stream, wanted, patience=PATIENCE):
    """What a pipe brings up to and with what is wanted, a regular expression."""
    text, end = "", time.monotonic() + patience
    while not re.search(wanted, text):
        if not select.select([stream], [], [], max(0, end - time.monotonic()))[0]:
            raise AssertionError(f"no {wanted!r} in {text!r}")
        more = os.read(stream.fileno(), 65536).decode(errors="surrogateescape")
        if not more:
            raise AssertionError(f"no {wanted!r}, but the end of {text!r}")
        text += more
    return text


class Router:
    """Serves TLS, plain TCP and a Unix domain socket, each with WebSocket and RawSocket, on free ports."""

    def __init__(self, place, port=0):
        self.place = place
        if not (place.folder / "ca.pem").exists():
            subprocess.run([place.wampd, "dev-cert", "--directory", str(place.folder), "--client", "device"], check=True,
                           capture_output=True, env=place.environment)
            place.scram = json.loads(subprocess.run([place.wampd, "credential", "scram", "--role", "user", "--kdf", "pbkdf2"],
                                                    input=b"scram's password\n", check=True, capture_output=True,
                                                    env=place.environment).stdout)
        self.config = place.write("wampd.jsonc", json.dumps(self.configuration(port)))
        self.begin()

    def configuration(self, port):
        folder = self.place.folder
        pem = "".join((folder / "device.pem").read_text().split("-----")[2].split())
        fingerprint = hashlib.sha256(base64.b64decode(pem)).hexdigest()
        login = {"cookie": {}, "anonymous": {"type": "static", "role": "anonymous"},
                 "ticket": {"type": "static", "principals": {"joe": {"ticket": "joe's ticket", "role": "user"},
                                                             "eve": {"ticket": "eve's ticket", "role": "guest"}}},
                 "wampcra": {"type": "static", "users": {"ann": {"secret": "ann's password", "role": "user"}}},
                 "scram": {"type": "static", "principals": {"sam": self.place.scram}},
                 "cryptosign": {"type": "static", "principals": {"dev": {"role": "user", "authorized_keys": [PUBLIC_KEY]}}},
                 "jwt": {"type": "static", "keys": [JWT_SECRET], "default-role": "user", "require_expiry": False}}
        certificate = {"tls": {"type": "static", "principals": {"device": {"role": "user", "certificate-sha256": fingerprint}}}}
        serves = {"type": "universal", "rawsocket": {}, "web": {"paths": {"ws": {"type": "websocket", "cookie": {}}}}}
        tls = {"certificate": "server.pem", "key": "server.key", "ca_certificates": ["ca.pem"], "client_certificate": "optional"}
        tcp = {"type": "tcp", "interface": "127.0.0.1"}
        roles = {"anonymous": RULES, "user": RULES, "guest": RULES_OF_A_GUEST}
        return {"realms": [{"name": "realm1", "roles": [{"name": name, "permissions": rules} for name, rules in roles.items()],
                            "store": {"type": "memory", "event-history": [{"uri": "com.example.history.", "match": "prefix", "limit": 100}]}}],
                "transports": [serves | {"endpoint": tcp | {"port": 0, "tls": tls}, "auth": login | certificate},
                               serves | {"endpoint": tcp | {"port": port}, "auth": login},
                               serves | {"endpoint": {"type": "unix", "path": str(folder / "socket")}, "auth": login}]}

    def begin(self):
        log = self.place.folder / "log of the router"
        with log.open("wb") as stream:
            self.process = subprocess.Popen([self.place.wampd, "--config", self.config, "--workers", "2"], cwd=self.place.folder,
                                            stdout=stream, stderr=stream, env=self.place.environment)
        until("the router's listeners", lambda: "listening on unix:" in log.read_text() or self.process.poll() is not None)
        tls, plain = re.findall(r"listening on 127\.0\.0\.1:(\d+)", log.read_text())[:2]
        self.port = int(plain)
        socket = self.place.folder / "socket"
        self.urls = {"wss": f"wss://localhost:{tls}/ws", "rss": f"rss://localhost:{tls}", "ws": f"ws://127.0.0.1:{plain}/ws",
                     "rs": f"rs://127.0.0.1:{plain}", "ws+unix": f"ws+unix://{socket}:/ws", "rs+unix": f"rs+unix://{socket}"}

    def at(self, transport):
        """The environment with which a command finds it."""
        return {"WAMP_URL": self.urls[transport], "WAMP_CA": str(self.place.folder / "ca.pem")}

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(timeout=PATIENCE)
