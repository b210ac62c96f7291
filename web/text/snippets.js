// A request of "Try it" as somebody would make it elsewhere. Pure. Secrets are not in it: a login is a name and a place to fill in.
import { json } from '../client/json.js';

// `request`: { kind, uri, args, kwargs, options }. `at`: { url, api_url, realm, login: { method, authid } }.
export const SNIPPETS = { curl, wampd: command, Python: python, JavaScript: javascript };

const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const is_full = (value) => value && Object.keys(value).length > 0;

function curl({ kind, uri, args, kwargs, options }, { api_url }) {
  if (kind === 'register') return '# Over HTTP nobody registers a procedure: see docs/http.md.';
  const api = api_url || 'https://HOST/api';
  const lines = api_url ? [] : ['# This address has no path of type "http": see docs/http.md.'];
  if (kind === 'subscribe') {
    const match = options.match && options.match !== 'exact' ? ` --data-urlencode ${quoted(`match=${options.match}`)}` : '';
    lines.push(`curl -N -G ${quoted(`${api}/events`)} --data-urlencode ${quoted(`topic=${uri}`)}${match}`);
  } else {
    const body = is_full(kwargs) || is_full(options) ? { args, ...(is_full(kwargs) && { kwargs }), ...(is_full(options) && { options }) } : args;
    lines.push(`curl ${quoted(`${api}/${kind}/${encodeURIComponent(uri)}`)} -H 'Content-Type: application/json' -d ${quoted(json.stringify(body))}`);
  }
  return lines.join('\n');
}

function command({ kind, uri, args, kwargs, options, does, error_uri }, { url, realm, login }) {
  const words = ['wampd', kind, uri];
  if (kind === 'call' || kind === 'publish') {
    if (args.length) words.push('--args', json.stringify(args));
    if (is_full(kwargs)) words.push('--kwargs', json.stringify(kwargs));
  }
  if (kind === 'register') words.push(...(does === 'error' ? ['--error', error_uri] : does === 'fixed' ? ['--value', json.stringify(args[0] ?? null)] : ['--echo']));
  for (const [name, value] of Object.entries(options)) {
    if (name === 'match') words.push('--match', value);
    else if (name === 'receive_progress' && value) words.push('--progress');
    else if (name !== 'acknowledge' && (kind === 'call' || kind === 'publish')) words.push('-o', `${name}=${typeof value === 'string' ? value : json.stringify(value)}`);
  }
  words.push('--url', url, '--realm', realm);
  const secrets = { ticket: 'ticket', wampcra: 'secret', scram: 'secret', cryptosign: 'key', jwt: 'jwt' };
  if (login.method !== 'anonymous') words.push('--authmethod', login.method);
  if (login.authid) words.push('--authid', login.authid);
  if (secrets[login.method]) words.push(`--${secrets[login.method]}-file`, 'FILE');
  return words.map(quoted).join(' ');
}

function python(request, { url, realm }) {
  const { kind, uri, args, kwargs, options } = request;
  const uri_text = literal(uri);
  const values = [...args.map(literal), ...Object.entries(kwargs ?? {}).map(([name, value]) => (/^[a-z_]\w*$/i.test(name) ? `${name}=${literal(value)}` : `**{${literal(name)}: ${literal(value)}}`))];
  const more = { call: 'CallOptions', publish: 'PublishOptions', subscribe: 'SubscribeOptions', register: 'RegisterOptions' }[kind];
  const chosen = Object.entries(kind === 'publish' ? { acknowledge: true, ...options } : options).filter(([name]) => name !== 'receive_progress').map(([name, value]) => `${name}=${literal(value)}`);
  const with_options = chosen.length ? `options=types.${more}(${chosen.join(', ')})` : '';
  const list = (...parts) => parts.flat().filter(Boolean).join(', ');
  const body = {
    call: [`print(await self.call(${list(uri_text, values, with_options)}))`, 'self.leave()'],
    publish: [`await self.publish(${list(uri_text, values, with_options)})`, 'self.leave()'],
    subscribe: [`await self.subscribe(lambda *args, **kwargs: print(args, kwargs), ${list(uri_text, with_options)})`],
    register: [`await self.register(lambda *args: args[0] if args else None, ${list(uri_text, with_options)})`],
  }[kind];
  return `import asyncio

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp import types


class Client(ApplicationSession):
    async def onJoin(self, details):
        ${body.join('\n        ')}

    def onDisconnect(self):
        asyncio.get_event_loop().stop()


ApplicationRunner(${literal(url)}, ${literal(realm)}).run(Client)
`;
}

function javascript({ kind, uri, args, kwargs, options }, { url, realm }) {
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
  return `const autobahn = require('autobahn');
const connection = new autobahn.Connection({ url: ${say(url)}, realm: ${say(realm)} });

connection.onopen = async (session) => {
${body}
};
connection.open();
`;
}

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
