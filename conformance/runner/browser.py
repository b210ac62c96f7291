"""Chromium, which uses pages by hand: clients/browse.mjs. Started when it is first needed, and kept for all scenarios."""
import atexit
import json
import os
import subprocess
import threading

from .client import Failed

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIMEOUT = 120  # seconds of one scenario


class Browser:
    def __init__(self):
        self._process = None

    def browse(self, scenario, url, **more):
        """Returns what the scenario does; raises Failed with what went wrong."""
        if self._process is None:
            self._process = subprocess.Popen(['node', 'clients/browse.mjs'], cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            atexit.register(self.stop)
        watchdog = threading.Timer(TIMEOUT, self._process.kill)
        watchdog.start()
        try:
            self._process.stdin.write(json.dumps({'scenario': scenario, 'url': url, **more}) + '\n')
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ''
        finally:
            watchdog.cancel()
        if not line:
            self.stop()
            raise Failed(f'{scenario}: the browser ended, or did not answer within {TIMEOUT} s')
        answer = json.loads(line)
        if problems := answer.get('problems'):
            raise Failed('\n'.join(problems))
        return answer.get('result')

    def stop(self):
        if self._process is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


browse = Browser().browse
