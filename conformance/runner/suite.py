"""How checks are declared, found and run.

A suite is a file in suites/. Its checks are functions under one of these decorators; the docstring's first line, or else
the name, is what is printed:
  @for_each_client   check(client)           once for each client and serializer
  @for_each_pair     check(one, other)       for each ordered pair of them, with itself too
  @once              check(router)           once
A check fails by raising; expect() does. TRANSPORTS in a suite are further transports, by a name that join(at=...) takes: what
they have other than the first, or a function that makes it of the folder with the certificates. Sessions that a check opened are left when it ends. REALMS in a suite are added to
the router's configuration."""
import importlib
import os
import time
import traceback

from .client import Failed, Refused
from .values import same

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'suites')


def for_each_client(check):
    check.cases = lambda router, clients: [(client,) for client in clients]
    return check


def for_each_pair(check):
    check.cases = lambda router, clients: [(one, other) for one in clients for other in clients]
    return check


def once(check):
    check.cases = lambda router, clients: [(router,)]
    return check


class Skip(Exception):
    """This check does not apply, to this client for example."""


def expect(got, wanted, what='got', typed=False):
    if not same(got, wanted, typed):
        raise Failed(f'{what} {short(got)}, expected {short(wanted)}')


def expect_refused(uri, action):
    """The action must be answered with this error URI; returns the Refused."""
    try:
        answer = action()
    except Refused as error:
        expect(error.uri, uri, 'error')
        return error
    raise Failed(f'answered {short(answer)}, expected the error {uri}')


def short(value):
    text = repr(value)
    return text if len(text) < 300 else f'{text[:150]} ... {text[-100:]} ({len(text)} characters)'


def load_suites():
    """By name, but the first is the one without which nothing else works."""
    names = sorted((name[:-3] for name in os.listdir(FOLDER) if name.endswith('.py')), key=lambda name: (name != 'session', name))
    return {name: importlib.import_module(f'suites.{name}') for name in names}


class TooManyFailures(Exception):
    """It would take long, and tell nothing new, to go on."""


class Run:
    """Counts and prints: one line a check."""

    MAX_FAILURES = 30

    def __init__(self, only=''):
        self.only = only
        self.passed = 0
        self.failed = []
        self.skipped = 0

    def run_suite(self, suite_name, suite, router, clients):
        for line, check, case in self.chosen(suite_name, suite, router, clients):
            self._run_case(line, check, case)

    def chosen(self, suite_name, suite, router, clients):
        """What run_suite() runs: its line, check and case."""
        chosen = []
        for check in vars(suite).values():
            if not hasattr(check, 'cases'):
                continue
            title = (check.__doc__ or check.__name__.replace('_', ' ')).splitlines()[0].rstrip('.')
            for case in check.cases(router, clients):
                names = ' -> '.join(client.name for client in case if hasattr(client, 'name'))
                line = ' '.join(filter(None, [f'{suite_name}: {title}', names and f'[{names}]']))
                if self.only in line:
                    chosen.append((line, check, case))
        return chosen

    def _run_case(self, line, check, case):
        start = time.monotonic()
        problem = self._problem(check, case)
        spent = f'{(time.monotonic() - start) * 1000:.0f} ms'
        if problem is None:
            self.passed += 1
            print(f'ok    {line} ({spent})', flush=True)
        elif isinstance(problem, Skip):
            self.skipped += 1
        else:
            self.fail(line, problem, f' ({spent})')

    def fail(self, line, problem, spent=''):
        self.failed.append(line)
        print(f'FAIL  {line}{spent}\n      ' + '\n      '.join(str(problem).splitlines()), flush=True)
        if len(self.failed) == self.MAX_FAILURES:
            raise TooManyFailures

    def _problem(self, check, case):
        """None, a Skip, or the text of what went wrong."""
        try:
            check(*case)
            return None
        except Skip as skip:
            return skip
        except (Failed, Refused) as failed:
            return str(failed)
        except Exception:
            return traceback.format_exc()
        finally:
            for client in case:
                end_sessions(client)


def end_sessions(client):
    if not hasattr(client, 'end_sessions'):
        return
    try:
        client.end_sessions()
    except Exception as error:  # the check has said what matters; the next one starts anew
        print(f'      (leaving: {error})', flush=True)
        client.client.kill()
