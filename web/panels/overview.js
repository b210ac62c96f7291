// What the realm does now, in eight numbers with their last minutes, and how long its calls take.
import { h, set_text } from '../parts/dom.js';
import * as format from '../text/format.js';
import { between, push } from '../text/numbers.js';
import { Poll } from '../parts/poll.js';
import { Spark } from '../parts/spark.js';
import { LatencyPlot } from '../parts/latency_plot.js';
import { failed, is_denied, waiting } from '../parts/states.js';

const EVERY_MS = 2000;
const KEPT = 150; // samples

// name, what it shows of { now, rates }, how, and what stands below
const TILES = [
  ['Sessions', ({ now }) => now.sessions, format.count, ({ now }) => `${format.count(now.registrations)} registrations, ${format.count(now.subscriptions)} subscriptions`],
  ['Calls per second', ({ rates }) => rates.calls, format.rate, ({ now }) => `${format.count(now.calls)} in all, ${format.count(now.calls_in_flight)} in flight`],
  ['Publications per second', ({ rates }) => rates.publications, format.rate, ({ now }) => `${format.count(now.publications)} in all, ${format.count(now.retained_events)} kept`],
  ['Events per second', ({ rates }) => rates.events, format.rate, ({ now }) => `${format.count(now.events)} in all, ${format.count(now.lost)} lost`],
  ['Failed calls per second', ({ rates }) => rates.errors, format.rate, ({ now }) => `${format.count(now.errors)} in all, ${format.count(now.denials)} denials`],
  ['CPU', ({ rates }) => rates.cpu, (value) => `${value.toFixed(value < 10 ? 1 : 0)} %`, () => 'of one core, whole process'],
  ['Memory', ({ now }) => now.process.memory_bytes, format.bytes, () => 'whole process'],
  ['Queued', ({ now }) => now.queued, format.bytes, () => 'waits for slow peers'],
];

export default function overview(app) {
  const tiles = TILES.map(([name, value, text, below]) => {
    const spark = new Spark();
    const number = h('dd', { class: 'value' }, '–');
    const more = h('dd', { class: 'below' });
    return { value, text, below, spark, number, more, values: [], element: h('div', { class: 'tile' }, h('dt', {}, name), number, more, spark.element) };
  });
  const plot = new LatencyPlot(KEPT);
  const about = h('p', { class: 'quiet about' });
  const board = h('div', { class: 'board', hidden: true }, h('dl', { class: 'tiles' }, tiles.map(({ element }) => element)), plot.element);
  const state = h('div', {}, waiting());
  const element = h('section', { class: 'panel' }, h('header', { class: 'head' }, h('h1', {}, 'Overview'), about), state, board);
  const poll = new Poll(EVERY_MS, look);
  let before = null;

  async function look() {
    if (!app.session) return true;
    let now;
    try {
      now = await app.ask('wampd.stats.realm');
    } catch (error) {
      if (app.session) show_failure(error);
      return !is_denied(error);
    }
    state.replaceChildren();
    board.hidden = false;
    set_text(about, `${now.realm} on wampd ${now.process.version}, counting for ${format.duration((Date.parse(now.now) - Date.parse(now.since)) / 1000)}`);
    const rates = before && between(before, now);
    before = now;
    show_numbers({ now, rates: rates ?? { calls: 0, publications: 0, events: 0, errors: 0, cpu: 0 } }, rates !== null);
    if (rates) plot.add(Date.parse(now.now) / 1000, rates.p50, rates.p99);
    return true;
  }

  function show_numbers(sample, has_rates) {
    for (const tile of tiles) {
      const value = tile.value(sample);
      if (has_rates) push(tile.values, value, KEPT);
      set_text(tile.number, tile.text(value));
      set_text(tile.more, tile.below(sample));
      tile.spark.show(tile.values);
    }
  }

  function show_failure(error) {
    board.hidden = true;
    set_text(about, '');
    state.replaceChildren(failed(app, error, 'wampd.stats.realm'));
  }

  return {
    element,
    show: () => poll.start(),
    hide: () => poll.stop(),
    joined() {
      before = null;
      poll.now();
    },
    forget() {
      for (const tile of tiles) tile.values.length = 0;
      plot.clear();
      board.hidden = true;
      set_text(about, '');
      state.replaceChildren(waiting());
    },
  };
}
