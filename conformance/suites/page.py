"""The console that wampd serves, used by hand in headless Chromium: clients/page/ has what is done there."""
import contextlib
import filecmp
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time
import urllib.request

from runner.browser import HERE, browse
from runner.client import Failed
from runner.pages import ROOT
from runner.router import Router, free_port
from runner.suite import Skip, expect, once

MOST_BYTES = 150_000
SESSIONS = 10_000
TICKET = 'the ticket of joe'
PASSWORD = 'pass, word=1'
KEY = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510'
PUBLIC_KEY = '1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d'
EVERYTHING = {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}
INSIGHT = {'uri': 'wampd.', 'match': 'prefix', 'allow': {'call': True, 'subscribe': True}}
GUEST = {'uri': 'com.example.', 'match': 'prefix', 'allow': {'call': True, 'subscribe': True}}


def credential(router, method, *options):
    made = subprocess.run([router.program, 'credential', method, '--role', 'guest', *options], input=PASSWORD, text=True, check=True, stdout=subprocess.PIPE)
    return json.loads(made.stdout)


@contextlib.contextmanager
def own_router(router, auth=None, path='/', **more):
    """Where who comes anonymously is operator and may see all; joe with his ticket is a guest. It serves the page on that path. `more`: of the transport."""
    if not isinstance(router, Router):
        raise Skip
    port = free_port()
    joe = {'ticket': {'type': 'static', 'principals': {'joe': {'ticket': TICKET, 'role': 'guest'}}}}
    config = {
        'realms': [{'name': 'realm1', 'roles': [{'name': 'operator', 'permissions': [EVERYTHING, INSIGHT]}, {'name': 'guest', 'permissions': [GUEST]}]}],
        'transports': [{'type': 'universal', 'endpoint': {'type': 'tcp', 'port': port}, 'websocket': {'ws': {'type': 'websocket'}},
                        'web': {'paths': {path: {'type': 'static'}, 'api': {'type': 'http', 'realm': 'realm1', 'role': 'operator'}, 'health': {'type': 'health'}, 'metrics': {'type': 'metrics'}}},
                        'limits': {'ping_interval_ms': 3_600_000},
                        'auth': auth or {'anonymous': {'type': 'static', 'role': 'operator'}, **joe}, **more}]}
    with tempfile.TemporaryDirectory() as folder, Router(router.program, folder, port, json.dumps(config)) as other:
        yield other


# ---- by hand

@once
def a_procedure_registered_in_the_page_is_called_from_it(router):
    browse('register_and_call', router.page)


@once
def a_procedure_fails_with_its_own_uri(router):
    browse('fail_in_its_own_words', router.page)


@once
def the_page_gets_its_own_event(router):
    browse('subscribe_and_publish', router.page)


@once
def one_tab_calls_another(router):
    browse('calls_from_one_tab_to_another', router.page)


@once
def wrong_json_is_refused_at_its_field(router):
    """Wrong JSON is refused at its field."""
    browse('wrong_json_is_refused_at_its_field', router.page)


@once
def what_was_sent_is_remembered_without_secrets(router):
    browse('what_was_sent_is_remembered', router.page)


def run_copies(router, folder, copies, **variables):
    """By their names what they print, with more variables of the environment."""
    commands = {'curl': copies['curl'].replace('curl ', 'curl -s ', 1), 'wampd': copies['wampd'].replace('wampd', router.program, 1),
                'Python': '/usr/bin/python3 made.py', 'JavaScript': 'node made.js'}
    for name, file_name in (('Python', 'made.py'), ('JavaScript', 'made.js')):
        pathlib.Path(folder, file_name).write_text(copies[name])
    pathlib.Path(folder, 'FILE').write_text(TICKET)
    printed = {}
    for name, command in commands.items():
        done = subprocess.run(command, shell=True, cwd=folder, text=True, timeout=30, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, 'NODE_PATH': os.path.join(HERE, 'node_modules'), **variables})
        expect(done.returncode, 0, f'exit code of {name}, which says\n{done.stdout}\n')
        printed[name] = done.stdout
    return printed


@once
def what_is_copied_runs(router):
    """A call, a publication and a call with a login are copied as a curl command, a wampd command, in Python and in JavaScript, and each of them does it."""
    args, kwargs = ["it's", 2, True, None, {'a b': [1.5, "ü$HOME`"]}], {'colour': '"red"'}
    with own_router(router) as other, tempfile.TemporaryDirectory() as folder:
        copies = browse('copies', other.page, visit='copies', args=args, kwargs=kwargs)
        printed = run_copies(other, folder, copies['call'])
        check_printed(printed, args, kwargs)
        run_copies(other, folder, copies['publish'])
        browse('copies_have_been_published', other.page, visit='copies', args=args, events=5)
        check_printed(run_copies(other, folder, browse('copies_with_a_login', other.page, args=args, kwargs=kwargs, secret=TICKET), WAMP_TICKET=TICKET), args, kwargs)
        browse('copies_have_been_published', other.page, visit='copies', last=True, args=args, events=5)


def check_printed(printed, args, kwargs):
    for name in ('curl', 'wampd'):
        expect(json.loads(printed[name]), {'args': args, 'kwargs': kwargs}, f'{name}:')
    for name in ('Python', 'JavaScript'):
        expect("it's" in printed[name], True, f'the argument is in what {name} says\n{printed[name]}\n')


@once
def copies_take_names_for_names(router):
    """A procedure that is named like an option, and an argument that is named like a word of Python's, are copied as what they are."""
    browse('copies_take_names_for_names', router.page)


@once
def ending_one_subscription_keeps_the_other(router):
    """The page's client: of two subscriptions to a topic one ends while the other one is asked for."""
    browse('ending_one_subscription_keeps_the_other', router.page)


@once
def progress_comes_and_a_call_can_be_canceled(router):
    browse('progress_comes_and_a_call_can_be_canceled', router.page)


@once
def what_others_say_is_text(router):
    image = '<img/src=x/onerror=window.obeyed=1>'
    auth = {'anonymous': {'type': 'static', 'role': 'operator'}, 'ticket': {'type': 'static', 'principals': {image: {'ticket': TICKET, 'role': 'guest'}}}}
    with own_router(router, auth) as other:
        browse('what_others_say_is_text', other.page, image=image, secret=TICKET)


@once
def events_are_watched_paused_and_filtered(router):
    browse('watch_pause_and_filter', router.page)


@once
def a_megabyte_and_thousands_of_events_do_not_hold_the_page_up(router):
    browse('large_and_many_events_do_not_hold_the_page_up', router.page)


# ---- joining and leaving

@once
def an_unknown_realm_is_told(router):
    browse('an_unknown_realm_is_told', router.page)


@once
def where_no_websocket_with_json_is_served_the_page_says_so(router):
    with own_router(router, serializers=['msgpack']) as other:
        browse('where_there_is_no_websocket', other.page)


@once
def leaving_and_joining_again(router):
    browse('leaving', router.page)


@once
def three_clicks_join_once(router):
    browse('three_clicks_join_once', router.page)


@once
def a_router_that_goes_silent_is_noticed(router):
    with own_router(router) as other:
        browse('a_router_that_goes_silent', other.page, stay_away=True)


@once
def another_login_begins_anew(router):
    ticket = {'type': 'static', 'principals': {'joe': {'ticket': TICKET, 'role': 'guest'}, 'ann': {'ticket': TICKET, 'role': 'operator'}}}
    with own_router(router, {'anonymous': {'type': 'static', 'role': 'operator'}, 'ticket': ticket}) as other:
        browse('another_login_begins_anew', other.page, stay_away=True, secret=TICKET)


@once
def a_lost_connection_comes_back_with_its_subscriptions(router):
    browse('a_lost_connection_comes_back', router.page, stay_away=True)


@once
def the_router_goes_and_comes_back(router):
    with own_router(router) as other:
        browse('while_the_router_is_there', other.page, visit='restart')
        other.stop()
        browse('while_the_router_is_gone', other.page, visit='restart')
        other.__enter__()
        browse('when_the_router_is_back', other.page, visit='restart', last=True)


@once
def every_login(router):
    """Ticket, WAMP-CRA plain and salted, SCRAM, cryptosign: right and wrong; secrets are not kept; what a browser cannot do is told."""
    if not isinstance(router, Router):
        raise Skip
    guest = {'role': 'guest'}
    auth = {
        'ticket': {'type': 'static', 'principals': {'joe': {'ticket': TICKET, **guest}}},
        'wampcra': {'type': 'static', 'users': {'ann': {'secret': PASSWORD, **guest}, 'sally': credential(router, 'wampcra')}},
        'scram': {'type': 'static', 'principals': {'bob': credential(router, 'scram', '--kdf', 'pbkdf2'), 'argus': credential(router, 'scram')}},
        'cryptosign': {'type': 'static', 'principals': {'device': {'authorized_keys': [PUBLIC_KEY], **guest}}}}
    denied = 'wamp.error.authentication_denied'
    with own_router(router, auth) as other:
        for method, authid, secret, outcome in [
                ('ticket', 'joe', TICKET, {'role': 'guest'}), ('ticket', 'joe', 'a wrong ticket', {'told': denied}),
                ('wampcra', 'ann', PASSWORD, {'role': 'guest'}), ('wampcra', 'sally', PASSWORD, {'role': 'guest'}), ('wampcra', 'ann', 'a wrong password', {'told': denied}),
                ('scram', 'bob', PASSWORD, {'role': 'guest'}), ('scram', 'bob', 'a wrong password', {'told': denied}),
                ('scram', 'argus', PASSWORD, {'told': 'argon2id13, which browsers cannot compute'}),
                ('cryptosign', 'device', KEY, {'role': 'guest'}), ('cryptosign', 'device', KEY[::-1], {'told': denied}),
                ('cryptosign', 'device', 'no key', {'told': '64 hexadecimal digits'})]:
            browse('logging_in', other.page, method=method, authid=authid, secret=secret, **outcome)


@once
def anonymous_first_and_a_login_then(router):
    with own_router(router) as other:
        browse('anonymous_first_and_a_login_then', other.page, authid='joe', secret=TICKET, role='guest')


@once
def the_page_below_a_path_finds_the_way(router):
    """The page below a path of its own, asked for without the last slash, connects to the WebSocket beside it."""
    with own_router(router, path='deep/console') as other:
        browse('subscribe_and_publish', f'{other.page}deep/console')


# ---- what the panels tell

@once
def empty_panels_teach_the_next_step(router):
    with own_router(router) as other:
        browse('empty_panels_teach_the_next_step', other.page)


@once
def panels_tell_what_happens(router):
    """Overview, sessions with what one holds and its end, procedures, topics, denials."""
    with own_router(router) as other:
        for scenario in ('the_overview_counts', 'sessions_are_shown_and_killed', 'procedures_and_topics_lead_to_call_and_watch', 'a_denial_is_explained'):
            browse(scenario, other.page, secret=TICKET)


@once
def a_role_that_may_not_see_is_told_so(router):
    browse('a_role_that_may_not_see_is_told_so', router.page)
    with own_router(router) as other:
        browse('a_role_that_may_not_subscribe_is_told_so', other.page, secret=TICKET)


@once
def looks_have_time_between_them(router):
    browse('looks_have_time_between_them', router.page, stay_away=True)


@contextlib.contextmanager
def idle_sessions(router, count):
    """So many that do nothing."""
    idle = subprocess.Popen([router.program, 'bench', 'idle', '--connections', str(count), '--url', router.url, '--duration', '3600'],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_sessions(router, count, idle)
        yield
    finally:
        idle.terminate()
        idle.wait()


def wait_for_sessions(router, count, idle):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and idle.poll() is None:
        with urllib.request.urlopen(f'{router.page}metrics', timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        if any(line.startswith('wampd_sessions{') and float(line.split()[-1]) >= count for line in lines):
            return
        time.sleep(0.1)
    raise Failed(f'{count} idle sessions could not be opened')


@once
def ten_thousand_sessions(router):
    """10,000 sessions: pages, rows drawn where seen, one found among them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < SESSIONS + 500:
        raise Skip
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with own_router(router) as other, idle_sessions(other, SESSIONS):
            browse('very_many_sessions', other.page, sessions=SESSIONS)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# ---- looks

@once
def every_panel_at_each_width_in_each_theme(router):
    """Every panel on a dark phone, a light desktop and a tablet: axe finds nothing, nothing overflows, targets are large enough."""
    with own_router(router) as other:
        for screen, scheme, rules in (('phone', 'dark', True), ('desktop', 'light', True), ('tablet', 'light', False)):
            browse('every_panel_is_fit_for_everybody', other.page, screen=screen, scheme=scheme, rules=rules, motion='reduce', secret=TICKET)


@once
def dark_and_light(router):
    browse('dark_and_light', router.page)


@once
def numbers_and_previews_are_as_people_read_them(router):
    browse('numbers_and_previews', router.page)


@once
def by_keyboard_only(router):
    with own_router(router) as other:
        browse('by_keyboard_only', other.page)


@once
def the_page_takes_less_than_150_kb(router):
    """The page takes less than 150 kB."""
    browse('the_page_is_small', router.page, stay_away=True, most_bytes=MOST_BYTES)


@once
def a_browser_learns_at_once_what_it_will_need(router):
    """index.html names every module, so that a browser asks for all at once and not for one because of another."""
    web = pathlib.Path(ROOT, 'web')
    modules = {str(path.relative_to(web)) for path in web.rglob('*.js') if path.parent.name != 'uplot'} - {'app.js', 'parts/theme.js'}
    expect(sorted(re.findall('rel="modulepreload" href="(.*?)"', (web / 'index.html').read_text())), sorted(modules), 'modules in index.html:')


@once
def the_plots_are_of_the_library_as_it_was_published(router):
    """web/uplot has the files of the npm package, byte for byte."""
    package = os.path.join(HERE, 'node_modules', 'uplot')
    for name, original in (('uPlot.iife.min.js', 'dist/uPlot.iife.min.js'), ('uPlot.min.css', 'dist/uPlot.min.css'), ('LICENSE', 'LICENSE')):
        expect(filecmp.cmp(os.path.join(ROOT, 'web', 'uplot', name), os.path.join(package, original), shallow=False), True, f'{name} is that of the package:')
