// Who this page is to the router, and how it becomes somebody else.
import { h, facts, set_text } from '../parts/dom.js';
import { WampError } from '../wampd.js';

// By what the configuration calls them: name, what the secret is called.
const METHODS = {
  anonymous: ['Anonymous'],
  ticket: ['Ticket', 'Ticket'],
  wampcra: ['Password (WAMP-CRA)', 'Password'],
  scram: ['Password (SCRAM)', 'Password'],
  cryptosign: ['Key (cryptosign)', 'Private key, 64 hexadecimal digits'],
  jwt: ['JSON Web Token', 'Token'],
  cookie: ['Cookie of an earlier login'],
  tls: ['Certificate of this browser'],
};
const IN_ONE_PIECE = ['cryptosign', 'jwt']; // secrets without spaces, which copies often bring along
const WITHOUT_AUTHID = ['anonymous', 'cookie', 'jwt'];

const REASONS = {
  'wamp.error.no_such_realm': 'There is no realm of this name.',
  'wamp.error.no_such_role': 'The realm does not have the role of this login.',
  'wamp.error.authentication_denied': 'The login was refused: a wrong secret, an unknown name, or a realm that is not yours.',
  'wamp.error.authentication_failed': 'The router could not check the login.',
  'wamp.error.no_matching_auth_method': 'The router does not take this kind of login in this realm.',
  'wamp.error.authentication_required': 'The router wants to know who you are.',
  'wamp.error.no_such_principal': 'This login needs a name.',
  'wamp.error.too_many_requests': 'Too many logins have failed, or the realm is full. Wait a while.',
  'wamp.close.killed': 'Somebody has ended this session.',
};

export default function connection_panel(app) {
  const connection = app.connection;
  const realm = h('input', { name: 'realm', required: true, placeholder: 'realm1', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', list: 'realms' });
  const realms = h('datalist', { id: 'realms' });
  const method = h('select', { name: 'method', onchange: show_fields });
  const authid = h('input', { name: 'authid', spellcheck: 'false', autocomplete: 'username', autocapitalize: 'off' });
  const secret = h('input', { name: 'secret', type: 'password', autocomplete: 'current-password' });
  const secret_name = h('span', {}, 'Password');
  const authid_field = h('label', {}, h('span', {}, 'Name (authid)'), authid);
  const secret_field = h('label', {}, secret_name, secret);
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const submit = h('button', { class: 'primary' }, 'Connect');
  const title = h('h2', {}, 'Log in');
  const form = h('form', { id: 'login', class: 'card form', onsubmit: on_submit, oninput: () => { problem.hidden = true; } },
    title, problem, h('label', {}, h('span', {}, 'Realm'), realm, realms), h('label', {}, h('span', {}, 'Log in by'), method), authid_field, secret_field,
    h('div', { class: 'actions' }, submit));
  const now = h('div', { class: 'card', id: 'now' });
  const element = h('section', { class: 'panel narrow' }, h('header', { class: 'head' }, h('h1', {}, 'Connection')), now, form);
  let is_filled = false;

  function fill() {
    if (is_filled || connection.offers.auth.length === 0) return;
    is_filled = true;
    const { realm: last_realm, method: last_method, authid: last_authid } = connection.last;
    realms.replaceChildren(...connection.offers.realms.map((name) => h('option', { value: name })));
    method.replaceChildren(...Object.keys(METHODS).filter((name) => connection.offers.auth.includes(name))
      .map((name) => h('option', { value: name }, METHODS[name][0])));
    realm.value = last_realm ?? connection.realm ?? '';
    if (connection.offers.auth.includes(last_method)) method.value = last_method;
    authid.value = last_authid ?? '';
    show_fields();
  }

  function show_fields() {
    const [, name] = METHODS[method.value] ?? [];
    secret_field.hidden = !name;
    secret.required = Boolean(name);
    set_text(secret_name, name ?? '');
    authid_field.hidden = WITHOUT_AUTHID.includes(method.value);
    authid.required = !authid_field.hidden && method.value !== 'tls';
  }

  async function on_submit(event) {
    event.preventDefault();
    const said = IN_ONE_PIECE.includes(method.value) ? secret.value.trim() : secret.value;
    const login = { method: method.value, authid: authid_field.hidden ? undefined : authid.value || undefined, secret: said };
    await connection.join({ realm: realm.value.trim(), login });
    secret.value = '';
  }

  function show_now() {
    const { session } = connection;
    if (session) {
      const details = session.details;
      now.replaceChildren(
        facts([['State', 'connected'], ['Router', details.agent], ['Address', connection.url], ['Realm', session.realm], ['Session', session.id],
          ['Name', details.authid], ['Role', details.authrole], ['Logged in by', METHODS[details.authmethod]?.[0] ?? details.authmethod]]),
        h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => connection.leave() }, 'Disconnect')));
    } else if (connection.is_trying) {
      now.replaceChildren(h('p', { class: 'quiet' }, `Connecting to ${connection.url} …`));
    } else {
      now.replaceChildren(h('div', { class: 'actions' }, h('button', { type: 'button', onclick: () => location.reload() }, 'Try again')));
    }
    const can_join = connection.offers.websocket.length > 0;
    form.hidden = !can_join;
    now.hidden = can_join && !session && !connection.is_trying;
    set_text(title, session ? 'Join as somebody else, or another realm' : 'Log in');
    show_problem(connection.error);
  }

  function show_problem(error) {
    const refused = error instanceof WampError;
    problem.hidden = !error;
    const text = error ? (refused && REASONS[error.uri]) || error.message : '';
    problem.replaceChildren(text, refused ? h('code', {}, error.message) : '');
    if (error && form.hidden) now.prepend(h('p', { class: 'problem', role: 'alert' }, text));
  }

  return {
    element,
    show() {
      fill();
      show_now();
    },
  };
}
