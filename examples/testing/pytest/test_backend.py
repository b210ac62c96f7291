"""A test of the back end in ../../python: it is started at the router of the tests, and called there."""
import json
import pathlib
import subprocess
import sys

import pytest

BACK_END = pathlib.Path(__file__).parents[2] / 'python' / 'backend.py'


@pytest.fixture(scope='session')
def back_end(router):
    with subprocess.Popen([sys.executable, BACK_END, router], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith('joined')
        yield router
        process.terminate()


def call(router, *arguments):
    """With the client that wampd has; any other one does as well."""
    done = subprocess.run(['wampd', 'call', '--url', router, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)['args'][0]


def test_numbers_are_added(back_end):
    assert call(back_end, 'com.example.add', '2', '3') == 5


def test_texts_are_joined(back_end):
    assert call(back_end, 'com.example.add', 'two', 'three') == 'twothree'
