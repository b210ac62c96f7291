// A joined WAMP session over a WebSocket, and how one is joined.
import { json } from './json.js';
import { WampError } from './errors.js';
import { prepare_login } from './login.js';

const HELLO = 1, WELCOME = 2, ABORT = 3, CHALLENGE = 4, AUTHENTICATE = 5, GOODBYE = 6, ERROR = 8;
const PUBLISH = 16, PUBLISHED = 17, SUBSCRIBE = 32, SUBSCRIBED = 33, UNSUBSCRIBE = 34, UNSUBSCRIBED = 35, EVENT = 36;
const CALL = 48, CANCEL = 49, RESULT = 50, REGISTER = 64, REGISTERED = 65, UNREGISTER = 66, UNREGISTERED = 67;
const INVOCATION = 68, INTERRUPT = 69, YIELD = 70;

const LONGEST_END_MS = 2000;

const ROLES = {
  caller: { features: { caller_identification: true, progressive_call_results: true, call_timeout: true, call_canceling: true } },
  callee: { features: { caller_identification: true, pattern_based_registration: true, shared_registration: true, progressive_call_results: true, call_canceling: true } },
  publisher: { features: { publisher_identification: true, publisher_exclusion: true, subscriber_blackwhite_listing: true } },
  subscriber: { features: { publisher_identification: true, pattern_based_subscription: true } },
};

// What a procedure returns when one plain value is not enough.
export class Result {
  constructor(args = [], kwargs = {}) {
    Object.assign(this, { args, kwargs });
  }
}

// Opens a connection and joins the realm; see wampd.js. Rejects with a WampError when the router says ABORT, with a
// LoginImpossible when this browser cannot log in so, and with an Error when there is no connection.
export async function connect({ url, realm, login, details = {}, timeout_ms = 30000 }) {
  const proof = await prepare_login(login);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['wamp.2.json']);
    const send = (message) => socket.send(json.stringify(message));
    const fail = (error) => {
      clearTimeout(timer);
      socket.close();
      reject(error);
    };
    const timer = setTimeout(() => fail(new Error(`${url} did not answer within ${timeout_ms / 1000} s`)), timeout_ms);
    const on_message = async ([type, first, second, ...rest]) => {
      switch (type) {
        case CHALLENGE: return send([AUTHENTICATE, ...await proof.answer(second)]);
        case ABORT: throw new WampError(second, rest[0] ?? [first.message ?? ''], rest[1], first);
        case WELCOME:
          proof.check(second);
          clearTimeout(timer);
          return resolve(new Session(socket, send, first, second, realm));
        default: throw new Error(`the router answered HELLO with message type ${type}`);
      }
    };
    socket.onopen = () => send([HELLO, realm, { roles: ROLES, ...proof.details, ...details }]);
    socket.onclose = (event) => fail(new Error(`no connection to ${url} (WebSocket close code ${event.code})`));
    socket.onmessage = ({ data }) => on_message(json.parse(data)).catch(fail);
  });
}

export class Session {
  #socket;
  #send;
  #requests = new Map(); // request id -> { resolve, reject, on_progress }
  #subscriptions = new Map(); // subscription id -> Set of Subscription
  #subscribing = new Set(); // { topic, answer }: SUBSCRIBEs that are not answered yet
  #registrations = new Map(); // registration id -> Registration
  #invocations = new Map(); // request id -> AbortController
  #last_request = 0;
  #end = null; // set once the session is over
  #left; // resolves leave()
  #end_timer = 0;

  constructor(socket, send, id, details, realm) {
    this.id = id;
    this.realm = realm;
    this.details = details;
    this.onleave = () => {};
    this.#socket = socket;
    this.#send = send;
    socket.onmessage = ({ data }) => this.#receive(json.parse(data));
    socket.onclose = (event) => this.#finish({ reason: 'wamp.close.transport_lost', message: `WebSocket close code ${event.code}`, lost: true });
  }

  get open() {
    return this.#end === null;
  }

  // -> a promise of { args, kwargs, details }, with cancel(mode). on_progress(args, kwargs, details) gets progressive results.
  // options.timeout is in milliseconds.
  call(uri, args = [], kwargs = {}, options = {}, on_progress = undefined) {
    if (on_progress) options = { receive_progress: true, ...options };
    let id;
    const answer = this.#request([CALL, options, uri, args, kwargs], on_progress, undefined, (number) => { id = number; });
    answer.cancel = (mode = 'killnowait') => { if (this.#requests.has(id)) this.#send([CANCEL, id, { mode }]); };
    return answer;
  }

  // -> the publication's id, once acknowledged (options.acknowledge); otherwise undefined, at once.
  async publish(uri, args = [], kwargs = {}, options = {}) {
    const message = [PUBLISH, options, uri, args, kwargs];
    if (options.acknowledge) return this.#request(message);
    this.#number(message);
    return undefined;
  }

  // on_event(args, kwargs, details). -> a promise of { id, uri, options, unsubscribe() }.
  async subscribe(uri, on_event, options = {}) {
    const topic = `${options.match ?? 'exact'} ${uri}`;
    const answer = this.#request([SUBSCRIBE, options, uri], undefined, (id) => {
      const subscription = { id, uri, options, on_event, unsubscribe: () => this.#unsubscribe(subscription, topic) };
      if (!this.#subscriptions.has(id)) this.#subscriptions.set(id, new Set());
      this.#subscriptions.get(id).add(subscription);
      return subscription;
    });
    const asked = { topic, answer };
    this.#subscribing.add(asked);
    try {
      return await answer;
    } finally {
      this.#subscribing.delete(asked);
    }
  }

  // on_call(args, kwargs, details, { progress, signal }) returns a value, a Result or a promise, or throws; progress(args, kwargs)
  // is there if the caller wants progressive results, signal is aborted when the caller cancels.
  // -> a promise of { id, uri, options, unregister() }.
  register(uri, on_call, options = {}) {
    return this.#request([REGISTER, options, uri], undefined, (id) => {
      const registration = { id, uri, options, on_call, unregister: () => this.#unregister(registration) };
      this.#registrations.set(id, registration);
      return registration;
    });
  }

  // Says GOODBYE, waits for the router's, though not for long, and closes the connection.
  leave(reason = 'wamp.close.normal') {
    if (!this.open) return Promise.resolve();
    return new Promise((resolve) => {
      this.#left = resolve;
      this.#send([GOODBYE, {}, reason]);
      this.#end_soon();
    });
  }

  // Cuts the connection without a word, as a crash would.
  drop() {
    this.#socket.close();
    this.#end_soon();
  }

  // A router that has gone silent does not answer GOODBYE, nor the end of the WebSocket.
  #end_soon() {
    clearTimeout(this.#end_timer);
    if (this.open) this.#end_timer = setTimeout(() => {
      this.#finish({ reason: 'wamp.close.transport_lost', message: 'the router does not answer', lost: true });
      this.#socket.close();
    }, LONGEST_END_MS);
  }

  // Gives a message the next request id: WAMP wants them sequential from 1.
  #number(message) {
    if (!this.open) throw new Error(`the session is over: ${this.#end.reason}`);
    message.splice(1, 0, ++this.#last_request);
    this.#send(message);
    return this.#last_request;
  }

  // `accept` turns the reply's id into the request's result at once, before the next message is read.
  #request(message, on_progress, accept = (value) => value, on_id = () => {}) {
    return new Promise((resolve, reject) => {
      const id = this.#number(message);
      on_id(id);
      this.#requests.set(id, { resolve: (value) => resolve(accept(value)), reject, on_progress });
    });
  }

  // Who subscribes to the same at this time gets the same subscription from the router, which UNSUBSCRIBE would end.
  async #unsubscribe(subscription, topic) {
    const others = this.#subscriptions.get(subscription.id);
    if (!others?.delete(subscription)) return;
    const asked = () => [...this.#subscribing].filter((one) => one.topic === topic).map((one) => one.answer);
    while (asked().length) await Promise.allSettled(asked());
    if (others.size > 0 || this.#subscriptions.get(subscription.id) !== others) return;
    this.#subscriptions.delete(subscription.id);
    await this.#request([UNSUBSCRIBE, subscription.id]);
  }

  async #unregister(registration) {
    await this.#request([UNREGISTER, registration.id]);
    this.#registrations.delete(registration.id);
  }

  #receive(message) {
    const [type, first, second, third, fourth, fifth, sixth] = message;
    switch (type) {
      case PUBLISHED: case SUBSCRIBED: case REGISTERED:
        return this.#settle(first, 'resolve', second);
      case UNSUBSCRIBED: case UNREGISTERED:
        return this.#settle(first, 'resolve');
      case RESULT:
        return this.#on_result(first, second, third ?? [], fourth ?? {});
      case ERROR:
        return this.#settle(second, 'reject', new WampError(fourth, fifth, sixth, third));
      case EVENT:
        return this.#on_event(first, fourth ?? [], fifth ?? {}, { ...third, publication: second });
      case INVOCATION:
        return this.#on_invocation(first, this.#registrations.get(second), fourth ?? [], fifth ?? {}, third);
      case INTERRUPT:
        return this.#on_interrupt(first);
      case GOODBYE: case ABORT:
        return this.#on_goodbye(type, first, second);
      default:
        return console.warn('unexpected WAMP message', message);
    }
  }

  #settle(request, how, value) {
    const waiting = this.#requests.get(request);
    this.#requests.delete(request);
    waiting?.[how](value);
  }

  #on_result(request, details, args, kwargs) {
    if (details.progress) this.#requests.get(request)?.on_progress?.(args, kwargs, details);
    else this.#settle(request, 'resolve', { args, kwargs, details });
  }

  #on_event(id, args, kwargs, details) {
    for (const subscription of this.#subscriptions.get(id) ?? []) subscription.on_event(args, kwargs, details);
  }

  // It is answered at once: who cancels does not wait for a procedure that goes on all the same.
  #on_interrupt(request) {
    const canceled = this.#invocations.get(request);
    if (!canceled) return;
    this.#invocations.delete(request);
    this.#send([ERROR, INVOCATION, request, {}, 'wamp.error.canceled']);
    canceled.abort();
  }

  async #on_invocation(request, registration, args, kwargs, details) {
    const canceled = new AbortController();
    this.#invocations.set(request, canceled);
    const is_wanted = () => this.open && this.#invocations.get(request) === canceled;
    const progress = details.receive_progress ? (some = [], more = {}) => is_wanted() && this.#send([YIELD, request, { progress: true }, some, more]) : undefined;
    let answer;
    try {
      const value = await registration.on_call(args, kwargs, details, { progress, signal: canceled.signal });
      const result = value instanceof Result ? value : new Result(value === undefined ? [] : [value]);
      answer = [YIELD, request, {}, result.args, result.kwargs];
    } catch (error) {
      answer = error instanceof WampError
        ? [ERROR, INVOCATION, request, {}, error.uri, error.args, error.kwargs]
        : [ERROR, INVOCATION, request, {}, 'wamp.error.runtime_error', [String(error?.message ?? error)]];
    }
    if (!is_wanted()) return;
    this.#invocations.delete(request);
    this.#send(answer);
  }

  #on_goodbye(type, details, reason) {
    if (type === GOODBYE && !this.#left) this.#send([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    this.#finish({ reason, message: details.message ?? '', lost: type === ABORT });
    this.#socket.close();
  }

  #finish(end) {
    if (!this.open) return;
    this.#end = end;
    clearTimeout(this.#end_timer);
    for (const { reject } of this.#requests.values()) reject(new Error(`the session ended: ${end.reason}`));
    for (const canceled of this.#invocations.values()) canceled.abort();
    this.#requests.clear();
    this.#left?.();
    this.onleave(end);
  }
}
