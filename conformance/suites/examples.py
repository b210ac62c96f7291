"""The programs in examples/, run as their comments say."""
import contextlib
import os
import subprocess
import tempfile
import threading

from runner.browser import HERE
from runner.client import Failed
from runner.router import Router
from runner.suite import Skip, expect, once

EXAMPLES = os.path.join(os.path.dirname(HERE), 'examples')
TIMEOUT = 30  # seconds
# The examples have no node_modules of their own here.
ENVIRONMENT = {**os.environ, 'NODE_PATH': os.path.join(HERE, 'node_modules'), 'PYTHONUNBUFFERED': '1'}


def replace_once(text, old, new):
    expect(text.count(old), 1, f'occurrences of {old}')
    return text.replace(old, new)


@contextlib.contextmanager
def back_end(*command):
    """Runs it until the block is left; enters the block when it has said that it joined."""
    process = subprocess.Popen(command, cwd=EXAMPLES, env=ENVIRONMENT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watchdog = threading.Timer(TIMEOUT, process.kill)
    watchdog.start()
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith('joined'):
                break
        else:
            raise Failed(f'{command[1]} ended without joining:\n{"".join(said)}')
        watchdog.cancel()
        yield
    finally:
        watchdog.cancel()
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@once
def a_node_client_calls_back_ends_in_python_and_node(router):
    """A Node.js client calls back ends in Python and Node.js."""
    with back_end('/usr/bin/python3', 'python/backend.py', router.url), back_end('node', 'node/backend.js', router.url):
        client = subprocess.run(['node', 'node/client.js', router.url], cwd=EXAMPLES, env=ENVIRONMENT, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
    lines = client.stdout.splitlines()
    expect(client.returncode, 0, f'exit code, with the output\n{client.stdout}\n')
    expect(lines[:3], ['2 + 3 = 5', 'Hello, Ada!', 'com.example.error.no_name: whom shall I greet?'], 'lines')
    expect(lines[3].startswith('it is 20'), True, f'the event in "{lines[3]}"')


@once
def helpers_for_tests_start_a_router_of_their_own(router):
    """Helpers for pytest and Node's test runner start a router of their own, and their example tests pass."""
    if not isinstance(router, Router):
        raise Skip
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(router.program, os.path.join(folder, 'wampd'))
        environment = {**ENVIRONMENT, 'PATH': f'{folder}:{os.environ["PATH"]}', 'PYTHONDONTWRITEBYTECODE': '1'}
        for command in (['/usr/bin/python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'testing/pytest'],
                        ['node', '--test', 'testing/node']):
            tests = subprocess.run(command, cwd=EXAMPLES, env=environment, text=True, timeout=TIMEOUT,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            expect(tests.returncode, 0, f'exit code of {command}, with the output\n{tests.stdout}\n')
