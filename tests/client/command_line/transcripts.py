"""The transcripts of docs/command-line and docs/meta-api.md, run as they stand there."""
import json
import os
import re
import signal
import subprocess
import time

from router import PATIENCE

LONGEST = 2000  # lines that are compared


def blocks(page):
    """Of each transcript of a page: the commands, each with the lines below it."""
    for text in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        commands = []
        for line in text.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            else:
                commands[-1][1].append(line)
        yield commands


def matches(wanted, line):
    return re.fullmatch(".*".join(re.escape(piece) for piece in wanted.split("...")), line) is not None


def is_what_was_wanted(wanted, said):
    """Whether the lines are the wanted ones in any order, as commands in the background speak too; "..." alone is any number of lines."""
    rest = list(said)
    for line in wanted:
        if line == "...":
            continue
        found = next((one for one in rest if matches(line, one)), None)
        if found is None:
            return False
        rest.remove(found)
    return not rest or "..." in wanted


class Transcript:
    def __init__(self, place, environment):
        self.place, self.environment = place, place.environment | environment
        self.behind, self.status = [], 0

    def begin(self, command):
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        process = subprocess.Popen(["/bin/bash", "-c", f"(exit {self.status}); {command}"], cwd=self.place.folder,
                                   env=self.environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing,
                                   start_new_session=True)
        os.close(writing)
        return process, reading

    def run(self, commands):
        """What was not as it stands there, or nothing."""
        try:
            for command, wanted in commands:
                complaint = self.do(command, wanted)
                if complaint:
                    return complaint
            return None
        finally:
            self.end()

    def do(self, command, wanted):
        is_behind = command.endswith(" &")
        process, reading = self.begin(command.removesuffix(" &"))
        self.behind.append((process, reading))
        end, said, is_ready = time.monotonic() + PATIENCE, "", False
        while time.monotonic() < end:
            said += self.read()
            if is_behind and not wanted:
                is_ready = self.has_joined(command)
            else:
                is_ready = is_what_was_wanted(wanted, said.splitlines()) and (is_behind or process.poll() is not None)
            if is_ready:
                break
            time.sleep(0.01)
        if not is_behind:
            self.status = process.wait(timeout=PATIENCE)
        if is_ready:
            return None
        return f"$ {command}\nsays\n{said}instead of\n" + "\n".join(wanted)

    def has_joined(self, command):
        """One that says nothing of it: it is known to the router when that knows what it is for."""
        found = re.match(r"wampd (\w+) (\S+)", command)
        if not found:
            return True
        verb, first = found.groups()
        if verb.startswith("reg"):
            return bool(self.ask("wamp.registration.match", first))
        if verb.startswith("sub"):
            return bool(self.ask("wamp.subscription.match", first))
        if verb == "tap":
            return any(self.ask("wamp.subscription.match", tap["topic"]) for tap in self.ask("wampd.tap.list"))
        return True

    def ask(self, procedure, *arguments):
        asked = subprocess.run([self.place.wampd, "call", procedure, *arguments], env=self.environment, cwd=self.place.folder,
                               stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True)
        return json.loads(asked.stdout)["args"][0]

    def read(self):
        said = b""
        for _, reading in self.behind:
            try:
                said += os.read(reading, 1 << 16)
            except BlockingIOError:
                pass
        return said.decode()

    def end(self):
        for process, reading in self.behind:
            try:
                os.killpg(process.pid, signal.SIGINT)
            except ProcessLookupError:
                pass
            process.wait(timeout=PATIENCE)
            os.close(reading)
        self.behind = []
