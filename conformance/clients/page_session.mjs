// The client of wampd's own page (web/wampd.js), as puppet.mjs wants a client. Runs in that page.

export function create_client({ connect, Result, WampError }) {
  async function join({ url, realm, auth, on_left }) {
    const session = await connect({ url, realm, login: auth });
    let closed = null;
    session.onleave = ({ reason }) => (closed ? closed() : on_left(reason));
    const end = (how) => new Promise((done) => { closed = done; how(); });
    return {
      id: session.id,
      leave: () => end(() => session.leave()),
      drop: () => end(() => session.drop()),
      call: (uri, args, kwargs, options, on_progress) => {
        const result = session.call(uri, args, kwargs, options, on_progress && ((more_args, more_kwargs) => on_progress({ args: more_args, kwargs: more_kwargs })));
        return { result, cancel: (mode) => result.cancel(mode) };
      },
      publish: (uri, args, kwargs, options) => session.publish(uri, args, kwargs, options),
      register: (uri, on_call, options) => session.register(uri, (args, kwargs, details, { progress }) => procedure(on_call, args, kwargs, progress), options),
      subscribe: (uri, on_event, options) => session.subscribe(uri, on_event, options),
    };
  }

  async function procedure(on_call, args, kwargs, progress) {
    try {
      const result = await on_call(args, kwargs, progress);
      return new Result(result.args, result.kwargs);
    } catch (error) {
      throw error.uri ? new WampError(error.uri, error.args, error.kwargs) : error;
    }
  }

  return { join };
}
