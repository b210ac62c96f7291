// Keeps a session: joins again when the connection is lost, with growing waits that differ from client to client, so that a
// router that comes back is not met by all of them at once.
import { WampError, LoginImpossible } from './errors.js';
import { connect } from './session.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20000;
// What passes: the router begins or ends, or who checks the logins is not back yet.
const PASSING = ['wamp.close.system_shutdown', 'wamp.close.close_realm', 'wamp.error.unavailable', 'wamp.close.transport_lost', 'wamp.error.authentication_failed'];

// From half of the time to all of it.
export function wait_before(attempt, random = Math.random()) {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt) * (0.5 + random / 2);
}

// `options` as connect() takes them. on_join(session) is called each time; on_wait(wait_ms, error) before each wait; on_end(error)
// once, when it is no use to come again: the router refuses the login, or has ended the session, or stop() was called (then
// without an error). The first attempt is not repeated.
//   -> { stop(), now(): do not wait any longer }
export function keep_connected(options, { on_join, on_wait = () => {}, on_end = () => {} }) {
  let session = null, timer = 0, stopped = false, stopping = null, attempt = 0, has_joined = false;

  const is_passing = (error) => !(error instanceof LoginImpossible) && (!(error instanceof WampError) || PASSING.includes(error.uri));

  function fail(error) {
    session = null;
    if (stopped) return;
    if (!has_joined || !is_passing(error)) {
      stopped = true;
      on_end(error);
      return;
    }
    const wait_ms = wait_before(attempt++);
    timer = setTimeout(join, wait_ms);
    on_wait(wait_ms, error);
  }

  async function join() {
    clearTimeout(timer);
    timer = 0;
    let joined;
    try {
      joined = await connect(options);
    } catch (error) {
      return fail(error);
    }
    if (stopped) return joined.leave();
    session = joined;
    has_joined = true;
    attempt = 0;
    session.onleave = (end) => fail(new WampError(end.reason, [end.message]));
    on_join(session);
  }

  // Who stops it once more waits for the same end.
  function stop() {
    stopping ??= end();
    return stopping;
  }

  async function end() {
    if (stopped) return;
    stopped = true;
    clearTimeout(timer);
    await session?.leave();
    on_end();
  }

  join();
  return { stop, now: () => { if (timer) join(); } };
}
