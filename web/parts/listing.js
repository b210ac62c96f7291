// A panel with a long list: sorted and paged by the router, filtered here, kept up to date while it is looked at.
import { h, set_text, icon } from './dom.js';
import { count } from '../text/format.js';
import { Poll } from './poll.js';
import { empty, failed, is_denied, waiting } from './states.js';
import { Table } from './table.js';

const PAGE = 500; // rows
const PART = 1000; // that are asked for at once when all are looked through
const MOST_LOOKED_THROUGH = 50000;
const EVERY_MS = 3000, EVERY_MS_FILTERED = 8000;

// options: title, procedure, ask (more options of it), columns, order, key(row), matches(row, text), total(app) -> a number or
// undefined, on_open(row, back), under(row), action, empty: [title, text, ...actions], topics: of meta events that tell of a change
export function listing(app, options) {
  const poll = new Poll(EVERY_MS, look);
  const table = new Table(options.title, options.columns, {
    order: options.order,
    key: options.key,
    under: options.under,
    action: options.action,
    on_order: () => turn_to(0),
    on_open: (row) => options.on_open(row, () => table.focus()),
  });
  const filter = h('input', { type: 'search', placeholder: 'Filter', 'aria-label': `Filter ${options.title.toLowerCase()}`, spellcheck: 'false', autocomplete: 'off' });
  const shown = h('p', { class: 'quiet count', role: 'status' });
  const back = h('button', { type: 'button', class: 'ghost', 'aria-label': 'Page before', onclick: () => turn_to(offset - PAGE) }, '‹');
  const on = h('button', { type: 'button', class: 'ghost', 'aria-label': 'Next page', onclick: () => turn_to(offset + PAGE) }, '›');
  const pages = h('div', { class: 'pages' }, back, shown, on);
  const state = h('div', {}, waiting());
  const element = h('section', { class: 'panel list' },
    h('header', { class: 'head' }, h('h1', {}, options.title), h('label', { class: 'search' }, icon('search'), filter), pages), state, table.element);
  let offset = 0;
  let heard = []; // promises of the subscriptions to meta events, while the panel is shown
  let asked = 0; // how often: answers that are late are not shown
  table.element.hidden = true;
  let wait_for_typing = 0;
  filter.addEventListener('input', () => {
    clearTimeout(wait_for_typing);
    wait_for_typing = setTimeout(() => turn_to(0), 150);
  });

  function turn_to(first) {
    offset = Math.max(0, first);
    table.to_top();
    asked += 1;
    poll.now();
  }

  const part = (limit, from, order) => app.ask(options.procedure, { ...options.ask, limit, offset: from, order });

  async function look() {
    if (!app.session) return true;
    const mine = ++asked;
    const text = filter.value.trim().toLowerCase();
    try {
      const [total, rows] = await Promise.all([options.total?.(app), text ? look_through(mine) : part(PAGE, offset, table.order)]);
      if (mine !== asked) return true;
      if (text) show_found(rows.filter((row) => options.matches(row, text)), rows.length);
      else show_page(rows, total);
      return true;
    } catch (error) {
      if (!app.session || mine !== asked) return true;
      show_nothing(failed(app, error, options.procedure));
      return !is_denied(error);
    }
  }

  // All of them, part by part.
  async function look_through(mine) {
    const all = [];
    while (all.length < MOST_LOOKED_THROUGH && mine === asked) {
      const more = await part(PART, all.length, table.order);
      all.push(...more);
      if (more.length < PART) break;
    }
    return all;
  }

  function show_page(rows, total) {
    if (rows.length === 0 && offset > 0) return turn_to(0);
    const end = offset + rows.length;
    const of = total ?? (rows.length < PAGE ? end : undefined);
    set_text(shown, rows.length === 0 ? '' : `${count(offset + 1)}–${count(end)}${of === undefined ? '' : ` of ${count(Math.max(of, end))}`}`);
    back.disabled = offset === 0;
    on.disabled = rows.length < PAGE;
    for (const button of [back, on]) button.hidden = back.disabled && on.disabled;
    show_rows(rows, Math.max(of ?? end, end), empty(...options.empty(app)));
  }

  function show_found(rows, of) {
    set_text(shown, `${count(rows.length)} of ${count(of)}`);
    back.hidden = on.hidden = true;
    show_rows(rows, rows.length, empty('Nothing matches', `None of ${count(of)} has “${filter.value.trim()}” in it.`,
      h('button', { type: 'button', onclick: () => { filter.value = ''; turn_to(0); } }, 'Show all')));
  }

  function show_rows(rows, total, nothing) {
    table.element.hidden = rows.length === 0;
    state.replaceChildren(...(rows.length ? [] : [nothing]));
    table.show(rows, filter.value.trim() ? 0 : offset, total);
    poll.every_ms = filter.value.trim() ? EVERY_MS_FILTERED : EVERY_MS;
  }

  function show_nothing(why) {
    table.element.hidden = true;
    set_text(shown, '');
    back.hidden = on.hidden = true;
    state.replaceChildren(why);
  }

  // Who may not hear them sees the list at its usual pace, and so does who looks through all of it.
  function hear(session) {
    heard = options.topics.map((topic) => session.subscribe(topic, () => { if (!filter.value.trim()) poll.soon(); }).catch(() => null));
  }

  function hear_no_more() {
    for (const promise of heard) promise.then((subscription) => subscription?.unsubscribe()).catch(() => {});
    heard = [];
  }

  return {
    element,
    show() {
      if (app.session && heard.length === 0) hear(app.session);
      poll.start();
    },
    hide() {
      hear_no_more();
      poll.stop();
    },
    refresh: () => poll.now(),
    joined: () => poll.now(),
    left() { heard = []; },
    forget() {
      asked += 1;
      offset = 0;
      show_nothing(waiting());
    },
  };
}
