// Events as they come. Each is a line that unfolds; only so many are kept, and of large ones only a part is written out.
import { h, icon, set_text } from '../parts/dom.js';
import { clock, count } from '../text/format.js';
import { is_empty, line_of, parts_of, size_of } from '../text/preview.js';
import { empty, failed, is_denied } from '../parts/states.js';
import { kept, keep } from '../parts/kept.js';

const MOST_EVENTS = 500;
const MOST_BYTES = 16e6; // about, of what is kept
const DRAW_MS = 150;

const reason_of = (error) => (is_denied(error) ? 'not allowed' : error.uri ?? error.message);

export default function watch(app) {
  const topic = h('input', { name: 'topic', required: true, placeholder: 'com.example.topic', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', value: kept('watched', '') });
  const match = h('select', { name: 'match' }, ['exact', 'prefix', 'wildcard'].map((name) => h('option', {}, name)));
  const form = h('form', { class: 'bar', onsubmit: on_submit }, h('label', { class: 'grow' }, h('span', {}, 'Topic'), topic), h('label', {}, h('span', {}, 'Match'), match), h('button', { class: 'primary' }, 'Watch'));
  const chips = h('ul', { class: 'chips', 'aria-label': 'Watched topics' });
  const pause = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => set_paused(!paused) }, 'Pause');
  const filter = h('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter events', spellcheck: 'false', autocomplete: 'off', oninput: () => draw_all() });
  const clear = h('button', { type: 'button', onclick: forget }, 'Clear');
  const shown = h('p', { class: 'quiet count', role: 'status' });
  const tools = h('div', { class: 'tools' }, h('label', { class: 'search' }, icon('search'), filter), shown, pause, clear);
  const list = h('ol', { class: 'events', tabindex: '0', 'aria-label': 'Events, the newest first' });
  const refusal = h('div', { class: 'refusal' });
  const state = h('div');
  const element = h('section', { class: 'panel list' }, h('header', { class: 'head' }, h('h1', {}, 'Watch'), form), chips, refusal, tools, state, list);

  const watched = []; // { topic, match, label, subscription, error: why there is none, chip }
  const events = []; // { number, topic, details, args, kwargs, line, size, row }, the oldest first
  let bytes = 0, total = 0, drawn = 0, paused = false, draw_timer = 0; // total, drawn: how many there have been
  show_state();

  async function on_submit(event) {
    event.preventDefault();
    keep('watched', topic.value);
    await add(topic.value.trim(), match.value);
  }

  async function add(uri, policy) {
    if (!uri || watched.some((one) => one.topic === uri && one.match === policy)) return;
    const label = policy === 'exact' ? uri : `${uri} (${policy})`;
    const one = { topic: uri, match: policy, label, chip: h('li', { class: 'chip' }) };
    watched.push(one);
    await subscribe(one);
    if (!watched.includes(one)) return;
    chips.append(one.chip);
    app.announce(one.error ? `${label} is not watched: ${one.error.message}` : `Watching ${label}`);
  }

  // What cannot be watched keeps its chip, which says why.
  async function subscribe(one) {
    one.subscription = one.error = null;
    try {
      if (!app.session) throw new Error('There is no connection to the router.');
      one.subscription = await app.session.subscribe(one.topic, (args, kwargs, details) => on_event(details.topic ?? one.topic, args, kwargs, details), one.match === 'exact' ? {} : { match: one.match });
    } catch (error) {
      one.error = error;
    }
    if (watched.includes(one)) show_watched(one);
    else one.subscription?.unsubscribe().catch(() => {});
  }

  function show_watched(one) {
    one.chip.classList.toggle('refused', Boolean(one.error));
    one.chip.replaceChildren(one.error ? icon('warn') : '', h('code', {}, one.label), one.error ? h('span', { class: 'why' }, ` ${reason_of(one.error)}`) : '',
      h('button', { type: 'button', 'aria-label': `Stop watching ${one.label}`, onclick: () => remove(one) }, icon('close')));
    show_refusal();
    show_state();
  }

  // Of the newest one that cannot be watched, what would help.
  function show_refusal() {
    const refused = watched.findLast(({ error }) => error);
    refusal.replaceChildren(...(refused ? [failed(app, refused.error, refused.topic, 'subscribe')] : []));
  }

  async function remove(one) {
    watched.splice(watched.indexOf(one), 1);
    one.chip.remove();
    show_refusal();
    show_state();
    topic.focus();
    await one.subscription?.unsubscribe().catch(() => {});
  }

  function on_event(uri, args, kwargs, details) {
    total += 1;
    const event = { number: total, topic: uri, time: new Date(), args, kwargs, details, line: [args.length && line_of(args).slice(1).replace(/]$/, ''), !is_empty(kwargs) && line_of(kwargs)].filter(Boolean).join('  '), size: size_of([args, kwargs]) };
    events.push(event);
    bytes += event.size;
    while (events.length > MOST_EVENTS || (bytes > MOST_BYTES && events.length > 1)) {
      bytes -= events.shift().size;
    }
    draw_timer ||= setTimeout(draw_new, DRAW_MS);
  }

  const matches = (event, text) => !text || `${event.topic} ${event.line}`.toLowerCase().includes(text);

  function draw_new() {
    draw_timer = 0;
    show_count();
    if (paused || element.hidden) return;
    const text = filter.value.trim().toLowerCase();
    list.prepend(...events.filter((event) => event.number > drawn && matches(event, text)).map(row_of).reverse());
    while (list.lastElementChild?.value < events[0]?.number) list.lastElementChild.remove();
    drawn = total;
    show_state();
  }

  function draw_all() {
    const text = filter.value.trim().toLowerCase();
    if (!paused) drawn = total;
    list.replaceChildren(...events.filter((event) => event.number <= drawn && matches(event, text)).map((event) => event.row ?? row_of(event)).reverse());
    show_count();
    show_state();
  }

  function row_of(event) {
    const body = h('pre', { class: 'code' });
    const details = h('details', { ontoggle: () => { if (details.open && !body.textContent) unfold(event, body); } },
      h('summary', {}, h('time', { datetime: event.time.toISOString() }, clock(event.time)), h('code', { class: 'topic' }, event.topic), h('span', { class: 'line' }, event.line)), body);
    event.row = h('li', { value: event.number }, details);
    return event.row;
  }

  function unfold(event, body, limit = 20000) {
    const { text, cut } = parts_of({ args: event.args, kwargs: event.kwargs, details: event.details }, limit);
    body.textContent = text;
    if (!cut) return;
    body.append(h('span', { class: 'cut' }, `\n… about ${count(event.size)} bytes in all. `),
      h('button', { type: 'button', class: 'small', onclick: () => unfold(event, body, limit * 10) }, 'Show more'));
  }

  function set_paused(value) {
    paused = value;
    pause.setAttribute('aria-pressed', paused);
    set_text(pause, paused ? 'Resume' : 'Pause');
    if (!paused) draw_all();
    show_count();
  }

  function forget() {
    events.length = 0;
    bytes = total = drawn = 0;
    draw_all();
  }

  function show_count() {
    const newer = paused ? total - drawn : 0;
    set_text(shown, total === 0 ? '' : `${count(total)} ${total === 1 ? 'event' : 'events'}${total > events.length ? `, the last ${count(events.length)} kept` : ''}${newer ? `, ${count(newer)} new` : ''}`);
  }

  function show_state() {
    tools.hidden = watched.length === 0 && events.length === 0;
    list.hidden = list.children.length === 0;
    if (list.children.length) return state.replaceChildren();
    if (events.length) return state.replaceChildren(empty('Nothing matches', `None of ${count(events.length)} events has “${filter.value.trim()}” in it.`));
    if (watched.length && watched.every(({ error }) => error)) return state.replaceChildren();
    state.replaceChildren(watched.length
      ? empty('Waiting for events', 'Nothing has been published here since you began to watch.',
        h('button', { type: 'button', onclick: () => app.open('try', { kind: 'publish', uri: watched.findLast(({ error }) => !error).topic }) }, 'Publish something'))
      : empty('Nothing is watched', 'Give a topic above, or choose one that is in use. With “prefix”, all topics that begin so are watched.',
        h('a', { class: 'button', href: '#topics' }, 'Topics in use')));
  }

  return {
    element,
    show(what) {
      if (what) {
        topic.value = what.topic ?? topic.value;
        match.value = what.match ?? 'exact';
        if (what.topic) add(what.topic, match.value);
      }
      if (!paused) draw_new();
    },
    joined() {
      for (const one of watched) subscribe(one);
    },
    forget() {
      watched.length = 0;
      chips.replaceChildren();
      show_refusal();
      forget();
    },
  };
}
