// A small WAMP v2 client for browsers: JSON over WebSocket, no dependencies.
//
//   import { connect } from './wamp.js';
//   const session = await connect({ url: 'ws://127.0.0.1:8080/ws', realm: 'realm1' });
//   const result = await session.call('com.example.add', [2, 3]);      // { args, kwargs, details }
//   const subscription = await session.subscribe('com.example.news', (args, kwargs, details) => { ... });
//   session.publish('com.example.news', ['hello']);
//   await session.register('com.example.add', ([a, b]) => a + b);      // or a Result, or throw a WampError
//   await session.leave();

const HELLO = 1, WELCOME = 2, ABORT = 3, GOODBYE = 6, ERROR = 8;
const PUBLISH = 16, PUBLISHED = 17, SUBSCRIBE = 32, SUBSCRIBED = 33, UNSUBSCRIBE = 34, UNSUBSCRIBED = 35, EVENT = 36;
const CALL = 48, RESULT = 50, REGISTER = 64, REGISTERED = 65, UNREGISTER = 66, UNREGISTERED = 67;
const INVOCATION = 68, YIELD = 70;

const ROLES = {
  caller: { features: { caller_identification: true, progressive_call_results: true, call_timeout: true } },
  callee: { features: { caller_identification: true, pattern_based_registration: true, shared_registration: true } },
  publisher: { features: { publisher_identification: true, publisher_exclusion: true, subscriber_blackwhite_listing: true } },
  subscriber: { features: { publisher_identification: true, pattern_based_subscription: true } },
};

// An error with a WAMP URI: what a call is refused with, and what a procedure throws to answer with its own URI.
export class WampError extends Error {
  constructor(uri, args = [], kwargs = {}, details = {}) {
    super(args.length && typeof args[0] === 'string' ? `${uri}: ${args[0]}` : uri);
    Object.assign(this, { uri, args, kwargs, details });
  }
}

// What a procedure returns when one plain value is not enough.
export class Result {
  constructor(args = [], kwargs = {}) {
    Object.assign(this, { args, kwargs });
  }
}

// Integers beyond 2^53 become BigInt, and bytes travel as "\0" + base64 (WAMP, "Binary conversion of JSON Strings").
export const json = {
  parse: (text) => JSON.parse(text, (key, value, source) => revive(value, source?.source)),
  stringify: (value, indent) => JSON.stringify(value, (key, item) => replace(item), indent),
};

function revive(value, source) {
  if (typeof value === 'number' && source && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return BigInt(source);
  if (typeof value === 'string' && value.startsWith('\0')) {
    try {
      return Uint8Array.from(atob(value.slice(1)), (char) => char.charCodeAt(0));
    } catch {
      return value; // a string that merely starts with NUL
    }
  }
  return value;
}

function replace(value) {
  if (typeof value === 'bigint') return JSON.rawJSON(String(value));
  if (value instanceof Uint8Array) return '\0' + btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''));
  return value;
}

// Opens a connection and joins the realm. Rejects with a WampError when the router says ABORT, with an Error when
// there is no connection. `details` go into HELLO.
export function connect({ url, realm, details = {} }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['wamp.2.json']);
    const send = (message) => socket.send(json.stringify(message));
    socket.onopen = () => send([HELLO, realm, { roles: ROLES, ...details }]);
    socket.onclose = (event) => reject(new Error(`no connection to ${url} (WebSocket close code ${event.code})`));
    socket.onmessage = ({ data }) => {
      const [type, first, second, ...rest] = json.parse(data);
      if (type === WELCOME) resolve(new Session(socket, send, first, second, realm));
      else if (type === ABORT) reject(new WampError(second, rest[0] ?? [first.message ?? ''], rest[1], first));
      else reject(new Error(`the router answered HELLO with message type ${type}`));
      if (type !== WELCOME) socket.close();
    };
  });
}

// A joined session. `onleave({ reason, message, lost })` is called once, when it ends for whatever reason.
export class Session {
  #socket;
  #send;
  #requests = new Map(); // request id -> { resolve, reject, on_progress }
  #subscriptions = new Map(); // subscription id -> Set of Subscription
  #registrations = new Map(); // registration id -> Registration
  #last_request = 0;
  #end = null; // set once the session is over
  #left; // resolves leave()

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

  // -> { args, kwargs, details }; on_progress(args, kwargs, details) for progressive results.
  call(uri, args = [], kwargs = {}, options = {}, on_progress = undefined) {
    if (on_progress) options = { receive_progress: true, ...options };
    return this.#request([CALL, options, uri, args, kwargs], on_progress);
  }

  // -> the publication's id, once acknowledged (options.acknowledge); otherwise undefined, at once.
  async publish(uri, args = [], kwargs = {}, options = {}) {
    const message = [PUBLISH, options, uri, args, kwargs];
    if (options.acknowledge) return this.#request(message);
    this.#number(message);
    return undefined;
  }

  // -> a Subscription, with unsubscribe().
  async subscribe(uri, on_event, options = {}) {
    return this.#request([SUBSCRIBE, options, uri], undefined, (id) => {
      const subscription = { id, uri, options, on_event, unsubscribe: () => this.#unsubscribe(subscription) };
      if (!this.#subscriptions.has(id)) this.#subscriptions.set(id, new Set());
      this.#subscriptions.get(id).add(subscription);
      return subscription;
    });
  }

  // on_call(args, kwargs, details) returns a value, a Result or a promise, or throws. -> a Registration, with unregister().
  async register(uri, on_call, options = {}) {
    return this.#request([REGISTER, options, uri], undefined, (id) => {
      const registration = { id, uri, options, on_call, unregister: () => this.#unregister(registration) };
      this.#registrations.set(id, registration);
      return registration;
    });
  }

  // Says GOODBYE, waits for the router's, and closes the connection.
  leave(reason = 'wamp.close.normal') {
    if (!this.open) return Promise.resolve();
    return new Promise((resolve) => {
      this.#left = resolve;
      this.#send([GOODBYE, {}, reason]);
    });
  }

  // Cuts the connection without a word, as a crash would.
  drop() {
    this.#socket.close();
  }

  // Gives a message the next request id: WAMP wants them sequential from 1.
  #number(message) {
    if (!this.open) throw new Error(`the session is over: ${this.#end.reason}`);
    message.splice(1, 0, ++this.#last_request);
    this.#send(message);
    return this.#last_request;
  }

  // `accept` turns the reply's id into the request's result at once, before the next message is read.
  #request(message, on_progress = undefined, accept = (value) => value) {
    return new Promise((resolve, reject) => {
      const id = this.#number(message);
      this.#requests.set(id, { resolve: (value) => resolve(accept(value)), reject, on_progress });
    });
  }

  async #unsubscribe(subscription) {
    const others = this.#subscriptions.get(subscription.id);
    if (!others?.delete(subscription) || others.size > 0) return;
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

  async #on_invocation(request, registration, args, kwargs, details) {
    let answer;
    try {
      const value = await registration.on_call(args, kwargs, details);
      const result = value instanceof Result ? value : new Result(value === undefined ? [] : [value]);
      answer = [YIELD, request, {}, result.args, result.kwargs];
    } catch (error) {
      answer = error instanceof WampError
        ? [ERROR, INVOCATION, request, {}, error.uri, error.args, error.kwargs]
        : [ERROR, INVOCATION, request, {}, 'wamp.error.runtime_error', [String(error?.message ?? error)]];
    }
    if (this.open) this.#send(answer);
  }

  #on_goodbye(type, details, reason) {
    if (type === GOODBYE && !this.#left) this.#send([GOODBYE, {}, 'wamp.close.goodbye_and_out']);
    this.#finish({ reason, message: details.message ?? '', lost: type === ABORT });
    this.#socket.close();
  }

  #finish(end) {
    if (!this.open) return;
    this.#end = end;
    for (const { reject } of this.#requests.values()) reject(new Error(`the session ended: ${end.reason}`));
    this.#requests.clear();
    this.#left?.();
    this.onleave(end);
  }
}
