// One request by hand: call, register, subscribe, publish. The answer stands beside it.
import { h, copy, set_text } from '../parts/dom.js';
import { json_field, read_json, without_secrets } from '../parts/json_field.js';
import { keep, kept } from '../parts/kept.js';
import { Log } from '../parts/log.js';
import { SNIPPETS } from '../text/snippets.js';
import { line_of } from '../text/preview.js';
import { json, Result, WampError } from '../wampd.js';

const KINDS = { call: 'Call', register: 'Register', subscribe: 'Subscribe', publish: 'Publish' };
const MOST_REMEMBERED = 30;
const LONG_CALL_MS = 300; // such a call can be canceled
const LONGEST_REMEMBERED = 2000; // characters

export default function try_it(app) {
  const log = new Log('Answers', 'Nothing yet. Results, errors, events and invocations appear here, the newest first.');
  const forms = { call: call_form(), register: register_form(), subscribe: subscribe_form(), publish: publish_form() };
  const panes = Object.fromEntries(Object.entries(forms).map(([kind, one]) => [kind, h('div', { id: `pane-${kind}`, role: 'tabpanel', 'aria-labelledby': `tab-${kind}` }, one)]));
  const tabs = Object.fromEntries(Object.entries(KINDS).map(([kind, name]) => [kind, h('button', {
    type: 'button', role: 'tab', id: `tab-${kind}`, 'aria-controls': `pane-${kind}`, onclick: () => choose(kind), onkeydown: (event) => on_tab_key(event, kind) }, name)]));
  const active = { register: [], subscribe: [] }; // { fields, made, row }: made anew in each session
  const active_list = h('ul', { class: 'active', 'aria-label': 'Registrations, subscriptions and calls under way' });
  const history_list = h('ol', { class: 'history' });
  const history = h('details', { class: 'card' }, h('summary', {}, 'History'), history_list,
    h('p', { class: 'quiet' }, 'Kept in this browser, without what stands under names such as “password”. ', h('button', { type: 'button', class: 'small', onclick: forget }, 'Forget all')));
  const snippet = h('pre', { class: 'code', tabindex: '0', 'aria-label': 'Copied', hidden: true });
  const copied = h('span', { class: 'quiet', role: 'status' });
  const copy_bar = h('div', { class: 'copy' }, h('span', { class: 'quiet' }, 'Copy as'),
    Object.keys(SNIPPETS).map((name) => h('button', { type: 'button', class: 'small', onclick: () => copy_as(name) }, name)), copied);
  const element = h('section', { class: 'panel' },
    h('header', { class: 'head' }, h('h1', {}, 'Try it')),
    h('div', { class: 'try' },
      h('div', { class: 'ask' },
        h('div', { class: 'card' }, h('div', { class: 'tablist', role: 'tablist', 'aria-label': 'Kind of request' }, Object.values(tabs)), Object.values(panes), copy_bar, snippet),
        active_list, history),
      h('section', { class: 'card answers', 'aria-labelledby': 'answers-title' },
        h('header', {}, h('h2', { id: 'answers-title' }, 'Answers'), h('button', { type: 'button', class: 'small', onclick: () => log.clear() }, 'Clear')), log.element)));
  let remembered = kept('history', []);
  let chosen = 'call';
  choose('call');
  show_history();

  // ---- the forms

  function form(kind, action, ...fields) {
    const options = h('details', { class: 'options' }, h('summary', {}, 'Options'), json_field('Options (JSON object)', 'options', '{}', 1));
    const on_submit = async (event) => {
      event.preventDefault();
      let request;
      try {
        request = read(kind);
      } catch {
        return; // the field says it
      }
      remember(request);
      const title = `${kind} ${request.uri}`;
      if (!app.session) return log.add('error', `${title}: not connected`);
      try {
        await action(request, title);
      } catch (error) {
        log.fail(title, error);
      }
    };
    const on_key = (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) forms[kind].requestSubmit();
    };
    const [before, actions] = [fields.slice(0, -1), fields.at(-1)];
    return h('form', { id: kind, class: 'form', 'aria-label': KINDS[kind], onsubmit: on_submit, onkeydown: on_key }, before, options, actions);
  }

  function uri_field(label, value) {
    return h('label', { class: 'grow' }, h('span', {}, label), h('input', { name: 'uri', required: true, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', value }));
  }

  function check(label, name, checked) {
    return h('label', { class: 'check' }, h('input', { type: 'checkbox', name, checked }), label);
  }

  function match_field() {
    return h('label', {}, h('span', {}, 'Match'), h('select', { name: 'match' }, ['exact', 'prefix', 'wildcard'].map((one) => h('option', {}, one))));
  }

  function payload() {
    return [json_field('Arguments (JSON array)', 'args', '[]'), json_field('Keyword arguments (JSON object)', 'kwargs', '{}')];
  }

  function call_form() {
    return form('call', do_call, uri_field('Procedure', 'com.example.echo'), ...payload(),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Call'), check('Progressive results', 'progress', false)));
  }

  function publish_form() {
    return form('publish', do_publish, uri_field('Topic', 'com.example.topic'), ...payload(),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Publish'), check('Acknowledge', 'acknowledge', true), check('To this page, too', 'to_me', true)));
  }

  function subscribe_form() {
    return form('subscribe', (request) => start('subscribe', request), h('div', { class: 'row' }, uri_field('Topic', 'com.example.topic'), match_field()),
      h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Subscribe')));
  }

  function register_form() {
    const does = h('select', { name: 'does', onchange: show_answer }, h('option', { value: 'echo' }, 'answer with the call’s own arguments'),
      h('option', { value: 'fixed' }, 'answer with the arguments below'), h('option', { value: 'error' }, 'fail with the error URI and arguments below'));
    const error = h('label', {}, h('span', {}, 'Error URI'), h('input', { name: 'error_uri', value: 'com.example.error', spellcheck: 'false', autocomplete: 'off' }));
    const answer = h('div', { class: 'form' }, ...payload());
    function show_answer() {
      error.hidden = does.value !== 'error';
      answer.hidden = does.value === 'echo';
    }
    show_answer();
    return form('register', (request) => start('register', request), h('div', { class: 'row' }, uri_field('Procedure', 'com.example.echo'), match_field()),
      h('label', {}, h('span', {}, 'When called'), does), error, answer, h('div', { class: 'actions' }, h('button', { class: 'primary' }, 'Register')));
  }

  function read(kind) {
    const { elements } = forms[kind];
    const request = { kind, ...Object.fromEntries(new FormData(forms[kind])), args: [], kwargs: {} };
    for (const name of ['args', 'kwargs', 'options']) {
      if (elements[name] && !elements[name].closest('form [hidden]')) request[name] = read_json(elements[name], name === 'args' ? 'array' : 'object');
    }
    if (request.match && request.match !== 'exact') request.options = { match: request.match, ...request.options };
    return request;
  }

  function choose(kind) {
    chosen = kind;
    for (const [name, tab] of Object.entries(tabs)) {
      tab.setAttribute('aria-selected', name === kind);
      tab.tabIndex = name === kind ? 0 : -1;
      panes[name].hidden = name !== kind;
    }
    snippet.hidden = true;
    set_text(copied, '');
  }

  function on_tab_key(event, kind) {
    const kinds = Object.keys(KINDS);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = kinds[(kinds.indexOf(kind) + step + kinds.length) % kinds.length];
    choose(next);
    tabs[next].focus();
  }

  // ---- what they do

  async function do_call({ uri, args, kwargs, options, progress }, title) {
    const on_progress = progress ? (more_args, more_kwargs) => log.add('progress', uri, { args: more_args, kwargs: more_kwargs }) : undefined;
    const started = performance.now();
    const call = app.session.call(uri, args, kwargs, options, on_progress);
    const row = h('li', {}, h('span', { class: 'kind' }, 'called'), h('code', {}, uri), h('span', { class: 'quiet grow' }, 'waits for its result'),
      h('button', { type: 'button', class: 'small', 'aria-label': `Cancel ${uri}`, onclick: () => call.cancel('kill') }, 'Cancel'));
    const show_row = setTimeout(() => active_list.append(row), LONG_CALL_MS);
    try {
      const result = await call;
      log.add('result', `${title} (${(performance.now() - started).toFixed(1)} ms)`, result);
    } finally {
      clearTimeout(show_row);
      if (row.contains(document.activeElement)) tabs[chosen].focus();
      row.remove();
    }
  }

  async function do_publish({ uri, args, kwargs, options, acknowledge, to_me }, title) {
    const publication = await app.session.publish(uri, args, kwargs, { ...(acknowledge && { acknowledge: true }), ...(to_me && { exclude_me: false }), ...options });
    log.add('published', publication === undefined ? `${title} (not acknowledged)` : `${title}, publication ${publication}`);
  }

  function procedure({ uri, does, args, kwargs, error_uri }) {
    return (call_args, call_kwargs, details) => {
      log.add('invocation', details.procedure ?? uri, { args: call_args, kwargs: call_kwargs, details });
      if (does === 'error') throw new WampError(error_uri, args, kwargs);
      return does === 'fixed' ? new Result(args, kwargs) : new Result(call_args, call_kwargs);
    };
  }

  function make(kind, request) {
    const { uri, options } = request;
    if (kind === 'register') return app.session.register(uri, procedure(request), options);
    return app.session.subscribe(uri, (args, kwargs, details) => log.add('event', details.topic ?? uri, { args, kwargs, details }), options);
  }

  // ---- registrations and subscriptions that are on

  async function start(kind, request) {
    const item = { kind, request, made: await make(kind, request) };
    log_started(item);
    const stop_label = kind === 'register' ? 'Unregister' : 'Unsubscribe';
    const note = [kind === 'register' && { echo: 'echo', fixed: 'fixed answer', error: 'error' }[request.does], request.options.match].filter(Boolean).join(', ');
    item.row = h('li', {}, h('span', { class: 'kind' }, kind === 'register' ? 'registered' : 'subscribed'), h('code', {}, request.uri), h('span', { class: 'quiet grow' }, note),
      h('button', { type: 'button', class: 'small', 'aria-label': `${stop_label} ${request.uri}`, onclick: () => stop(item) }, stop_label));
    active[kind].push(item);
    active_list.append(item.row);
  }

  function log_started({ kind, request, made }) {
    log.add(kind === 'register' ? 'registered' : 'subscribed', `${request.uri}, ${kind === 'register' ? 'registration' : 'subscription'} ${made.id}`);
  }

  async function stop(item) {
    const { kind, made, request } = item;
    const word = kind === 'register' ? 'unregistered' : 'unsubscribed';
    drop(item);
    tabs[chosen].focus();
    try {
      if (app.session) await (kind === 'register' ? made.unregister() : made.unsubscribe());
      log.add(word, request.uri);
    } catch (error) {
      log.fail(`${word} ${request.uri}`, error);
    }
  }

  function drop(item) {
    active[item.kind] = active[item.kind].filter((other) => other !== item);
    item.row.remove();
  }

  async function start_again() {
    for (const item of [...active.register, ...active.subscribe]) {
      try {
        item.made = await make(item.kind, item.request);
        log_started(item);
      } catch (error) {
        log.fail(`${item.kind} ${item.request.uri}`, error);
        drop(item);
      }
    }
  }

  // They were of another realm or login, and ended with its session.
  function forget_active() {
    for (const item of [...active.register, ...active.subscribe]) {
      drop(item);
      log.add(item.kind === 'register' ? 'unregistered' : 'unsubscribed', `${item.request.uri}, with the login before`);
    }
  }

  // ---- copies and history

  async function copy_as(name) {
    let request;
    try {
      request = read(chosen);
    } catch {
      return;
    }
    const { url, api_url, realm, last } = app.connection;
    const options = { ...request.options, ...(request.progress && { receive_progress: true }), ...(request.to_me && { exclude_me: false }) };
    snippet.textContent = SNIPPETS[name]({ ...request, options }, { url, api_url, realm, login: { method: 'anonymous', ...last } });
    snippet.hidden = false;
    set_text(copied, await copy(snippet.textContent, snippet) ? `${name}: copied` : `${name}: selected below`);
  }

  function remember({ kind, uri, args, kwargs, options, does, error_uri }) {
    const entry = { kind, uri, args: text_of(args), kwargs: text_of(kwargs), options: text_of(options), does, error_uri };
    if (entry.args.length + entry.kwargs.length > LONGEST_REMEMBERED) return;
    const same = JSON.stringify(entry);
    remembered = [entry, ...remembered.filter((one) => JSON.stringify(one) !== same)].slice(0, MOST_REMEMBERED);
    keep('history', remembered);
    show_history();
  }

  const text_of = (value) => json.stringify(without_secrets(value ?? {}));

  function show_history() {
    history.hidden = remembered.length === 0;
    history_list.replaceChildren(...remembered.map((entry) => h('li', {}, h('button', { type: 'button', class: 'entry', onclick: () => fill(entry) },
      h('span', { class: 'kind' }, entry.kind), h('code', {}, entry.uri), h('span', { class: 'quiet' }, line_of([entry.args, entry.kwargs].filter((one) => !['[]', '{}'].includes(one)).join(' '), 60).slice(1, -1).replaceAll('\\"', '"'))))));
  }

  function forget() {
    remembered = [];
    keep('history', remembered);
    show_history();
    tabs[chosen].focus();
  }

  function fill({ kind, ...values }) {
    choose(kind);
    const { elements } = forms[kind];
    for (const [name, value] of Object.entries(values)) {
      if (elements[name] && value !== undefined) elements[name].value = value;
    }
    elements.does?.onchange();
    elements.uri.focus();
  }

  return {
    element,
    show(what) { if (what) fill(what); },
    joined(session) {
      log.add('joined', `${session.realm}, session ${session.id}`);
      start_again();
    },
    forget: forget_active,
    left: (error) => log.add('left', error?.message ?? 'disconnected'),
  };
}
