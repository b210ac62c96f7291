// Carries out the runner's requests on any JavaScript WAMP client. Runs in Node.js and in a browser.
//
// A client module gives `join({ url, realm, serializer, on_left })`, a promise of a session with
//   id, leave() -> what the library calls that end, if anything, drop(), call(uri, args, kwargs, options) -> { args, kwargs }, publish(uri, args, kwargs, options) -> id,
//   register(uri, on_call, options) -> { unregister() }, where on_call(args, kwargs) returns { args, kwargs } or throws,
//   subscribe(uri, on_event, options) -> { unsubscribe() }, where on_event(args, kwargs).
// All of its errors are { uri, args, kwargs }, both those that it throws and those that on_call throws.
import { from_runner, to_runner } from './values.mjs';

export function create_puppet(client, emit) {
  const sessions = new Map();
  const handles = new Map();
  let last_handle = 0;

  // What a registered procedure does: both answer with what they were called with.
  const behaviours = {
    echo: (args, kwargs) => ({ args, kwargs }),
    fail: (args, kwargs) => { throw { uri: 'com.example.error.custom', args, kwargs }; },
  };

  const ops = {
    async join({ session, url, realm, serializer }) {
      const on_left = (reason) => emit({ event: 'left', session, reason });
      const joined = await client.join({ url, realm, serializer, on_left });
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
      const on_call = (args, kwargs) => {
        emit({ event: 'invocation', session, uri, ...to_runner({ args, kwargs }) });
        return behaviours[does](args, kwargs);
      };
      handles.set(handle, await sessions.get(session).register(uri, on_call, options));
      return handle;
    },
    async subscribe({ session, uri, options }) {
      const handle = ++last_handle;
      const on_event = (args, kwargs) => emit({ event: 'event', session, uri, ...to_runner({ args, kwargs }) });
      handles.set(handle, await sessions.get(session).subscribe(uri, on_event, options));
      return handle;
    },
    unregister: ({ handle }) => handles.get(handle).unregister(),
    unsubscribe: ({ handle }) => handles.get(handle).unsubscribe(),
    async call({ session, uri, args, kwargs, options }) {
      return to_runner(await sessions.get(session).call(uri, from_runner(args), from_runner(kwargs), options));
    },
    async publish({ session, uri, args, kwargs, options }) {
      return to_runner(await sessions.get(session).publish(uri, from_runner(args), from_runner(kwargs), options));
    },
  };

  return async function carry_out({ id, op, ...request }) {
    try {
      emit({ id, ok: (await ops[op](request)) ?? null });
    } catch (error) {
      const { uri, args = [], kwargs = {} } = error;
      emit({ id, error: uri ? { uri, ...to_runner({ args, kwargs }) } : { text: String(error?.stack ?? error) } });
    }
  };
}
