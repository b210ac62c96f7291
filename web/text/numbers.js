// From the router's counters, which only go up, to what happens now. Pure.

const LEVELS = { p50: 0.5, p99: 0.99 };

// `before` and `now`: answers of wampd.stats.realm.
export function between(before, now) {
  const seconds = (Date.parse(now.now) - Date.parse(before.now)) / 1000;
  if (!(seconds > 0)) return null;
  const per_second = (name) => Math.max(0, now[name] - before[name]) / seconds;
  return {
    calls: per_second('calls'),
    publications: per_second('publications'),
    events: per_second('events'),
    errors: per_second('errors'),
    cpu: (100 * Math.max(0, now.process.cpu_seconds - before.process.cpu_seconds)) / seconds,
    ...quantiles(new_calls(before.call_us, now.call_us)),
  };
}

// Buckets [upper end in µs, calls]; those of the calls in between.
function new_calls(before, now) {
  const old = new Map(before);
  return now.map(([end, calls]) => [end, calls - (old.get(end) ?? 0)]).filter(([, calls]) => calls > 0);
}

// Upper ends of buckets; null without calls. The last bucket has no end: then it is its beginning.
export function quantiles(buckets) {
  const all = buckets.reduce((sum, [, calls]) => sum + calls, 0);
  const found = {};
  for (const [name, level] of Object.entries(LEVELS)) {
    let rest = Math.ceil(level * all);
    let last = null;
    found[name] = null;
    for (const [end, calls] of buckets) {
      last = end ?? last;
      rest -= calls;
      if (rest <= 0) {
        found[name] = all ? last : null;
        break;
      }
    }
  }
  return found;
}

// The last `size` values.
export function push(list, value, size) {
  list.push(value);
  if (list.length > size) list.shift();
  return list;
}
