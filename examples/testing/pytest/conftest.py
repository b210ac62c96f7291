"""A router for the tests of one run: copy this file beside them.

    pytest           needs wampd, and pytest: apt-get install python3-pytest
"""
import json
import subprocess

import pytest


@pytest.fixture(scope='session')
def router():
    """The URL of a router of its own, which ends with the tests, however they end."""
    with subprocess.Popen(['wampd', '--ephemeral'], stdout=subprocess.PIPE, text=True) as process:
        ready = json.loads(process.stdout.readline())
        yield next(path['url'] for path in ready['paths'] if path['type'] == 'websocket')
        process.terminate()
