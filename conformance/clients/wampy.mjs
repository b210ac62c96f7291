// Wampy.js in Node.js.
import { Wampy } from 'wampy';
import { JsonSerializer } from 'wampy/JsonSerializer.js';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import { sign as sign_cryptosign } from 'wampy/cryptosign.js';
import { sign as sign_wampcra } from 'wampy/wampcra.js';
import websocket from 'websocket';
import { emit, serve } from './lines.mjs';
import { create_puppet } from './puppet.mjs';

const CAN = ['cancel', 'cancel_skip', 'chunks', 'timeout', 'passthru', 'login'];
const serializers = { json: JsonSerializer, msgpack: MsgpackSerializer, cbor: CborSerializer };

const plugins = {
  ticket: (secret) => () => secret,
  wampcra: sign_wampcra,
  cryptosign: sign_cryptosign,
  jwt: (secret) => () => secret,
};

function credentials(auth) {
  if (!auth) return {};
  const { method, authid, secret } = auth;
  return {
    authid,
    authmethods: [method],
    authMode: 'auto',
    authPlugins: { [method]: plugins[method](secret) },
    authextra: method === 'cryptosign' ? { pubkey: auth.pubkey } : {},
  };
}

async function join({ url, realm, serializer, auth, on_left }) {
  let wanted = true; // false once we leave: Wampy calls onClose for any end
  let closed;
  const wampy = new Wampy(url, {
    realm,
    ws: websocket.w3cwebsocket,
    serializer: new serializers[serializer](),
    autoReconnect: false,
    ...credentials(auth),
    onClose: () => (wanted ? on_left('closed') : closed?.()),
  });
  // Wampy 8 has progressive call invocations, but does not announce them.
  wampy._wamp_features.roles.caller.features.progressive_call_invocations = true;
  await wampy.connect().catch((error) => { wanted = false; rethrow(error); });
  const end = (how) => new Promise((done) => { wanted = false; closed = done; how(); });
  return {
    id: wampy.getSessionId(),
    leave: () => end(() => wampy.disconnect()),
    drop: () => end(() => wampy._ws.close()),
    call(uri, args, kwargs, { receive_progress, ...options }, on_progress) {
      if (on_progress) options.progress_callback = (more) => on_progress(payload(more));
      const what = { argsList: args, argsDict: kwargs };
      const call = options.progress ? wampy.progressiveCall(uri, what, options) : { result: wampy.call(uri, what, options) };
      const { reqId } = wampy.getOpStatus();
      return {
        result: call.result.then(payload, rethrow),
        cancel: (mode) => wampy.cancel(reqId, { mode }),
        send: (more, more_options) => call.sendData({ argsList: more }, more_options),
      };
    },
    publish: async (uri, args, kwargs, options) => (await wampy.publish(uri, { argsList: args, argsDict: kwargs }, options).catch(rethrow)).publicationId,
    async register(uri, on_call, options) {
      await wampy.register(uri, (invocation) => procedure(on_call, invocation, options.yield_options), options).catch(rethrow);
      return { unregister: async () => { await wampy.unregister(uri).catch(rethrow); } };
    },
    async subscribe(uri, on_event, options) {
      const on_data = (event) => { const { args, kwargs } = payload(event); on_event(args, kwargs); };
      const { subscriptionKey } = await wampy.subscribe(uri, on_data, given(options)).catch(rethrow);
      return { unsubscribe: async () => { await wampy.unsubscribe(subscriptionKey, on_data).catch(rethrow); } };
    },
  };
}

async function procedure(on_call, invocation, options) {
  const { args, kwargs } = payload(invocation);
  try {
    const result = await on_call(args, kwargs);
    return { argsList: result.args, argsDict: result.kwargs, options };
  } catch ({ uri, args: error_args, kwargs: error_kwargs }) {
    throw { error: uri, argsList: error_args, argsDict: error_kwargs };
  }
}

// Wampy 8 keeps subscriptions by topic and options, but forgets the options when it unsubscribes: leave out empty ones.
function given(options) {
  return Object.keys(options).length ? options : undefined;
}

function payload({ argsList, argsDict }) {
  return { args: argsList ?? [], kwargs: argsDict ?? {} };
}

function rethrow(error) {
  if (!error.errorUri) throw error;
  throw { uri: error.errorUri, args: error.argsList ?? [], kwargs: error.argsDict ?? {} };
}

serve(
  [
    { name: 'wampy/json', serializer: 'json', can: CAN },
    { name: 'wampy/msgpack', serializer: 'msgpack', can: [...CAN, 'binary', 'int64'] },
    // cbor-x reads no 64-bit integers, and tags bytes (tag 64), which Python's cbor2 does not take for bytes.
    { name: 'wampy/cbor', serializer: 'cbor', can: CAN },
  ],
  create_puppet({ join }, emit),
);
