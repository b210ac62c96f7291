"""The programs of docs/authentication.md, run as they stand."""
import json
import os
import subprocess
import tempfile

from runner.browser import HERE
from runner.pages import code_blocks
from runner.router import Router, free_port, running
from runner.suite import Skip, expect, once

from suites.examples import ENVIRONMENT, TIMEOUT, back_end

PAGE = os.path.join(os.path.dirname(HERE), 'docs', 'authentication.md')

SCRAM_CLIENT = '''
import asyncio

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.auth import create_authenticator


class Client(ApplicationSession):
    def onConnect(self):
        self.scram = create_authenticator('scram', authid='joe', password="joe's password")
        self.join(self.config.realm, ['scram'], 'joe', authextra=self.scram.authextra)

    def onChallenge(self, challenge):
        return self.scram.on_challenge(self, challenge).decode()

    def onWelcome(self, welcome):
        return self.scram.on_welcome(self, welcome.authextra)

    async def onJoin(self, details):
        print('joined as', details.authid, 'with role', details.authrole, flush=True)
        self.leave()

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner('ws://127.0.0.1:8080/ws', 'realm1').run(Client)
'''


def blocks(language):
    return code_blocks(language, PAGE)


def first_line(command, folder, **more):
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, text=True, timeout=TIMEOUT, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    expect(done.returncode, 0, f'exit code of {command}, with the output\n{done.stdout}\n')
    return next(line for line in done.stdout.splitlines() if line.startswith(('joined', '{')))


@once
def the_page_on_authentication(router):
    """docs/authentication.md: the configuration, clients with a password and a key, an authenticator, wampd credential."""
    if not isinstance(router, Router):
        raise Skip
    program, port = os.path.abspath(router.program), str(free_port())
    start, credential = blocks('sh')
    expect(start, 'JOES_TICKET=secret wampd --config wampd.jsonc\n', 'how wampd is started')
    os.environ['JOES_TICKET'] = 'secret'
    client, authenticator = blocks('python')
    texts = {'wampd.jsonc': blocks('jsonc')[0], 'client.py': client, 'authenticator.py': authenticator,
             'client.js': blocks('javascript')[0], 'scram.py': SCRAM_CLIENT}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            expect(text.count('8080'), 1, f'ports in {name}')
            with open(os.path.join(folder, name), 'w') as file:
                file.write(text.replace('8080', port))
        with running(program, folder, 'wampd.jsonc'):
            expect(first_line(['/usr/bin/python3', 'client.py'], folder), 'joined as ann with role user')
            expect(first_line(['node', 'client.js'], folder), 'joined as device-7 with role user')
            with back_end('/usr/bin/python3', os.path.join(folder, 'authenticator.py')):
                expect(first_line(['/usr/bin/python3', 'scram.py'], folder), 'joined as joe with role user')
        made = json.loads(first_line(credential.replace('wampd', program), folder, shell=True))
        expect(sorted(made), ['iterations', 'kdf', 'memory', 'role', 'salt', 'server-key', 'stored-key'], 'a credential has')
