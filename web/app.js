// The console that wampd serves: it joins the router that it came from, and shows one panel at a time.
import { h, icon } from './parts/dom.js';
import { close_drawer } from './parts/drawer.js';
import { Connection } from './parts/connection.js';
import connection_panel from './panels/connection.js';
import overview from './panels/overview.js';
import sessions from './panels/sessions.js';
import procedures from './panels/procedures.js';
import topics from './panels/topics.js';
import watch from './panels/watch.js';
import denials from './panels/denials.js';
import try_it from './panels/try.js';

// By the name in the address. Each makes { element, show(what), hide(), joined(session), left(error),
// forget() }; `what` is what another panel fills in, and forget() comes before joined() in another realm or as somebody else.
const PANELS = {
  overview: ['Overview', overview],
  sessions: ['Sessions', sessions],
  procedures: ['Procedures', procedures],
  topics: ['Topics', topics],
  watch: ['Watch', watch],
  denials: ['Denials', denials],
  try: ['Try it', try_it],
};
const LONGEST_ANSWER_MS = 10000;
const $ = (id) => document.getElementById(id);

const app = {
  connection: new Connection(on_change),
  get session() { return app.connection.session; },
  // Shows another panel, filled in with `what`.
  open(name, what) {
    to_fill = what;
    if (location.hash === `#${name}`) show();
    else location.hash = name;
  },
  // For who does not see what changed.
  announce(text) {
    $('announcer').textContent = '';
    setTimeout(() => { $('announcer').textContent = text; }, 50);
  },
  // The result's first argument. A connection over which nothing comes back is given up, so that another one is tried.
  async ask(procedure, ...args) {
    const { session } = app;
    if (!session) throw new Error('There is no connection to the router.');
    const give_up = setTimeout(() => session.drop(), LONGEST_ANSWER_MS);
    try {
      return (await session.call(procedure, args)).args[0];
    } finally {
      clearTimeout(give_up);
    }
  },
};

let to_fill;
let shown = null; // name
const panels = {};

function panel(name) {
  if (!panels[name]) {
    const [title, make] = name === 'connection' ? ['Connection', connection_panel] : PANELS[name];
    panels[name] = make(app);
    panels[name].title = title;
    panels[name].element.id = `panel-${name}`;
    panels[name].element.setAttribute('aria-label', title);
    $('main').append(panels[name].element);
    if (app.session) panels[name].joined?.(app.session);
  }
  return panels[name];
}

function wanted_panel() {
  const name = location.hash.slice(1);
  if (name === 'main') return shown ?? 'overview';
  if (!app.session && !app.connection.is_trying) return 'connection';
  return PANELS[name] || name === 'connection' ? name : 'overview';
}

function show() {
  const name = wanted_panel();
  const what = to_fill;
  to_fill = undefined;
  close_drawer();
  if (shown !== name) {
    if (shown) panels[shown].hide?.();
    const first = shown === null;
    shown = name;
    const next = panel(name);
    for (const other of Object.values(panels)) other.element.hidden = other !== next;
    for (const link of $('tabs').children) {
      if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    $('who').setAttribute('aria-current', name === 'connection');
    document.title = `${next.title} – wampd`;
    if (!first && document.activeElement !== document.body && !$('tabs').contains(document.activeElement)) $('main').focus({ preventScroll: true });
  }
  panels[name].show?.(what);
}

// What the connection says: `kind` is trying, joined, waiting or ended.
function on_change(kind, detail) {
  const { session, realm } = app.connection;
  const state = session ? 'connected' : app.connection.is_trying ? 'connecting' : 'disconnected';
  $('state').dataset.state = state;
  $('state').textContent = kind === 'waiting' ? 'reconnecting' : state;
  $('whose').textContent = session ? `${session.details.authrole ?? ''} @ ${realm}` : '';
  $('who').setAttribute('aria-label', session ? `Connection: ${state} to ${realm} as ${session.details.authrole}` : `Connection: ${state}`);
  notice(kind, detail);
  if (kind === 'joined') {
    if (app.connection.is_other) for (const one of Object.values(panels)) one.forget?.();
    for (const one of Object.values(panels)) one.joined?.(session);
    if (shown === 'connection' && !app.connection.came_back) location.hash = 'overview';
  } else if (kind !== 'trying') {
    for (const one of Object.values(panels)) one.left?.(detail?.error ?? app.connection.error);
  }
  show();
}

function notice(kind, detail) {
  $('notice').hidden = kind !== 'waiting';
  if (kind !== 'waiting') return $('notice').replaceChildren();
  const seconds = Math.max(1, Math.round(detail.wait_ms / 1000));
  $('notice').replaceChildren(
    h('span', {}, `The connection is lost (${detail.error.message}). What you see is from before. Trying again in ${seconds} s.`),
    h('button', { type: 'button', class: 'small', onclick: () => app.connection.now() }, 'Try now'));
}

for (const [name, [title]] of Object.entries(PANELS)) {
  $('tabs').append(h('a', { href: `#${name}` }, icon(name), h('span', {}, title)));
}
$('who').addEventListener('click', () => app.open('connection'));
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
addEventListener('hashchange', show);
app.connection.begin();
