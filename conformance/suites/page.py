"""The page that wampd serves, used by hand in headless Chromium: clients/browse.mjs has what is done there."""
import os
import subprocess

from runner.client import Failed
from runner.suite import once

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def browse(scenario, url):
    done = subprocess.run(['node', 'clients/browse.mjs', scenario, url], cwd=HERE, text=True, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failed(done.stdout)


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
def an_unknown_realm_is_told(router):
    browse('an_unknown_realm_is_told', router.page)


@once
def leaving_and_joining_again(router):
    browse('leaving', router.page)


@once
def a_lost_connection_comes_back_with_its_subscriptions(router):
    browse('a_lost_connection_comes_back', router.page)
