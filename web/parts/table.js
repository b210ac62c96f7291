// A table of many rows, of which those are drawn that are seen. All are equally high.
import { h, set_text } from './dom.js';

const MORE = 6; // rows above and below what is seen
const narrow = matchMedia('(max-width: 900px)');

// columns: [{ name, text(row), order: what the router calls an order by it, number, width in rem, title;
// wide: not on phones, wider: on large screens only }];
// the first one is a button that opens its row. `under(row)`: a second line of it, on phones. `action`: { name, run(row) }.
export class Table {
  #columns;
  #options;
  #rows = [];
  #drawn = new Map(); // key -> { tr, cells, row }
  #active = null; // key of the row that Tab comes to
  #offset = 0;
  #frame = 0;

  constructor(label, columns, options) {
    this.#columns = columns;
    this.#options = options;
    this.order = options.order;
    this.heads = columns.map((column) => this.#head(column));
    this.body = h('tbody');
    this.above = h('tr', { class: 'spacer', 'aria-hidden': 'true' });
    this.below = h('tr', { class: 'spacer', 'aria-hidden': 'true' });
    this.table = h('table', { 'aria-label': label },
      h('colgroup', {}, columns.map((column) => this.#col(column)), options.action && h('col', { class: 'action wide' })),
      h('thead', {}, h('tr', { 'aria-rowindex': '1' }, this.heads, options.action && h('th', { class: 'wide' }, h('span', { class: 'unseen' }, options.action.name)))),
      this.body);
    this.element = h('div', { class: 'table', tabindex: '-1' }, this.table);
    this.element.addEventListener('scroll', () => this.#draw_soon(), { passive: true });
    this.body.addEventListener('click', (event) => this.#on_click(event));
    this.body.addEventListener('keydown', (event) => this.#on_key(event));
    new ResizeObserver(() => this.#draw_soon()).observe(this.element);
    this.#mark_order();
  }

  // `offset`: of the first row, in the whole list of `total`.
  show(rows, offset = 0, total = rows.length) {
    this.#rows = rows;
    this.#offset = offset;
    this.table.setAttribute('aria-rowcount', total + 1);
    this.#draw();
  }

  // Gives the focus back to the row that had it, or the first one.
  focus() {
    const found = this.#drawn.get(this.#active) ?? this.#drawn.values().next().value;
    found?.tr.querySelector('button').focus();
  }

  to_top() {
    this.element.scrollTop = 0;
  }

  #col(column) {
    const col = h('col', { class: this.#class({ ...column, number: false }) });
    if (column.width) col.style.width = `${column.width}rem`;
    return col;
  }

  #head(column) {
    const name = column.order
      ? h('button', { type: 'button', onclick: () => this.#sort(column.order) }, column.name)
      : column.name;
    return h('th', { scope: 'col', class: this.#class(column), 'data-order': column.order, title: column.title }, name);
  }

  #class(column) {
    return [column.number && 'number', (column.wide || column.wider) && 'wide', column.wider && 'wider'].filter(Boolean).join(' ') || undefined;
  }

  #sort(order) {
    this.order = order;
    this.#mark_order();
    this.to_top();
    this.#options.on_order(order);
  }

  #mark_order() {
    this.#columns.forEach(({ order, ascending }, i) => {
      if (!order) return;
      if (order === this.order) this.heads[i].setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
      else this.heads[i].removeAttribute('aria-sort');
    });
  }

  #draw_soon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  get #height() {
    return narrow.matches ? 56 : 38;
  }

  #draw() {
    const height = this.#height;
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - MORE);
    const last = Math.min(this.#rows.length, first + Math.ceil(this.element.clientHeight / height) + 2 * MORE);
    const focused = this.body.contains(document.activeElement) && document.activeElement.closest('tr');
    const before = this.#drawn;
    this.#drawn = new Map();
    for (let i = first; i < last; ++i) {
      const row = this.#rows[i];
      const key = this.#options.key(row);
      const drawn = before.get(key) ?? this.#make(key);
      this.#fill(drawn, row);
      drawn.tr.setAttribute('aria-rowindex', this.#offset + i + 2);
      this.#drawn.set(key, drawn);
    }
    if (!this.#drawn.has(this.#active)) this.#active = this.#drawn.keys().next().value ?? null;
    for (const [key, { tr }] of this.#drawn) tr.querySelector('button').tabIndex = key === this.#active ? 0 : -1;
    this.above.style.height = `${first * height}px`;
    this.below.style.height = `${(this.#rows.length - last) * height}px`;
    const wanted = [this.above, ...[...this.#drawn.values()].map(({ tr }) => tr), this.below];
    if (wanted.length !== this.body.children.length || wanted.some((tr, i) => tr !== this.body.children[i])) {
      this.body.replaceChildren(...wanted);
      if (focused?.isConnected) focused.querySelector('button').focus({ preventScroll: true });
    }
  }

  #make(key) {
    const name = h('button', { type: 'button', class: 'cell' });
    const under = h('span', { class: 'under' });
    const cells = this.#columns.map((column, i) => h(i ? 'td' : 'th', { class: this.#class(column), ...(i === 0 && { scope: 'row' }) }));
    cells[0].append(name, under);
    const action = this.#options.action;
    const tr = h('tr', {}, cells, action && h('td', { class: 'action wide' }, h('button', { type: 'button', class: 'small', tabindex: '-1', 'data-action': '' }, action.name)));
    return { key, tr, cells, name, under };
  }

  #fill(drawn, row) {
    if (drawn.row === row) return;
    drawn.row = row;
    this.#columns.forEach((column, i) => {
      const text = column.text(row);
      set_text(i ? drawn.cells[i] : drawn.name, text);
      if (i === 0 || column.tip) drawn.cells[i].title = text;
      if (column.alarm) drawn.cells[i].classList.toggle('alarm', Boolean(column.alarm(row)));
    });
    set_text(drawn.under, this.#options.under?.(row) ?? '');
    drawn.tr.querySelector('[data-action]')?.setAttribute('aria-label', `${this.#options.action.name} ${this.#columns[0].text(row)}`);
  }

  #drawn_at(target) {
    const tr = target.closest('tr');
    return [...this.#drawn.values()].find((one) => one.tr === tr);
  }

  #on_click(event) {
    const drawn = this.#drawn_at(event.target);
    if (!drawn) return;
    this.#active = drawn.key;
    if (event.target.closest('[data-action]')) this.#options.action.run(drawn.row);
    else if (!getSelection().toString()) this.#options.on_open(drawn.row);
  }

  #on_key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#height) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const now = this.#rows.findIndex((row) => this.#options.key(row) === this.#active);
    const next = Math.min(this.#rows.length - 1, Math.max(0, now + step));
    const height = this.#height;
    this.#active = this.#options.key(this.#rows[next]);
    const top = next * height;
    const room = this.element.clientHeight - this.table.tHead.offsetHeight;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (top + height > this.element.scrollTop + room) this.element.scrollTop = top + height - room;
    this.#draw();
    this.focus();
  }
}
