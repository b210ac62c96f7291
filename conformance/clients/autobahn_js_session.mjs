// Autobahn|JS as puppet.mjs wants a client. Runs in Node.js and in a browser: the library is handed in.

export function create_client(autobahn, read_file) {
  const serializers = {
    json: () => new autobahn.serializer.JSONSerializer(),
    msgpack: () => new autobahn.serializer.MsgpackSerializer(),
    cbor: () => new autobahn.serializer.CBORSerializer(),
  };

  function transport_at(url) {
    return url.startsWith('http') ? { transports: [{ type: 'longpoll', url }] } : { url };
  }

  const signatures = {
    ticket: ({ secret }) => secret,
    wampcra: ({ secret }, { challenge, salt, iterations, keylen }) =>
      autobahn.auth_cra.sign(salt ? autobahn.auth_cra.derive_key(secret, salt, iterations, keylen) : secret, challenge),
    cryptosign: ({ secret }, extra) => autobahn.auth_cryptosign.sign_challenge(key_pair(secret), extra),
    jwt: ({ secret }) => secret,
  };

  function key_pair(hex) {
    return autobahn.nacl.sign.keyPair.fromSeed(autobahn.util.htob(hex));
  }

  function credentials(auth) {
    if (!auth) return {};
    return {
      authmethods: [auth.method],
      authid: auth.authid,
      authextra: auth.method === 'cryptosign' ? { pubkey: autobahn.auth_cryptosign.public_key(key_pair(auth.secret)) } : undefined,
      onchallenge: (session, method, extra) => signatures[method](auth, extra),
      tlsConfiguration: auth.certificate && { ca: read_file(auth.authority), cert: read_file(auth.certificate), key: read_file(auth.key) },
    };
  }

  function join({ url, realm, serializer, auth, on_left }) {
    return new Promise((resolve, reject) => {
      const connection = new autobahn.Connection({ ...transport_at(url), realm, serializers: [serializers[serializer]()], max_retries: 0, ...credentials(auth), on_user_error: () => {} });
      let closed = null; // resolves leave() and drop() with what Autobahn|JS calls this end
      connection.onopen = (session) => {
        const close = (how) => new Promise((done) => { closed = done; how(); });
        resolve(wrap(session, () => close(() => connection.close()), () => close(() => session._socket.close())));
      };
      connection.onclose = (reason, details) => {
        reject({ uri: details.reason ?? reason, args: [details.message ?? ''] });
        if (closed) closed(reason);
        else on_left(details.reason ?? reason);
        return true;
      };
      connection.open();
    });
  }

  function wrap(session, leave, drop) {
    return {
      id: session.id,
      leave,
      drop,
      call(uri, args, kwargs, options, on_progress) {
        const call = session.call(uri, args, kwargs, options);
        return { result: result_of(call, on_progress), cancel: (mode) => call.cancel({ mode }) };
      },
      publish: async (uri, args, kwargs, options) => (await Promise.resolve(session.publish(uri, args, kwargs, options)).catch(rethrow))?.id,
      async register(uri, on_call, options, on_revoked) {
        const endpoint = (args, kwargs, { progress }) => procedure(on_call, args, kwargs, progress);
        const registration = await session.register(uri, endpoint, options).catch(rethrow);
        registration.on_unregister.then(on_revoked);
        return { unregister: () => registration.unregister().catch(rethrow) };
      },
      async subscribe(uri, on_event, options, on_revoked) {
        const subscription = await session.subscribe(uri, (args, kwargs) => on_event(args, kwargs), options).catch(rethrow);
        subscription.on_unsubscribe.then((reason) => reason !== undefined && on_revoked(reason)); // of its own: no reason
        return { unsubscribe: async () => { await Promise.resolve(subscription.unsubscribe()).catch(rethrow); } };
      },
    };
  }

  async function result_of(call, on_progress) {
    if (on_progress) call.then(undefined, () => {}, (result) => on_progress(payload(result)));
    return payload(await call.catch(rethrow));
  }

  async function procedure(on_call, args, kwargs, progress) {
    try {
      const result = await on_call(args, kwargs, progress);
      return new autobahn.Result(result.args, result.kwargs);
    } catch (error) {
      throw error.uri ? new autobahn.Error(error.uri, error.args, error.kwargs) : error;
    }
  }

  // Autobahn|JS unwraps a result that is one plain value.
  function payload(result) {
    if (result instanceof autobahn.Result) return { args: result.args, kwargs: result.kwargs };
    return { args: result === null ? [] : [result], kwargs: {} };
  }

  function rethrow({ error, args, kwargs }) {
    throw { uri: error, args, kwargs };
  }

  return { join };
}
