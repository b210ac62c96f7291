#!/usr/bin/env python3
"""The library as others have it: installed into a folder, with programs built on it that talk to a router.

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


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def started(*command):
    """The program, and the first line that it says."""
    program = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    return program, program.stdout.readline()


def check_page(source):
    """What docs/cpp-client.md shows of code stands in the examples like that."""
    code = "\n".join(path.read_text() for path in sorted((source / "examples" / "cpp").iterdir()))
    plain = re.sub(r"\s+", " ", code)
    page = (source / "docs" / "cpp-client.md").read_text()
    snippets = re.findall(r"```(?:cpp|cmake)\n(.*?)```", page, re.DOTALL)
    assert snippets, "the page shows no code"
    for snippet in snippets:
        assert re.sub(r"\s+", " ", snippet).strip() in plain, f"not in examples/cpp:\n{textwrap.dedent(snippet)}"


def main():
    source, build, wampd = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    check_page(source)
    folder = build / "tests" / "client" / "installed"
    shutil.rmtree(folder, ignore_errors=True)
    prefix, example = folder / "prefix", folder / "example"
    run("cmake", "--install", build, "--component", "client", "--prefix", prefix)
    run("cmake", "-S", source / "examples" / "cpp", "-B", example, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", example)

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
    print("installed, built and run")


if __name__ == "__main__":
    main()
