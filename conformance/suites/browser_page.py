"""The page of docs/browser.md, made and run as it stands there."""
import os
import subprocess
import tempfile

from runner.browser import browse
from runner.pages import ROOT, code_block, code_blocks
from runner.router import Router, free_ports, running
from runner.suite import Skip, expect, once

from suites.examples import EXAMPLES, back_end, replace_once

PAGE = os.path.join(ROOT, 'docs', 'browser.md')
FILES = {'wampd.jsonc': 'jsonc', 'site/index.html': 'html', 'site/page.js': 'javascript'}


@once
def a_page_of_ones_own(router):
    """docs/browser.md: a page with wampd's client logs in by ticket over TLS, calls a back end and hears its events."""
    if not isinstance(router, Router):
        raise Skip
    program = os.path.abspath(router.program)
    certificates, start, python = code_blocks('sh', PAGE)
    expect(start, 'JOES_TICKET=secret wampd --config wampd.jsonc\n', 'how wampd is started')
    expect(python, '/usr/bin/python3 backend.py\n', 'how the back end is started')
    os.environ['JOES_TICKET'] = 'secret'
    port, back_end_port = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, 'site'))
        for name, language in FILES.items():
            text = code_block(language, PAGE)
            with open(os.path.join(EXAMPLES, 'browser', name)) as file:
                expect(text, file.read(), f'examples/browser/{name} and docs/browser.md:')
            if name == 'wampd.jsonc':
                text = replace_once(replace_once(text, '8443', str(port)), '8080', str(back_end_port))
            with open(os.path.join(folder, name), 'w') as file:
                file.write(text)
        subprocess.run(certificates.replace('wampd', program), cwd=folder, shell=True, check=True, stdout=subprocess.DEVNULL)
        with running(program, folder, 'wampd.jsonc'), back_end('/usr/bin/python3', 'python/backend.py', f'ws://127.0.0.1:{back_end_port}/ws'):
            browse('browser_example', f'https://localhost:{port}/')
