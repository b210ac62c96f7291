// How a client proves who it is. A login is { method, authid, secret }: the secret is the ticket, the password, the private key
// in hexadecimal, or the token. What is computed is computed by the browser's WebCrypto.
import { from_base64, from_hex, to_base64, to_hex } from './json.js';
import { LoginImpossible } from './errors.js';

const text_bytes = (text) => new TextEncoder().encode(text);
const SEED_IN_PKCS8 = '302e020100300506032b657004220420';

const methods = { anonymous, cookie: anonymous, tls: anonymous, ticket: said, jwt: said, wampcra, scram, cryptosign };

// What goes into HELLO, how CHALLENGE is answered ([signature, extra]), and whether WELCOME comes from who knows the secret.
//   { details: { authmethods, authid, authextra }, answer(extra), check(welcome) }
export async function prepare_login({ method = 'anonymous', authid, secret = '' } = {}) {
  if (!methods[method]) throw new LoginImpossible(`There is no login by "${method}" here.`);
  const { name = method, authextra, answer = refuse, check = () => {} } = await methods[method]({ authid, secret });
  return { details: { authmethods: [name], ...(authid && { authid }), ...(authextra && { authextra }) }, answer, check };
}

function refuse() {
  throw new LoginImpossible('The router asks for a proof that this login has none of.');
}

function anonymous() {
  return {};
}

function said({ secret }) {
  return { answer: () => [secret, {}] };
}

function wampcra({ secret }) {
  const answer = async ({ challenge, salt, iterations = 1000, keylen = 32 }) => {
    const key = salt ? text_bytes(to_base64(await pbkdf2(secret, text_bytes(salt), iterations, keylen))) : text_bytes(secret);
    return [to_base64(await hmac(key, text_bytes(challenge))), {}];
  };
  return { answer };
}

function scram({ authid, secret }) {
  const nonce = to_base64(crypto.getRandomValues(new Uint8Array(16)));
  let expected;
  const answer = async (extra) => {
    if (extra.kdf !== 'pbkdf2') {
      throw new LoginImpossible(`This user's password is kept as ${extra.kdf}, which browsers cannot compute. `
        + 'Give the user a credential made with PBKDF2, or log in by another method.');
    }
    if (!extra.nonce?.startsWith(nonce)) throw new Error('the router does not repeat the nonce of this login');
    const name = authid.replaceAll('=', '=3D').replaceAll(',', '=2C');
    const message = text_bytes(`n=${name},r=${nonce},r=${extra.nonce},s=${extra.salt},i=${extra.iterations},c=${btoa('n,,')},r=${extra.nonce}`);
    const salted = await pbkdf2(secret, from_base64(extra.salt), extra.iterations, 32);
    const client_key = await hmac(salted, text_bytes('Client Key'));
    const stored_key = new Uint8Array(await subtle().digest('SHA-256', client_key));
    const signature = await hmac(stored_key, message);
    expected = `v=${to_base64(await hmac(await hmac(salted, text_bytes('Server Key')), message))}`;
    return [to_base64(client_key.map((byte, i) => byte ^ signature[i])), { nonce: extra.nonce, channel_binding: null, cbind_data: null }];
  };
  const check = (welcome) => {
    if (!expected || welcome.authextra?.verifier !== expected) throw new Error('the router does not prove that it knows the password: it may be another one');
  };
  return { name: 'wamp-scram', authextra: { nonce, channel_binding: null }, answer, check };
}

async function cryptosign({ secret }) {
  if (!/^[0-9a-f]{64}$/i.test(secret)) throw new LoginImpossible('A private key is 64 hexadecimal digits.');
  const seed = from_hex(SEED_IN_PKCS8 + secret);
  let key;
  try {
    key = await subtle().importKey('pkcs8', seed, 'Ed25519', true, ['sign']);
  } catch (error) {
    if (error instanceof LoginImpossible) throw error;
    throw new LoginImpossible('This browser has no Ed25519, which a login by key needs. Newer ones have it.');
  }
  const { x } = await subtle().exportKey('jwk', key);
  const pubkey = to_hex(from_base64(x.replaceAll('-', '+').replaceAll('_', '/')));
  const answer = async ({ challenge }) => {
    const signature = await subtle().sign('Ed25519', key, from_hex(challenge));
    return [to_hex(new Uint8Array(signature)) + challenge, {}];
  };
  return { authextra: { pubkey }, answer };
}

// Browsers have it on pages that came over https, or from this machine.
function subtle() {
  if (!globalThis.crypto?.subtle) {
    throw new LoginImpossible('Browsers compute such a proof only on pages that came over https or from localhost. Open this page so, or log in by ticket.');
  }
  return crypto.subtle;
}

async function hmac(key, bytes) {
  const imported = await subtle().importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle().sign('HMAC', imported, bytes));
}

async function pbkdf2(password, salt, iterations, size) {
  const key = await subtle().importKey('raw', text_bytes(password), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await subtle().deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 8 * size));
}
