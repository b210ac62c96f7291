// Who was refused what, by which rule, and why.
import { h, facts, icon } from '../parts/dom.js';
import { open_drawer } from '../parts/drawer.js';
import * as format from '../text/format.js';
import { Poll } from '../parts/poll.js';
import { action_on, empty, failed, is_denied, waiting } from '../parts/states.js';
import { Table } from '../parts/table.js';

const EVERY_MS = 4000;
const MOST = 1000;

export default function denials(app) {
  const filter = h('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter denials', spellcheck: 'false', autocomplete: 'off', oninput: show_rows });
  const shown = h('p', { class: 'quiet count', role: 'status' });
  const state = h('div', {}, waiting());
  const table = new Table('Denials', [
    { name: 'URI', text: (row) => row.uri },
    { name: 'Action', width: 6.5, text: (row) => row.action },
    { name: 'Name', width: 10, wide: true, tip: true, text: (row) => row.authid },
    { name: 'Role', width: 9, wide: true, tip: true, text: (row) => row.authrole },
    { name: 'Reason', width: 27, wider: true, tip: true, text: (row) => row.reason },
    { name: 'When', width: 6.5, number: true, text: (row) => format.clock(row.time).slice(-8), tip: true },
  ], { key: (row) => `${row.time} ${row.session} ${row.action} ${row.uri}`, under: (row) => `${row.authid} as ${row.authrole}`, on_open: open, on_order: () => {} });
  const element = h('section', { class: 'panel list' },
    h('header', { class: 'head' }, h('h1', {}, 'Denials'), h('label', { class: 'search' }, icon('search'), filter), h('div', { class: 'pages' }, shown)), state, table.element);
  const poll = new Poll(EVERY_MS, look);
  let rows = [];
  table.element.hidden = true;

  async function look() {
    if (!app.session) return true;
    try {
      rows = await app.ask('wampd.denials', { limit: MOST });
      show_rows();
      return true;
    } catch (error) {
      if (!app.session) return true;
      show_nothing(failed(app, error, 'wampd.denials'));
      return !is_denied(error);
    }
  }

  function show_nothing(why) {
    table.element.hidden = true;
    shown.textContent = '';
    state.replaceChildren(why);
  }

  function show_rows() {
    const text = filter.value.trim().toLowerCase();
    const found = text ? rows.filter((row) => [row.uri, row.authid, row.authrole, row.action, row.reason, row.peer].some((one) => one.toLowerCase().includes(text))) : rows;
    table.element.hidden = found.length === 0;
    shown.textContent = text ? `${found.length} of ${rows.length}` : rows.length ? `the last ${rows.length}` : '';
    state.replaceChildren(...(found.length ? [] : [rows.length
      ? empty('Nothing matches', `None of ${rows.length} has “${filter.value.trim()}” in it.`)
      : empty('Nothing was refused', 'What a role may not do, and somebody tried, is listed here with the rule that decided.',
        h('a', { class: 'button', href: '#try' }, 'Try something'))]));
    table.show(found);
  }

  async function open(row) {
    const why = h('div', { class: 'held' }, h('p', { class: 'quiet' }, 'Asking why…'));
    open_drawer(`${row.action} ${row.uri}`, () => table.focus(),
      facts([['When', format.clock(row.time)], ['Who', row.authid], ['Role', row.authrole], ['Session', row.session], ['Peer', row.peer], ['Action', row.action], ['URI', row.uri], ['Reason', row.reason]]),
      why);
    try {
      const explained = await app.ask('wampd.explain', null, row.action, row.uri, { authrole: row.authrole });
      why.replaceChildren(h('h3', {}, 'What the rules say now'), verdict(explained),
        facts([['Decided on', explained.decided_on === row.uri ? undefined : explained.decided_on], ['Rule', explained.rule ? `${explained.rule.match} “${explained.rule.uri}”` : 'none matches'],
          ['Where', explained.rule?.place], ['Authorizer', explained.authorizer]]),
        h('pre', { class: 'code', tabindex: '0', 'aria-label': 'Explanation' }, explained.text));
    } catch (error) {
      why.replaceChildren(h('h3', {}, 'What the rules say now'), failed(app, error, 'wampd.explain'));
    }
  }

  function verdict({ allowed, authrole, action }) {
    const words = allowed === null ? `An authorizer decides whether “${authrole}” may ${action_on(action)} this.` : `Role “${authrole}” may ${allowed ? '' : 'not '}${action_on(action)} this.`;
    return h('p', { class: allowed ? 'good' : 'bad' }, words);
  }

  return { element, show: () => poll.start(), hide: () => poll.stop(), joined: () => poll.now(), forget: () => show_nothing(waiting()) };
}
