// What comes back, the newest first.
import { h } from './dom.js';
import { clock } from '../text/format.js';
import { parts_of } from '../text/preview.js';
import { WampError } from '../wampd.js';

const MOST = 200; // entries

export class Log {
  constructor(name, nothing) {
    this.list = h('ol', { class: 'log' });
    this.nothing = h('p', { class: 'quiet none' }, nothing);
    this.element = h('div', { id: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': name, tabindex: '0' }, this.nothing, this.list);
  }

  add(kind, title, parts = {}) {
    const now = new Date();
    const { text, cut } = parts_of(parts);
    this.list.prepend(h('li', { 'data-kind': kind },
      h('span', { class: 'kind' }, kind), h('span', { class: 'title' }, title), h('time', { datetime: now.toISOString() }, clock(now)),
      text && h('pre', { class: 'code' }, cut ? `${text}\n… and more` : text)));
    while (this.list.children.length > MOST) this.list.lastChild.remove();
    this.nothing.hidden = true;
  }

  fail(title, error) {
    if (error instanceof WampError) this.add('error', `${title}: ${error.uri}`, { args: error.args, kwargs: error.kwargs, details: error.details });
    else this.add('error', `${title}: ${error.message}`);
  }

  clear() {
    this.list.replaceChildren();
    this.nothing.hidden = false;
  }
}
