"""Plain HTTP: docs/http.md as it stands, with curl; signed requests by curl and Python's requests; an EventSource in Chromium."""
import contextlib
import json
import os
import re
import subprocess
import tempfile

from runner.browser import browse
from runner.client import Failed, Variant
from runner.pages import ROOT, code_block, code_blocks
from runner.router import free_port, running
from runner.suite import Skip, expect, once

from suites.examples import TIMEOUT, back_end
from suites.readme import script

PAGE = os.path.join(ROOT, 'docs', 'http.md')
PUBLICATION = re.compile(r'\d{10,}')


@contextlib.contextmanager
def served(more_paths=()):
    """wampd with the page's configuration, and the README's back end behind it; gives the port."""
    if not Variant.program:
        raise Skip  # it has a configuration of its own
    port = free_port()
    config = json.loads(code_block('jsonc', PAGE).replace('8080', str(port)))
    config['transports'][0]['web']['paths'].update({'/': {'type': 'static'}, **dict(more_paths)})
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, 'wampd.json')
        with open(file, 'w') as out:
            json.dump(config, out)
        with running(Variant.program, folder, file):
            with back_end('/usr/bin/python3', script(folder, 'backend.py', 'python', f'ws://127.0.0.1:{port}/ws')):
                yield port


def transcripts():
    """Each command of the page's consoles, and what it prints."""
    for block in code_blocks('console', PAGE):
        for part in re.split(r'^\$ ', block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition('\n')
            yield command, output


@once
def the_page_with_curl(router):
    """curl prints what docs/http.md says."""
    with served() as port:
        for command, output in transcripts():
            done = subprocess.run(['bash', '-c', command.replace('8080', str(port))], text=True, timeout=TIMEOUT, capture_output=True)
            printed = PUBLICATION.sub('N', done.stdout)
            expect(printed.rstrip('\n'), PUBLICATION.sub('N', output).rstrip('\n'), f'{command}: printed')


SIGNED = {'realm': 'realm1', 'role': 'web', 'options': {'key': 'joe', 'secret': 'hush'}}
SIGNED_PATHS = [('call', {'type': 'caller', **SIGNED}), ('publish', {'type': 'publisher', **SIGNED})]


@once
def signed_requests_of_curl(router):
    """curl calls and publishes with signatures."""
    def posted(port, path, secret, body):
        command = f"{code_block('bash', PAGE)}\nsigned_post http://127.0.0.1:{port}/{path} joe {secret} '{json.dumps(body)}'"
        return json.loads(subprocess.run(['bash', '-c', command], text=True, timeout=TIMEOUT, capture_output=True).stdout)

    call = {'procedure': 'com.example.add', 'args': [2, 3]}
    with served(SIGNED_PATHS) as port:
        expect(posted(port, 'call', 'hush', call), {'args': [5]}, 'the call')
        expect(list(posted(port, 'publish', 'hush', {'topic': 'com.example.news', 'args': ['ü']})), ['id'], 'the publication')
        expect(sorted(posted(port, 'call', 'wrong', call)), ['args', 'error', 'kwargs'], 'a wrong secret')


@once
def signed_requests_of_python(router):
    """Python's requests calls and publishes with signatures."""
    code = {}
    exec(code_block('python', PAGE), code)
    with served(SIGNED_PATHS) as port:
        url = f'http://127.0.0.1:{port}'
        called = code['signed_post'](f'{url}/call', 'joe', 'hush', {'procedure': 'com.example.add', 'args': [2, 3]})
        expect((called.status_code, called.text), (200, '{"args":[5]}'), 'the call')
        published = code['signed_post'](f'{url}/publish', 'joe', 'hush', {'topic': 'com.example.news', 'args': ['ü']})
        expect((published.status_code, list(published.json())), (200, ['id']), 'the publication')
        again = code['requests'].post(called.url, data=called.request.body, headers={'Content-Type': 'application/json'})
        expect(again.status_code, 401, 'the same once more')
        wrong = code['signed_post'](f'{url}/call', 'joe', 'wrong', {'procedure': 'com.example.add', 'args': [2, 3]})
        expect((wrong.status_code, sorted(wrong.json())), (401, ['args', 'error', 'kwargs']), 'a wrong secret')


@once
def an_event_source_in_a_browser(router):
    """An EventSource in Chromium gets events, and goes on where it was."""
    with served() as port:
        browse('event_source', f'http://127.0.0.1:{port}/')
