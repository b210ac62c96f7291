#!/usr/bin/env python3
"""The libraries as others have them: installed into a folder, with programs built on them: some that talk to a router, and one
that has a router inside.

usage: installed_test.py SOURCE_DIRECTORY BUILD_DIRECTORY WAMPD
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap


def run(*command, fails=False):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if bool(done.returncode) != fails:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def started(*command):
    """The program, and the first line that it says."""
    program = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    return program, program.stdout.readline()


def check_page(page, examples):
    """What the page shows of code stands in the examples like that."""
    code = "\n".join(path.read_text() for path in sorted(examples.iterdir()))
    plain = re.sub(r"\s+", " ", code)
    page = page.read_text()
    snippets = re.findall(r"```(?:cpp|cmake)\n(.*?)```", page, re.DOTALL)
    assert snippets, "the page shows no code"
    for snippet in snippets:
        assert re.sub(r"\s+", " ", snippet).strip() in plain, f"not in {examples}:\n{textwrap.dedent(snippet)}"


class Installed:
    """What is installed so far, and programs built on it."""

    def __init__(self, source, build):
        self.source, self.build = source, build
        self.folder = build / "tests" / "client" / "installed"
        self.prefix = self.folder / "prefix"
        shutil.rmtree(self.folder, ignore_errors=True)

    def install(self, component):
        run("cmake", "--install", self.build, "--component", component, "--prefix", self.prefix)

    def configuring(self, example, *options):
        return ["cmake", "-S", self.source / "examples" / example, "-B", self.folder / example, "-G", "Ninja",
                f"-DCMAKE_PREFIX_PATH={self.prefix}", *options]

    def built(self, example, *options):
        """Where its programs are."""
        run(*self.configuring(example, *options))
        run("cmake", "--build", self.folder / example)
        return self.folder / example


def check_client(installed, wampd):
    # What only the router wants must not be missed.
    example = installed.built("cpp", "-DCMAKE_DISABLE_FIND_PACKAGE_spdlog=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON")

    programs = []
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".jsonc") as configuration:
            configuration.write(json.dumps({
                "realms": [{"name": "realm1", "roles": [{"name": "anonymous", "permissions": [
                    {"uri": "", "match": "prefix",
                     "allow": {"call": True, "register": True, "publish": True, "subscribe": True}}]}]}],
                "transports": [{"type": "websocket", "endpoint": {"type": "tcp", "port": 0}}]}))
            configuration.flush()
            router = subprocess.Popen([wampd, "--config", configuration.name],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            programs.append(router)
            port = next(found[1] for line in router.stdout
                        if (found := re.search(r"listening.* .*127\.0\.0\.1:(\d+)", line)))
        url = f"ws://127.0.0.1:{port}/"
        back_end, joined = started(example / "backend", url)
        programs.append(back_end)
        assert joined.startswith("joined realm1 over a WebSocket to 127.0.0.1"), joined
        lines = run(example / "client", url).splitlines()
        assert "2 + 3 = [5]" in lines, lines
        assert [line for line in lines if "rogress" in line or "last" in line] == \
            ["progress: [1]", "progress: [2]", "last: [3]"], lines
        assert any(line.startswith("it is [") for line in lines) and lines[-1] == "it left", lines
    finally:
        for program in programs:
            program.kill()
            program.wait()


def check_router(installed):
    failed = run(*installed.configuring("embed"), fails=True)
    assert 'Its component "router" is not installed' in failed, failed
    installed.install("router")
    lines = run(installed.built("embed") / "embed").splitlines()
    assert re.match(r"the router listens at ws://127\.0\.0\.1:[1-9]\d*/$", lines[0]), lines
    assert "2 + 3 = [5]" in lines and "the session has ended: it left" in lines, lines
    assert any(line.startswith("router: ") and 'joined realm "realm1"' in line for line in lines), lines


def main():
    source, build, wampd = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    check_page(source / "docs" / "cpp-client.md", source / "examples" / "cpp")
    check_page(source / "docs" / "embedding.md", source / "examples" / "embed")
    installed = Installed(source, build)
    installed.install("client")
    check_client(installed, wampd)
    check_router(installed)
    print("installed, built and run")


if __name__ == "__main__":
    main()
