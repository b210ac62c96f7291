"""Who may come in: real clients log in by every method that they have."""
import base64
import hashlib
import hmac
import json
import ssl
import time

from runner.client import fresh_uri
from runner.suite import Skip, expect, expect_refused, for_each_client

EVERYTHING = {'uri': '', 'match': 'prefix', 'allow': {'call': True, 'register': True, 'publish': True, 'subscribe': True}}

SALT, ITERATIONS, KEYLEN = 'salt123', 100, 16
PASSWORD = 'pässword and more'
# What Autobahn derives from "scram-password" with the salt of sixteen "s", Argon2id, 4096 iterations and 512 KiB; made by
#   /usr/bin/python3 -c 'from autobahn.wamp.auth import derive_scram_credential as d; print(d("joe", "scram-password", b"s"*16))'
SCRAM = {'kdf': 'argon2id-13', 'iterations': 4096, 'memory': 512, 'salt': (b's' * 16).hex(),
         'stored-key': 'eedba2d640cc4004b02249a55a4f5e6249edbe97318f7b640131582850356df7',
         'server-key': '1ab121e88baad13b35255973d5624124b0e055706cf8e3b627096a21f65dbaf4'}
# The first two of the specification's test vectors for Cryptosign.
PRIVATE_KEY = '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510'
PUBLIC_KEY = '1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d'
OTHER_PRIVATE_KEY = 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd'
OTHER_PUBLIC_KEY = '6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0'
ISSUER_SECRET = 'a secret that the issuer of tokens signs with'

REALMS = [{'name': 'logins', 'roles': [{'name': role, 'permissions': [EVERYTHING]} for role in ('user', 'admin', 'anonymous')]}]

DYNAMIC = {'type': 'dynamic', 'authenticator': 'com.example.authenticate', 'authenticator-realm': 'logins'}
# Each wrong answer of these checks counts, and all come from one address.
LIMITS = {'failed_logins_per_authid': 1000000, 'failed_logins_per_address': 1000000, 'max_login_delay_ms': 0}


def salted(password):
    return base64.b64encode(hashlib.pbkdf2_hmac('sha256', password.encode(), SALT.encode(), ITERATIONS, KEYLEN)).decode()


def token(claims, secret=ISSUER_SECRET):
    def encoded(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b'=')
    text = encoded(b'{"alg":"HS256"}') + b'.' + encoded(json.dumps(claims).encode())
    return (text + b'.' + encoded(hmac.digest(secret.encode(), text, 'sha256'))).decode()


TRANSPORTS = {
    'static logins': {'limits': LIMITS, 'auth': {
        'ticket': {'type': 'static', 'principals': {'joe': {'ticket': 'secret!!!', 'role': 'user'}}},
        'wampcra': {'type': 'static', 'users': {
            'joe': {'secret': PASSWORD, 'role': 'user'},
            'peter': {'secret': salted(PASSWORD), 'salt': SALT, 'iterations': ITERATIONS, 'keylen': KEYLEN, 'role': 'user'}}},
        'scram': {'type': 'static', 'principals': {'joe': {'role': 'user', **SCRAM}}},
        'cryptosign': {'type': 'static', 'principals': {'joe': {'role': 'user', 'authorized_keys': [PUBLIC_KEY]}}},
        'jwt': {'type': 'static', 'keys': [ISSUER_SECRET], 'audience': 'wampd'},
        'anonymous': {'type': 'static', 'role': 'anonymous'}}},
    'dynamic logins': {'limits': LIMITS, 'auth': {
        'ticket': DYNAMIC, 'wampcra': DYNAMIC, 'scram': DYNAMIC, 'cryptosign': DYNAMIC, 'anonymous': DYNAMIC,
        'jwt': {**DYNAMIC, 'keys': [ISSUER_SECRET]}}},
    'certificates': lambda folder: {
        'endpoint': {'tls': {'certificate': f'{folder}/server.pem', 'key': f'{folder}/server.key',
                             'ca_certificates': [f'{folder}/ca.pem'], 'client_certificate': 'optional'}},
        'limits': LIMITS,
        'auth': {'tls': {'type': 'static', 'principals': {'joe': {'role': 'user', 'certificate-sha256': fingerprint(f'{folder}/joe.pem')}}}}},
}


def fingerprint(file):
    with open(file) as pem:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read())).hexdigest()


def log_in(client, method, secret, authid='joe', at='static logins', **more):
    if 'login' not in client.can:
        raise Skip
    return client.join(realm='logins', at=at, auth={'method': method, 'authid': authid, 'secret': secret, **more})


def expect_to_be(session, authid, authrole, authmethod):
    details = session.call('wamp.session.get', [session.id])[0][0]
    expect([details['authid'], details['authrole'], details['authmethod']], [authid, authrole, authmethod], 'this session is')


def expect_denied(action):
    expect_refused('wamp.error.authentication_denied', action)


@for_each_client
def a_ticket(client):
    expect_to_be(log_in(client, 'ticket', 'secret!!!'), 'joe', 'user', 'ticket')
    expect_denied(lambda: log_in(client, 'ticket', 'secret!!'))
    expect_denied(lambda: log_in(client, 'ticket', 'secret!!!', authid='nobody'))


@for_each_client
def wampcra(client):
    """WAMP-CRA, with a plain secret and with a salted one."""
    expect_to_be(log_in(client, 'wampcra', PASSWORD), 'joe', 'user', 'wampcra')
    expect_to_be(log_in(client, 'wampcra', PASSWORD, authid='peter'), 'peter', 'user', 'wampcra')
    for authid in ('joe', 'peter', 'nobody'):
        expect_denied(lambda: log_in(client, 'wampcra', 'wrong', authid=authid))


@for_each_client
def scram(client):
    """WAMP-SCRAM with Argon2id; both ends prove that they know the password."""
    if 'scram' not in client.can:
        raise Skip
    expect_to_be(log_in(client, 'scram', 'scram-password'), 'joe', 'user', 'scram')
    expect_denied(lambda: log_in(client, 'scram', 'wrong'))
    expect_denied(lambda: log_in(client, 'scram', 'scram-password', authid='nobody'))


@for_each_client
def cryptosign(client):
    """WAMP-Cryptosign, with the key's owner named and not."""
    expect_to_be(log_in(client, 'cryptosign', PRIVATE_KEY, pubkey=PUBLIC_KEY), 'joe', 'user', 'cryptosign')
    if 'wampy' not in client.name:  # it authenticates with an authid only
        expect_to_be(log_in(client, 'cryptosign', PRIVATE_KEY, authid=None), 'joe', 'user', 'cryptosign')
    expect_denied(lambda: log_in(client, 'cryptosign', OTHER_PRIVATE_KEY, pubkey=OTHER_PUBLIC_KEY))


@for_each_client
def a_token(client):
    """A JSON Web Token; the session ends when it expires."""
    claims = {'sub': 'joe', 'role': 'admin', 'aud': 'wampd', 'exp': time.time() + 3600}
    expect_to_be(log_in(client, 'jwt', token(claims)), 'joe', 'admin', 'jwt')
    expect_denied(lambda: log_in(client, 'jwt', token({**claims, 'aud': 'others'})))
    expect_denied(lambda: log_in(client, 'jwt', token({**claims, 'exp': time.time() - 3600})))
    expect_denied(lambda: log_in(client, 'jwt', token(claims, 'a secret of somebody else who signs tokens')))


@for_each_client
def a_certificate(client):
    """A certificate of TLS."""
    if 'certificate' not in client.can:
        raise Skip

    def with_certificate_of(name):
        folder = client.certificates
        return log_in(client, 'tls', '', authid=None, at='certificates', authority=f'{folder}/ca.pem',
                      certificate=f'{folder}/{name}.pem', key=f'{folder}/{name}.key')
    expect_to_be(with_certificate_of('joe'), 'joe', 'user', 'tls')
    expect_denied(lambda: with_certificate_of('jim'))


@for_each_client
def nobody_comes_in_by_a_method_that_is_not_there(client):
    expect_refused('wamp.error.no_matching_auth_method', lambda: log_in(client, 'ticket', 'x', at=None))


def authenticator(client, principal):
    """A back end in realm "logins" that knows one principal."""
    if 'login' not in client.can:
        raise Skip
    backend = client.join(realm='logins')
    backend.register('com.example.authenticate', does={'answer': principal})
    return backend


def asked(backend):
    """The authid and the details that the authenticator was asked about."""
    (realm, authid, details), _ = backend.next('invocation')
    expect(realm, 'logins', 'the authenticator was asked about realm')
    return authid, details


@for_each_client
def an_authenticator_for_tickets(client):
    backend = authenticator(client, {'role': 'user', 'authid': 'joseph'})
    expect_to_be(log_in(client, 'ticket', 'one-time', at='dynamic logins'), 'joseph', 'user', 'ticket')
    authid, details = asked(backend)
    expect([authid, details['ticket'], details['authmethod']], ['joe', 'one-time', 'ticket'], 'the authenticator was told')
    expect(details['transport']['peer'].startswith('127.0.0.1:'), True, "the client's address in the details")


@for_each_client
def an_authenticator_for_wampcra(client):
    authenticator(client, {'role': 'user', 'secret': salted(PASSWORD), 'salt': SALT, 'iterations': ITERATIONS, 'keylen': KEYLEN})
    expect_to_be(log_in(client, 'wampcra', PASSWORD, at='dynamic logins'), 'joe', 'user', 'wampcra')
    expect_denied(lambda: log_in(client, 'wampcra', 'wrong', at='dynamic logins'))


@for_each_client
def an_authenticator_for_scram(client):
    if 'scram' not in client.can:
        raise Skip
    authenticator(client, {'role': 'user', **SCRAM})
    expect_to_be(log_in(client, 'scram', 'scram-password', at='dynamic logins'), 'joe', 'user', 'scram')
    expect_denied(lambda: log_in(client, 'scram', 'wrong', at='dynamic logins'))


@for_each_client
def an_authenticator_for_cryptosign(client):
    authenticator(client, {'role': 'user', 'pubkey': PUBLIC_KEY})
    expect_to_be(log_in(client, 'cryptosign', PRIVATE_KEY, pubkey=PUBLIC_KEY, at='dynamic logins'), 'joe', 'user', 'cryptosign')
    expect_denied(lambda: log_in(client, 'cryptosign', OTHER_PRIVATE_KEY, pubkey=OTHER_PUBLIC_KEY, at='dynamic logins'))


@for_each_client
def an_authenticator_for_tokens(client):
    backend = authenticator(client, 'admin')
    claims = {'sub': 'joe', 'team': 'red', 'exp': int(time.time()) + 3600}
    expect_to_be(log_in(client, 'jwt', token(claims), at='dynamic logins'), 'joe', 'admin', 'jwt')
    expect(asked(backend)[1]['claims'], claims, 'the claims')


@for_each_client
def an_authenticator_for_anonymous_clients(client):
    authenticator(client, {'role': 'anonymous', 'authid': 'guest'})
    expect_to_be(client.join(realm='logins', at='dynamic logins'), 'guest', 'anonymous', 'anonymous')


@for_each_client
def without_its_authenticator_nobody_comes_in(client):
    expect_refused('wamp.error.authentication_failed', lambda: log_in(client, 'ticket', 'x', at='dynamic logins'))
