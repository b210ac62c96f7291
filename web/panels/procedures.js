// What is registered or has been called, how often, and how long it takes.
import { h, facts } from '../parts/dom.js';
import { open_drawer } from '../parts/drawer.js';
import * as format from '../text/format.js';
import { listing } from '../parts/listing.js';
import { show_members } from '../parts/members.js';

export default function procedures(app) {
  const call = (row) => app.open('try', { kind: 'call', uri: row.procedure });
  return listing(app, {
    title: 'Procedures',
    procedure: 'wampd.stats.procedures',
    ask: { state: 'all' },
    order: 'rate',
    topics: ['wamp.registration.on_create', 'wamp.registration.on_delete'],
    key: (row) => `${row.procedure} ${row.match}`,
    columns: [
      { name: 'Procedure', order: 'uri', ascending: true, text: (row) => row.procedure },
      { name: 'Rate', width: 5, order: 'rate', number: true, title: 'Calls per second', text: (row) => format.rate(row.rate) },
      { name: 'Calls', width: 6, wide: true, order: 'calls', number: true, text: (row) => (row.error_bound ? `≤ ${format.short_count(row.calls)}` : format.short_count(row.calls)) },
      { name: 'Errors', width: 5.5, wide: true, order: 'errors', number: true, alarm: (row) => row.errors, text: (row) => format.short_count(row.errors) },
      { name: 'p50', width: 5.5, wider: true, number: true, text: (row) => (row.calls ? format.micros(row.p50_us) : '–') },
      { name: 'p99', width: 5.5, order: 'p99', number: true, text: (row) => (row.calls ? format.micros(row.p99_us) : '–') },
      { name: 'Waiting', width: 5.5, wider: true, order: 'queued', number: true, title: 'Calls that wait for a free callee now', alarm: (row) => row.waiting, text: (row) => format.short_count(row.waiting) },
      { name: 'Callees', width: 5.5, wide: true, number: true, text: (row) => (row.callees === undefined ? '–' : format.count(row.callees)) },
      { name: 'Kind', width: 8.5, wider: true, text: kind },
    ],
    under: (row) => (row.registration === undefined ? 'not registered by this URI' : `${format.count(row.calls)} calls, ${format.count(row.callees)} ${row.callees === 1 ? 'callee' : 'callees'}`),
    action: { name: 'Call', run: call },
    matches: (row, text) => row.procedure.toLowerCase().includes(text),
    empty: () => ['No procedures', 'None is registered in this realm. A back end registers them; or let this page be one.',
      h('button', { type: 'button', class: 'primary', onclick: () => app.open('try', { kind: 'register' }) }, 'Register one here')],
    on_open: open,
  });

  function kind(row) {
    if (row.registration === undefined) return 'no registration';
    return [row.match !== 'exact' && row.match, row.invoke].filter(Boolean).join(', ');
  }

  function open(row, back) {
    const callees = h('div', { class: 'held' });
    open_drawer(row.procedure, back,
      h('div', { class: 'actions' }, h('button', { type: 'button', class: 'primary', onclick: () => call(row) }, 'Call it')),
      facts([['Calls', `${format.count(row.calls)}${row.error_bound ? `, at least ${format.count(row.calls - row.error_bound)}` : ''}`], ['Per second', format.rate(row.rate)],
        ['Errors', format.count(row.errors)], ['Bytes', format.bytes(row.bytes)], ['p50', row.calls ? format.micros(row.p50_us) : undefined], ['p99', row.calls ? format.micros(row.p99_us) : undefined],
        ['Waiting now', format.count(row.waiting)], ['Had to wait', format.count(row.waited)], ['Registration', row.registration], ['Kind', kind(row)],
        ['Registered', row.created && format.clock(row.created)]]),
      callees);
    if (row.registration !== undefined) show_members(app, callees, 'Callees', 'wamp.registration.list_callees', row.registration);
  }
}
