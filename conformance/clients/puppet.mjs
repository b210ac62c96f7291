// Carries out the runner's requests on any JavaScript WAMP client. Runs in Node.js and in a browser.
//
// A client module gives `join({ url, realm, serializer, auth, on_left })`, a promise of a session with
//   id, leave() -> what the library calls that end, if anything, drop(), publish(uri, args, kwargs, options) -> id,
//   call(uri, args, kwargs, options, on_progress) -> { result, a promise of { args, kwargs }; cancel(mode); send(args, options) },
//   register(uri, on_call, options, on_revoked) -> { unregister() }, where on_call(args, kwargs, progress) returns a promise of
//     { args, kwargs } or throws; progress(args, kwargs) is there if the caller wants progressive results,
//   subscribe(uri, on_event, options, on_revoked) -> { unsubscribe() }, where on_event(args, kwargs).
// What a library does not have is left out. All errors are { uri, args, kwargs }, both those that it throws and those that
// on_call throws.
import { from_runner, to_runner } from './values.mjs';

export function create_puppet(client, emit) {
  const sessions = new Map();
  const handles = new Map();
  const calls = new Map(); // by the id of the runner's request
  const held = []; // { session, release }: invocations that wait to be answered, the oldest first
  let last_handle = 0;

  // What a registered procedure does: all answer with what they were called with.
  const behaviours = {
    echo: async (session, args, kwargs) => ({ args, kwargs }),
    fail: async (session, args, kwargs) => { throw { uri: 'com.example.error.custom', args, kwargs }; },
    hold: (session, args, kwargs) => new Promise((done) => { held.push({ session, release: () => done({ args, kwargs }) }); }),
    progress: async (session, args, kwargs, progress) => {
      if (progress) args.forEach((arg) => progress([arg], kwargs));
      return { args, kwargs };
    },
  };

  const ops = {
    async join({ session, url, realm, serializer, auth }) {
      const on_left = (reason) => emit({ event: 'left', session, reason });
      const joined = await client.join({ url, realm, serializer, auth, on_left });
      sessions.set(session, joined);
      return to_runner(joined.id);
    },
    async leave({ session }) {
      const end = await sessions.get(session).leave();
      sessions.delete(session);
      return end;
    },
    async drop({ session }) {
      await sessions.get(session).drop();
      sessions.delete(session);
    },
    async register({ session, uri, does, options }) {
      const handle = ++last_handle;
      const on_call = async (args, kwargs, progress) => {
        emit({ event: 'invocation', session, uri, ...to_runner({ args, kwargs }) });
        return does.answer === undefined ? behaviours[does](session, args, kwargs, progress) : { args: [does.answer], kwargs: {} };
      };
      const on_revoked = (reason) => emit({ event: 'revoked', session, args: [reason ?? null], kwargs: {} });
      handles.set(handle, await sessions.get(session).register(uri, on_call, options, on_revoked));
      return handle;
    },
    async subscribe({ session, uri, options }) {
      const handle = ++last_handle;
      const on_event = (args, kwargs) => emit({ event: 'event', session, uri, ...to_runner({ args, kwargs }) });
      const on_revoked = (reason) => emit({ event: 'revoked', session, args: [reason ?? null], kwargs: {} });
      handles.set(handle, await sessions.get(session).subscribe(uri, on_event, options, on_revoked));
      return handle;
    },
    unregister: ({ handle }) => handles.get(handle).unregister(),
    unsubscribe: ({ handle }) => handles.get(handle).unsubscribe(),
    release: ({ session }) => held.splice(held.findIndex((one) => one.session === session), 1)[0].release(),
    async call({ session, uri, args, kwargs, options }, id) {
      const on_progress = (more) => emit({ event: 'progress', session, uri, ...to_runner(more) });
      const call = sessions.get(session).call(uri, from_runner(args), from_runner(kwargs), options, options.receive_progress && on_progress);
      calls.set(id, call);
      return to_runner(await call.result.finally(() => calls.delete(id)));
    },
    cancel: ({ call, mode }) => { calls.get(call).cancel(mode); },
    send: ({ call, args, options }) => { calls.get(call).send(from_runner(args), options); },
    async publish({ session, uri, args, kwargs, options }) {
      return to_runner(await sessions.get(session).publish(uri, from_runner(args), from_runner(kwargs), options));
    },
  };

  return async function carry_out({ id, op, ...request }) {
    try {
      emit({ id, ok: (await ops[op](request, id)) ?? null });
    } catch (error) {
      const { uri, args = [], kwargs = {} } = error;
      emit({ id, error: uri ? { uri, ...to_runner({ args, kwargs }) } : { text: String(error?.stack ?? error) } });
    }
  };
}
