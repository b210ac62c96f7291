// How long calls take, over time: the median, and what one in a hundred exceeds. Drawn by uPlot, which index.html loads.
import { h, set_text } from './dom.js';
import { micros } from '../text/format.js';
import { push } from '../text/numbers.js';

const HEIGHT = 240;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600]; // seconds between two labels
const uPlot = globalThis.uPlot;

// 1, 10, 100 ... from the one to the other
function powers(low, high) {
  const all = [];
  for (let power = Math.round(Math.log10(low)); power <= Math.round(Math.log10(high)); ++power) all.push(10 ** power);
  return all;
}

export class LatencyPlot {
  #data = [[], [], []]; // seconds, p50, p99
  #plot = null;
  #size;

  constructor(size) {
    this.#size = size;
    this.place = h('div', { class: 'plot', role: 'img', 'aria-label': 'p50 and p99 of calls over the last minutes' });
    this.none = h('p', { class: 'quiet none' }, 'No calls since this panel was opened. Make one in ', h('a', { href: '#try' }, 'Try it'), '.');
    this.said = h('p', { class: 'quiet legend' });
    this.element = h('section', { class: 'card chart', 'aria-labelledby': 'latency-title' },
      h('header', {}, h('h2', { id: 'latency-title' }, 'Duration of calls'), this.said), this.none, this.place);
    this.probe = h('span', { class: 'unseen' });
    this.element.append(this.probe);
    new ResizeObserver(() => this.#resize()).observe(this.place);
    document.addEventListener('themechange', () => this.#redraw());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#redraw());
  }

  add(seconds, p50, p99) {
    [seconds, p50, p99].forEach((value, i) => push(this.#data[i], value, this.#size));
    const last = this.#data[1].findLastIndex((value) => value !== null);
    this.none.hidden = last >= 0;
    this.place.hidden = last < 0;
    if (last < 0) return;
    this.said.replaceChildren(h('span', { class: 'key p50' }, 'p50 ', h('b', {}, micros(this.#data[1][last]))), h('span', { class: 'key p99' }, 'p99 ', h('b', {}, micros(this.#data[2][last]))));
    this.place.setAttribute('aria-label', `Calls take ${micros(this.#data[1][last])} in the median, ${micros(this.#data[2][last])} at the 99th percentile`);
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#make();
  }

  clear() {
    for (const values of this.#data) values.length = 0;
    this.said.replaceChildren();
    this.none.hidden = false;
    this.place.hidden = true;
  }

  #color(name) {
    this.probe.style.color = `var(--${name})`;
    return getComputedStyle(this.probe).color;
  }

  #make() {
    const axis = { stroke: () => this.#color('quiet'), grid: { stroke: () => this.#color('line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const series = (name) => ({ stroke: () => this.#color(name), width: 2, spanGaps: false, points: { size: 5, fill: () => this.#color(name) } });
    this.#plot = new uPlot({
      width: this.place.clientWidth || 600,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 30, 0, 0],
      cursor: { points: { size: 7 }, y: false, drag: { x: false, y: false } },
      scales: { y: { distr: 3, log: 10, range: (_, low, high) => [10 ** Math.floor(Math.log10(Math.max(1, low))), 10 ** Math.ceil(Math.log10(Math.max(10, high * 1.01)))] } },
      axes: [
        { ...axis, space: 110, incrs: STEPS, size: 34, gap: 10, values: (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toTimeString().slice(0, 8)) },
        { ...axis, size: 62, splits: (_, axis_index, low, high) => powers(low, high), values: (_, ticks) => ticks.map(micros) },
      ],
      series: [{}, series('p50'), series('p99')],
      hooks: { setCursor: [(plot) => this.#on_cursor(plot.cursor.idx)] },
    }, this.#data, this.place);
  }

  #on_cursor(index) {
    const [seconds, p50, p99] = this.#data.map((values) => values[index ?? -1]);
    this.place.title = seconds === undefined || p50 === null ? '' : `${new Date(seconds * 1000).toTimeString().slice(0, 8)}: p50 ${micros(p50)}, p99 ${micros(p99)}`;
  }

  #resize() {
    const width = this.place.clientWidth;
    if (this.#plot && width && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #redraw() {
    this.#plot?.redraw();
  }
}
