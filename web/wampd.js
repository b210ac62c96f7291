// The page that wampd serves: a WAMP session by hand. Each form does one kind of request; the log shows what comes back.
import { connect, json, Result, WampError } from './wamp.js';

const LOG_LIMIT = 300; // entries
const RETRY_MAX_MS = 15000;

const $ = (id) => document.getElementById(id);
const forms = { connection: $('connection'), call: $('call'), register: $('register'), subscribe: $('subscribe'), publish: $('publish') };
const active = { registrations: [], subscriptions: [] }; // [{ uri, start, stop, row }]: started anew after a reconnect
let session = null;
let wanted = false; // whether the user wants to be connected
let retry_timer = 0;

// ---- the log

function log(kind, title, parts = {}) {
  const entry = document.createElement('li');
  entry.dataset.kind = kind;
  const now = new Date();
  entry.append(
    element('time', { textContent: now.toLocaleTimeString(), dateTime: now.toISOString() }),
    element('b', { textContent: kind }),
    element('span', { textContent: title }),
  );
  const text = pretty(parts);
  if (text) entry.append(element('pre', { textContent: text }));
  $('log').prepend(entry);
  while ($('log').children.length > LOG_LIMIT) $('log').lastChild.remove();
  $('log-empty').hidden = true;
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

// Payloads as people read them: one line while it is short, and no empty parts.
function pretty(parts) {
  const shown = Object.entries(parts).filter(([, part]) => part !== undefined && !is_empty(part));
  return shown.map(([name, part]) => {
    const line = json.stringify(part);
    return `${name} ${line.length < 80 ? line : json.stringify(part, 2)}`;
  }).join('\n');
}

function is_empty(value) {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

function log_failure(title, error) {
  if (error instanceof WampError) log('error', `${title}: ${error.uri}`, { args: error.args, kwargs: error.kwargs, details: error.details });
  else log('error', `${title}: ${error.message}`);
}

// ---- reading the forms

// The JSON in a field; marks the field and throws if it is not of the kind that is wanted.
function read_json(form, name, kind) {
  const field = form.elements[name];
  let problem = '';
  let value;
  try {
    value = json.parse(field.value.trim() || (kind === 'array' ? '[]' : '{}'));
    if (kind === 'array' ? !Array.isArray(value) : value?.constructor !== Object) problem = `This must be a JSON ${kind}.`;
  } catch (error) {
    problem = error.message;
  }
  field.setCustomValidity(problem);
  if (!problem) return value;
  field.closest('details')?.setAttribute('open', '');
  field.reportValidity();
  throw new Error(`${name}: ${problem}`);
}

function read(form) {
  const fields = Object.fromEntries(new FormData(form));
  for (const name of ['args', 'kwargs', 'options']) {
    if (form.elements[name]) fields[name] = read_json(form, name, name === 'args' ? 'array' : 'object');
  }
  return fields;
}

// Runs `action(fields)` on submit, when there is a session; failures go to the log.
function on_submit(form, verb, action) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let fields;
    try {
      fields = read(form);
    } catch {
      return; // the field says it
    }
    const title = `${verb} ${fields.uri}`;
    if (!session) return log('error', `${title}: not connected`);
    try {
      await action(fields, title);
    } catch (error) {
      log_failure(title, error);
    }
  });
}

// ---- what the forms do

async function do_call({ uri, args, kwargs, options, progress }, title) {
  const on_progress = progress ? (...parts) => log('progress', uri, { args: parts[0], kwargs: parts[1] }) : undefined;
  const started = performance.now();
  const result = await session.call(uri, args, kwargs, options, on_progress);
  log('result', `${title} (${(performance.now() - started).toFixed(1)} ms)`, result);
}

async function do_publish({ uri, args, kwargs, options, acknowledge, to_me }, title) {
  const chosen = { ...(acknowledge && { acknowledge: true }), ...(to_me && { exclude_me: false }), ...options };
  const publication = await session.publish(uri, args, kwargs, chosen);
  log('published', publication === undefined ? `${title} (not acknowledged)` : `${title}, publication ${publication}`);
}

function procedure({ uri, does, args, kwargs, error_uri }) {
  return (call_args, call_kwargs, details) => {
    log('invocation', details.procedure ?? uri, { args: call_args, kwargs: call_kwargs, details });
    if (does === 'error') throw new WampError(error_uri, args, kwargs);
    return does === 'fixed' ? new Result(args, kwargs) : new Result(call_args, call_kwargs);
  };
}

function do_register(fields) {
  const options = with_match(fields);
  return add_active('registrations', fields.uri, `${fields.does}${match_label(options)}`, 'Unregister',
    () => session.register(fields.uri, procedure(fields), options), (registration) => registration.unregister());
}

function do_subscribe({ uri, ...fields }) {
  const options = with_match(fields);
  const on_event = (args, kwargs, details) => log('event', details.topic ?? uri, { args, kwargs, details });
  return add_active('subscriptions', uri, match_label(options), 'Unsubscribe',
    () => session.subscribe(uri, on_event, options), (subscription) => subscription.unsubscribe());
}

function with_match({ match, options }) {
  return match === 'exact' ? options : { match, ...options };
}

function match_label({ match }) {
  return match ? ` (${match})` : '';
}

// ---- registrations and subscriptions that are on

// `start` makes it and is called again after a reconnect; `stop` takes what `start` returned.
async function add_active(list, uri, label, stop_label, start, stop) {
  const item = { uri, start: async () => { item.made = await start(); log_started(list, item); } };
  await item.start();
  const button = element('button', { type: 'button', textContent: stop_label });
  button.setAttribute('aria-label', `${stop_label} ${uri}${label}`);
  item.row = element('li', {});
  item.row.append(element('code', { textContent: uri }), element('span', { textContent: label, className: 'grow' }), button);
  button.addEventListener('click', () => stop_active(list, item, stop));
  active[list].push(item);
  $(list).append(item.row);
}

function log_started(list, { uri, made }) {
  log(list === 'registrations' ? 'registered' : 'subscribed', `${uri}, ${list.slice(0, -1)} ${made.id}`);
}

async function stop_active(list, item, stop) {
  const kind = list === 'registrations' ? 'unregistered' : 'unsubscribed';
  try {
    if (session) await stop(item.made);
    log(kind, item.uri);
  } catch (error) {
    log_failure(`${kind} ${item.uri}`, error);
  }
  active[list] = active[list].filter((other) => other !== item);
  item.row.remove();
}

async function restart_active() {
  for (const list of ['registrations', 'subscriptions']) {
    for (const item of [...active[list]]) {
      try {
        await item.start();
      } catch (error) {
        log_failure(`${list.slice(0, -1)} ${item.uri}`, error);
        active[list] = active[list].filter((other) => other !== item);
        item.row.remove();
      }
    }
  }
}

// ---- the connection

function show_state(state, text = state) {
  $('state').dataset.state = state;
  $('state').textContent = text;
  $('session-id').textContent = session?.id ?? 'none';
  $('router').textContent = session?.details.agent ? `at ${session.details.agent}` : '';
  $('connect').disabled = wanted;
  $('disconnect').disabled = !wanted;
  forms.connection.elements.url.disabled = wanted;
  forms.connection.elements.realm.disabled = wanted;
}

async function join(attempt) {
  const { url, realm, reconnect } = forms.connection.elements;
  show_state('connecting', attempt ? 'reconnecting' : 'connecting');
  let joined;
  try {
    joined = await connect({ url: url.value, realm: realm.value });
  } catch (error) {
    log_failure('connect', error);
    return on_no_session(attempt, !(error instanceof WampError) && attempt > 0 && reconnect.checked);
  }
  if (!wanted) return joined.leave();
  session = joined;
  session.onleave = on_leave;
  show_state('connected');
  log('joined', `${realm.value}, session ${session.id}`, { details: session.details });
  return restart_active();
}

function on_leave({ reason, message, lost }) {
  session = null;
  log('left', message ? `${reason}: ${message}` : reason);
  on_no_session(0, lost && forms.connection.elements.reconnect.checked);
}

function on_no_session(attempt, again) {
  if (!wanted || !again) {
    wanted = false;
    return show_state('disconnected');
  }
  const wait_ms = Math.min(RETRY_MAX_MS, 500 * 2 ** attempt);
  show_state('connecting', `lost; trying again in ${(wait_ms / 1000).toFixed(1)} s`);
  retry_timer = setTimeout(() => join(attempt + 1), wait_ms);
}

function disconnect() {
  clearTimeout(retry_timer);
  wanted = false;
  if (session) session.leave();
  else show_state('disconnected');
}

// ---- putting it together

function prepare(form) {
  for (const part of ['payload', 'options']) {
    form.querySelector(`.${part}`)?.append($(`${part}-fields`).content.cloneNode(true));
  }
  form.addEventListener('input', ({ target }) => target.setCustomValidity?.(''));
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

function show_register_fields() {
  const does = forms.register.elements.does.value;
  for (const part of forms.register.querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(does);
}

Object.values(forms).forEach(prepare);
on_submit(forms.call, 'call', do_call);
on_submit(forms.publish, 'publish', do_publish);
on_submit(forms.register, 'register', do_register);
on_submit(forms.subscribe, 'subscribe', do_subscribe);
forms.register.elements.does.addEventListener('change', show_register_fields);
show_register_fields();

forms.connection.elements.url.value = location.host
  ? `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
  : 'ws://127.0.0.1:8080/ws';
forms.connection.addEventListener('submit', (event) => {
  event.preventDefault();
  wanted = true;
  join(0);
});
$('disconnect').addEventListener('click', disconnect);
$('clear').addEventListener('click', () => {
  $('log').replaceChildren();
  $('log-empty').hidden = false;
});
show_state('disconnected');
