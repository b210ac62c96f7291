// What is published and subscribed to, and how often.
import { h, facts } from '../parts/dom.js';
import { open_drawer } from '../parts/drawer.js';
import * as format from '../text/format.js';
import { listing } from '../parts/listing.js';
import { show_members } from '../parts/members.js';

export default function topics(app) {
  const watch = (row) => app.open('watch', { topic: row.topic, match: row.match ?? 'exact' });
  return listing(app, {
    title: 'Topics',
    procedure: 'wampd.stats.topics',
    ask: { state: 'all' },
    order: 'rate',
    topics: ['wamp.subscription.on_create', 'wamp.subscription.on_delete'],
    key: (row) => `${row.topic} ${row.match}`,
    columns: [
      { name: 'Topic', order: 'uri', ascending: true, text: (row) => row.topic },
      { name: 'Rate', width: 5, order: 'rate', number: true, title: 'Publications per second', text: (row) => format.rate(row.rate) },
      { name: 'Publications', width: 8, wide: true, order: 'publications', number: true, text: (row) => (row.error_bound ? `≤ ${format.short_count(row.publications)}` : format.short_count(row.publications)) },
      { name: 'Errors', width: 5.5, wide: true, order: 'errors', number: true, title: 'Publications that were refused', alarm: (row) => row.errors, text: (row) => format.short_count(row.errors) },
      { name: 'Bytes', width: 6, wider: true, order: 'bytes', number: true, text: (row) => format.bytes(row.bytes) },
      { name: 'Subscribers', width: 7.5, number: true, text: (row) => (row.subscribers === undefined ? '–' : format.count(row.subscribers)) },
      { name: 'Match', width: 6, wider: true, text: (row) => row.match ?? '–' },
    ],
    under: (row) => `${format.count(row.publications)} publications, ${format.bytes(row.bytes)}`,
    action: { name: 'Watch', run: watch },
    matches: (row, text) => row.topic.toLowerCase().includes(text),
    empty: () => ['No topics', 'Nobody has published or subscribed in this realm yet.',
      h('button', { type: 'button', class: 'primary', onclick: () => app.open('try', { kind: 'publish' }) }, 'Publish something'),
      h('button', { type: 'button', onclick: () => app.open('watch') }, 'Watch a topic')],
    on_open: open,
  });

  function open(row, back) {
    const subscribers = h('div', { class: 'held' });
    open_drawer(row.topic, back,
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'primary', onclick: () => watch(row) }, 'Watch it'),
        h('button', { type: 'button', onclick: () => app.open('try', { kind: 'publish', uri: row.topic }) }, 'Publish')),
      facts([['Publications', `${format.count(row.publications)}${row.error_bound ? `, at least ${format.count(row.publications - row.error_bound)}` : ''}`],
        ['Per second', format.rate(row.rate)], ['Refused', format.count(row.errors)], ['Bytes', format.bytes(row.bytes)],
        ['Events that wait now', format.count(row.waiting)],
        ['Subscription', row.subscription], ['Match', row.match], ['Since', row.created && format.clock(row.created)]]),
      subscribers);
    if (row.subscription !== undefined) show_members(app, subscribers, 'Subscribers', 'wamp.subscription.list_subscribers', row.subscription);
  }
}
