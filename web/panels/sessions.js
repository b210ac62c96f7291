// Who is in the realm, what each one holds, and its end.
import { h, facts } from '../parts/dom.js';
import { close_drawer, open_drawer } from '../parts/drawer.js';
import * as format from '../text/format.js';
import { listing } from '../parts/listing.js';
import { failed, is_denied, rule } from '../parts/states.js';

const MOST_ASKED = 400; // registrations or subscriptions whose holders are looked for
const AT_ONCE = 16;

export default function sessions(app) {
  const panel = listing(app, {
    title: 'Sessions',
    procedure: 'wampd.stats.sessions',
    order: 'rate',
    topics: ['wamp.session.on_join', 'wamp.session.on_leave'],
    key: (row) => row.session,
    columns: [
      { name: 'Name', text: (row) => row.authid },
      { name: 'Session', width: 11.5, wider: true, order: 'session', ascending: true, number: true, text: (row) => String(row.session) },
      { name: 'Role', width: 8, wide: true, tip: true, text: (row) => row.authrole },
      { name: 'Peer', width: 11, wider: true, tip: true, text: (row) => row.peer },
      { name: 'Rate', width: 5, order: 'rate', number: true, title: 'Messages per second, both ways', text: (row) => format.rate(row.rate) },
      { name: 'Bytes', width: 5.5, wide: true, order: 'bytes', number: true, title: 'Both ways', text: (row) => format.bytes(row.bytes) },
      { name: 'Errors', width: 5, wide: true, order: 'errors', number: true, alarm: (row) => row.errors, text: (row) => format.short_count(row.errors) },
      { name: 'Queued', width: 5.5, wider: true, order: 'queued', number: true, title: 'Bytes that wait for it', alarm: (row) => row.queued > 1e6, text: (row) => format.bytes(row.queued) },
      { name: 'Subs', width: 4.5, wider: true, order: 'subs', number: true, title: 'Subscriptions', text: (row) => format.short_count(row.subscriptions) },
      { name: 'Up', width: 7, order: 'uptime', number: true, title: 'Since it joined', text: (row) => format.duration(row.uptime_s) },
    ],
    under: (row) => `${row.authrole}, ${row.peer}`,
    matches: (row, text) => [row.authid, row.authrole, row.authmethod, row.peer, String(row.session)].some((one) => one.toLowerCase().includes(text)),
    total: async () => (await app.ask('wampd.stats.realm').catch(() => ({}))).sessions,
    empty: () => ['Nobody is here', 'A session appears here as soon as a client joins this realm.'],
    on_open: open,
  });

  function open(row, back) {
    const held = h('div', { class: 'held' });
    const more = h('div');
    open_drawer(row.authid, back,
      facts([['Session', row.session], ['Role', row.authrole], ['Logged in by', `${row.authmethod}, ${row.authprovider}`], ['Peer', row.peer],
        ['Joined', `${format.clock(row.start)}, ${format.duration(row.uptime_s)} ago`],
        ['From it', `${format.count(row.in_msgs)} messages, ${format.bytes(row.in_bytes)}`], ['To it', `${format.count(row.out_msgs)} messages, ${format.bytes(row.out_bytes)}`],
        ['Calls', format.count(row.calls)], ['Errors it got', format.count(row.errors)], ['Events it got', format.count(row.events)],
        ['Queued', format.bytes(row.queued)], ['Events lost', format.count(row.lost)]]),
      more, held, row.session === app.session?.id ? h('p', { class: 'quiet' }, 'This is the session of this page.') : kill_form(row));
    show_details(row, more);
    show_held(row, held);
  }

  async function show_details(row, place) {
    try {
      const { transport } = await app.ask('wamp.session.get', row.session);
      place.replaceChildren(facts(Object.entries(transport ?? {}).filter(([name, value]) => name !== 'peer' && typeof value !== 'object').map(([name, value]) => [`Transport ${name}`, value])));
    } catch (error) {
      if (error.uri !== 'wamp.error.no_such_session') return;
      place.replaceChildren(h('p', { class: 'problem' }, 'It has left meanwhile.'));
    }
  }

  async function show_held(row, place) {
    const part = async (title, number, find) => {
      if (number === 0) return h('p', { class: 'quiet' }, `No ${title.toLowerCase()}.`);
      try {
        const { uris, all } = await find();
        return h('div', {}, h('h3', {}, `${title} (${format.count(number)})`),
          h('ul', { class: 'uris' }, uris.map((uri) => h('li', {}, h('code', {}, uri)))),
          all ? null : h('p', { class: 'quiet' }, `Only ${format.count(MOST_ASKED)} of the realm were looked at.`));
      } catch (error) {
        return h('div', {}, h('h3', {}, `${title} (${format.count(number)})`), failed(app, error, error.asked));
      }
    };
    const is_wanted = () => place.isConnected; // nobody has closed the drawer
    place.replaceChildren(h('p', { class: 'quiet' }, 'Looking for what it holds…'));
    place.replaceChildren(
      await part('Registrations', row.registrations, () => held_by(row, 'procedures', 'procedure', 'registration', 'wamp.registration.list_callees', row.registrations, is_wanted)),
      await part('Subscriptions', row.subscriptions, () => held_by(row, 'topics', 'topic', 'subscription', 'wamp.subscription.list_subscribers', row.subscriptions, is_wanted)));
  }

  // WAMP tells who holds something, not what somebody holds.
  async function held_by(row, kind, name, id, holders, number, is_wanted) {
    if (!is_wanted()) return { uris: [], all: true };
    const ask = (procedure, ...args) => app.ask(procedure, ...args).catch((error) => { throw Object.assign(error, { asked: procedure }); });
    const all = (await ask(`wampd.stats.${kind}`, { state: 'all', limit: 1024 })).filter((one) => one[id] !== undefined);
    const asked = all.slice(0, MOST_ASKED);
    const uris = [];
    for (let i = 0; i < asked.length && uris.length < number && is_wanted(); i += AT_ONCE) {
      const some = asked.slice(i, i + AT_ONCE);
      const found = await Promise.all(some.map((one) => ask(holders, one[id]).catch((error) => {
        if (/no_such_(registration|subscription)$/.test(error.uri)) return [];
        throw error;
      })));
      some.forEach((one, j) => { if (found[j].includes(row.session)) uris.push(one.match === 'exact' ? one[name] : `${one[name]} (${one.match})`); });
    }
    return { uris, all: uris.length >= number || all.length <= MOST_ASKED };
  }

  function kill_form(row) {
    const reason = h('input', { name: 'reason', value: 'wamp.close.killed', required: true, spellcheck: 'false', autocomplete: 'off' });
    const message = h('input', { name: 'message', placeholder: 'Why', autocomplete: 'off' });
    const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    const submit = async (event) => {
      event.preventDefault();
      try {
        await app.session.call('wamp.session.kill', [row.session], { reason: reason.value, ...(message.value && { message: message.value }) });
        close_drawer();
        app.announce(`Session ${row.session} of ${row.authid} is killed.`);
        panel.refresh();
      } catch (error) {
        problem.hidden = false;
        problem.textContent = is_denied(error) ? `Your role may not kill sessions. It needs the rule ${rule('wamp.session.kill', 'call')}` : error.message;
      }
    };
    return h('details', { class: 'kill' }, h('summary', {}, 'Kill this session…'),
      h('form', { class: 'form', onsubmit: submit }, h('label', {}, h('span', {}, 'Reason (URI)'), reason), h('label', {}, h('span', {}, 'Message'), message), problem,
        h('div', { class: 'actions' }, h('button', { class: 'danger' }, 'Kill session'))));
  }

  return panel;
}
