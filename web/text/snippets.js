// A request of "Try it" as somebody would make it elsewhere. Pure. Secrets are not in it: a login is a name, and a variable or file that has
// the secret.
import { json } from '../client/json.js';

// `request`: { kind, uri, args, kwargs, options }. `at`: { url, api_url, realm, login: { method, authid } }.
export const SNIPPETS = { curl, wampd: command, Python: python, JavaScript: javascript };

const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const is_full = (value) => value && Object.keys(value).length > 0;

// The variables that wampd, too, takes secrets from.
const VARIABLES = { ticket: 'WAMP_TICKET', wampcra: 'WAMP_SECRET', cryptosign: 'WAMP_PRIVATE_KEY', jwt: 'WAMP_JWT' };

function curl({ kind, uri, args, kwargs, options }, { api_url, login }) {
  if (kind === 'register') return '# Over HTTP nobody registers a procedure: see docs/http.md.';
  const api = api_url || 'https://HOST/api';
  const lines = api_url ? [] : ['# This address has no path of type "http": see docs/http.md.'];
  const said = { ticket: ` -u ${quoted(`${login.authid}:`)}"$WAMP_TICKET"`, jwt: ' -H "Authorization: Bearer $WAMP_JWT"', anonymous: '' };
  const who = said[login.method] ?? '';
  if (!(login.method in said)) lines.push('# Over HTTP one logs in by ticket or by token: see docs/http.md.');
  if (kind === 'subscribe') {
    const match = options.match && options.match !== 'exact' ? ` --data-urlencode ${quoted(`match=${options.match}`)}` : '';
    lines.push(`curl -N -G${who} ${quoted(`${api}/events`)} --data-urlencode ${quoted(`topic=${uri}`)}${match}`);
  } else {
    const body = is_full(kwargs) || is_full(options) ? { args, ...(is_full(kwargs) && { kwargs }), ...(is_full(options) && { options }) } : args;
    lines.push(`curl${who} ${quoted(`${api}/${kind}/${encodeURIComponent(uri)}`)} -H 'Content-Type: application/json' -d ${quoted(json.stringify(body))}`);
  }
  return lines.join('\n');
}

function command({ kind, uri, args, kwargs, options, does, error_uri }, { url, realm, login }) {
  const words = ['wampd', kind];
  const say = (name, value) => words.push(...(value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value]));
  if (kind === 'call' || kind === 'publish') {
    if (args.length) say('args', json.stringify(args));
    if (is_full(kwargs)) say('kwargs', json.stringify(kwargs));
  }
  if (kind === 'register') {
    if (does === 'error') say('error', error_uri);
    else if (does === 'fixed') say('value', json.stringify(args[0] ?? null));
    else words.push('--echo');
  }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'match') say('match', value);
    else if (name === 'receive_progress' && value) words.push('--progress');
    else if (name !== 'acknowledge' && (kind === 'call' || kind === 'publish')) words.push('-o', `${name}=${typeof value === 'string' ? value : json.stringify(value)}`);
  }
  say('url', url);
  say('realm', realm);
  const files = { ticket: ['ticket-file'], wampcra: ['secret-file'], scram: ['secret-file'], cryptosign: ['key-file'], jwt: ['jwt-file'], cookie: ['cookie-jar'], tls: ['cert', 'key'] };
  if (login.method !== 'anonymous') say('authmethod', login.method);
  if (login.authid) say('authid', login.authid);
  for (const name of files[login.method] ?? []) say(name, 'FILE');
  words.push('--', uri); // behind options, as somebody else may have named it like one
  return words.map(quoted).join(' ');
}

function python(request, { url, realm, login }) {
  const { kind, uri, args, kwargs, options } = request;
  const uri_text = literal(uri);
  const values = [...args.map(literal), ...(is_full(kwargs) ? keywords(kwargs) : [])];
  const more = { call: 'CallOptions', publish: 'PublishOptions', subscribe: 'SubscribeOptions', register: 'RegisterOptions' }[kind];
  const chosen = Object.entries(kind === 'publish' ? { acknowledge: true, ...options } : options).filter(([name]) => name !== 'receive_progress').map(([name, value]) => `${name}=${literal(value)}`);
  const with_options = chosen.length ? `options=types.${more}(${chosen.join(', ')})` : '';
  const list = (...parts) => parts.flat().filter(Boolean).join(', ');
  const { imports, classes, hooks } = python_login(login);
  const body = {
    call: [`print(await self.call(${list(uri_text, values, with_options)}))`, 'self.leave()'],
    publish: [`await self.publish(${list(uri_text, values, with_options)})`, 'self.leave()'],
    subscribe: [`await self.subscribe(lambda *args, **kwargs: print(args, kwargs), ${list(uri_text, with_options)})`],
    register: [`await self.register(lambda *args: args[0] if args else None, ${list(uri_text, with_options)})`],
  }[kind];
  return `import asyncio
${imports}
from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import ${classes}


class Client(ApplicationSession):
${hooks}    async def onJoin(self, details):
        ${body.join('\n        ')}

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(${literal(url)}, ${literal(realm)}).run(Client)
`;
}

// Autobahn|Python's SCRAM fails with PBKDF2, the one that browsers have.
function python_login({ method, authid }) {
  const name = { ticket: 'ticket', wampcra: 'secret', cryptosign: 'privkey' }[method];
  const who = authid ? `, ${literal(authid)}` : '';
  const secret = `os.environ['${VARIABLES[method]}']`;
  const join = (more) => `    def onConnect(self):${more}\n        self.join(self.config.realm, [${literal(method)}]${who}`;
  const challenge = (answer) => `    def onChallenge(self, challenge):\n        ${answer}\n\n`;
  if (name) {
    const made = `auth.create_authenticator(${literal(method)}, authid=${literal(authid)}, ${name}=${secret})`;
    const hooks = `${join(`\n        self.login = ${made}`)}, authextra=self.login.authextra)\n\n${challenge('return self.login.on_challenge(self, challenge)')}`;
    return { imports: 'import os\n', classes: 'auth, types', hooks };
  }
  if (method === 'jwt') return { imports: 'import os\n', classes: 'types', hooks: `${join('')})\n\n${challenge(`return ${secret}`)}` };
  return { imports: method === 'anonymous' ? '' : `# Without the login by ${method}: see docs/authentication.md.\n`, classes: 'types', hooks: '' };
}

function javascript({ kind, uri, args, kwargs, options }, { url, realm, login }) {
  const say = (value) => json.stringify(value);
  const rest = (...values) => {
    while (values.length && !is_full(values.at(-1))) values.pop();
    return values.map((value) => `, ${say(value)}`).join('');
  };
  const tail = is_full(options) ? `, ${say(options)}` : '';
  const body = {
    call: `  console.log(await session.call(${say(uri)}${rest(args, kwargs, options)}));\n  connection.close();`,
    publish: `  await session.publish(${say(uri)}, ${say(args)}, ${say(kwargs ?? {})}, ${say({ acknowledge: true, ...options })});\n  connection.close();`,
    subscribe: `  await session.subscribe(${say(uri)}, (args, kwargs) => console.log(args, kwargs)${tail});`,
    register: `  await session.register(${say(uri)}, (args, kwargs) => args[0]${tail});`,
  }[kind];
  const { before, more } = javascript_login(login);
  return `const autobahn = require('autobahn');
${before}const connection = new autobahn.Connection({ url: ${say(url)}, realm: ${say(realm)}${more} });

connection.onopen = async (session) => {
${body}
};
connection.open();
`;
}

function javascript_login({ method, authid }) {
  const secret = `process.env.${VARIABLES[method]}`;
  const answers = {
    ticket: `() => ${secret}`,
    jwt: `() => ${secret}`,
    wampcra: `(session, method, { challenge, salt, iterations, keylen }) => autobahn.auth_cra.sign(salt ? autobahn.auth_cra.derive_key(${secret}, salt, iterations, keylen) : ${secret}, challenge)`,
    cryptosign: '(session, method, extra) => autobahn.auth_cryptosign.sign_challenge(key, extra)',
  };
  if (!answers[method]) return { before: method === 'anonymous' ? '' : `// Without the login by ${method}: see docs/authentication.md.\n`, more: '' };
  const with_key = method === 'cryptosign';
  const who = authid ? `, authid: ${json.stringify(authid)}` : '';
  return {
    before: with_key ? `const key = autobahn.nacl.sign.keyPair.fromSeed(autobahn.util.htob(${secret}));\n` : '',
    more: `,\n  authmethods: ['${method}']${who}${with_key ? ', authextra: { pubkey: autobahn.auth_cryptosign.public_key(key) }' : ''},\n  onchallenge: ${answers[method]}`,
  };
}

// Names that are no words of Python's stand as they are.
function keywords(kwargs) {
  const entries = Object.entries(kwargs);
  if (entries.every(([name]) => /^[a-z_]\w*$/i.test(name) && !PYTHON_WORDS.has(name))) return entries.map(([name, value]) => `${name}=${literal(value)}`);
  return [`**${literal(kwargs)}`];
}

const PYTHON_WORDS = new Set(['False', 'None', 'True', 'and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except', 'finally', 'for', 'from',
  'global', 'if', 'import', 'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass', 'raise', 'return', 'try', 'while', 'with', 'yield']);

// In Python's words.
function literal(value) {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value instanceof Uint8Array) return `bytes([${value.join(', ')}])`;
  if (typeof value === 'object') return `{${Object.entries(value).map(([name, one]) => `${literal(name)}: ${literal(one)}`).join(', ')}}`;
  return json.stringify(value);
}
