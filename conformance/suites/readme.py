"""The README's first client: its code blocks, run as they stand."""
import os
import subprocess
import tempfile

from runner.pages import README, code_block
from runner.suite import expect, once

from suites.examples import ENVIRONMENT, TIMEOUT, back_end, replace_once


def configuration_of(page, port):
    """The page's configuration, on that port, with /health beside its WebSockets, which the runner asks for."""
    config = replace_once(code_block('jsonc', page), '"port": 8080', f'"port": {port}')
    return replace_once(config, '"type": "websocket"', '"type": "universal", "web": {"paths": {"health": {"type": "health"}}}, '
                        '"websocket": {"ws": {"type": "websocket"}}')


def script(folder, name, language, url, page=README):
    path = os.path.join(folder, name)
    with open(path, 'w') as file:
        file.write(replace_once(code_block(language, page), 'ws://127.0.0.1:8080/ws', url))
    return path


@once
def the_first_client_of_the_readme(router):
    """The README's JavaScript client calls its Python back end."""
    with tempfile.TemporaryDirectory() as folder:
        python = script(folder, 'backend.py', 'python', router.url)
        javascript = script(folder, 'client.js', 'javascript', router.url)
        with back_end('/usr/bin/python3', python):
            client = subprocess.run(['node', javascript], env=ENVIRONMENT, text=True, timeout=TIMEOUT,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    expect(client.returncode, 0, f'exit code, with the output\n{client.stdout}\n')
    expect(client.stdout.splitlines()[0], '5', 'the first line')
