// The sessions that a registration or subscription has, below a heading.
import { h } from './dom.js';
import * as format from '../text/format.js';
import { failed } from './states.js';

export async function show_members(app, place, title, procedure, id) {
  const MOST = 100;
  try {
    const all = await app.ask(procedure, id);
    place.replaceChildren(h('h3', {}, `${title} (${format.count(all.length)})`),
      h('ul', { class: 'uris' }, all.slice(0, MOST).map((session) => h('li', {}, h('code', {}, `session ${session}`)))),
      all.length > MOST ? h('p', { class: 'quiet' }, `These are the first ${MOST}.`) : '');
  } catch (error) {
    place.replaceChildren(h('h3', {}, title), failed(app, error, procedure));
  }
}
