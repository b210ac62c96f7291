// Payloads as text, never more of it than somebody wants to read: a megabyte must not hold up the page. Pure.
import { json } from '../client/json.js';

const TOO_DEEP = 40;

// One line of at most about `limit` characters.
export function line_of(value, limit = 200) {
  const text = write(value, limit, '');
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

// Indented. `cut` says whether there is more of it.
export function pages_of(value, limit = 20000) {
  const text = write(value, limit, '  ');
  return { text: text.length > limit ? text.slice(0, limit) : text, cut: text.length > limit };
}

// "args [1,2]\nkwargs {...}" without the parts that are empty; short ones in one line.
export function parts_of(parts, limit = 20000) {
  const lines = [];
  let cut = false;
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined || is_empty(part)) continue;
    const line = line_of(part, 80);
    const shown = line.endsWith('…') ? pages_of(part, limit) : { text: line, cut: false };
    lines.push(`${name} ${shown.text}`);
    cut ||= shown.cut;
  }
  return { text: lines.join('\n'), cut };
}

export function is_empty(value) {
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0;
}

// About how much memory it takes, counted up to `limit`.
export function size_of(value, limit = 4e6) {
  let size = 0;
  const open = [value];
  while (open.length && size < limit) {
    const one = open.pop();
    size += 16;
    if (typeof one === 'string') size += one.length;
    else if (one instanceof Uint8Array) size += one.length;
    else if (Array.isArray(one)) for (let i = 0; i < one.length && size < limit; size += 1) open.push(one[i++]);
    else if (one && typeof one === 'object') for (const key in one) {
      size += key.length;
      open.push(one[key]);
      if (size >= limit) break;
    }
  }
  return size;
}

// Stops when it has written more than `limit`.
function write(value, limit, indent) {
  const out = [];
  let length = 0;
  const say = (text) => {
    out.push(text);
    length += text.length;
  };
  const leaf = (one) => {
    if (typeof one === 'string') return json.stringify(one.length > limit - length ? one.slice(0, Math.max(0, limit - length) + 1) : one);
    if (one instanceof Uint8Array) return `"(${one.length} bytes)"`;
    return json.stringify(one);
  };
  const walk = (one, depth) => {
    if (length > limit) return;
    if (one === null || typeof one !== 'object' || one instanceof Uint8Array) return say(leaf(one));
    const is_list = Array.isArray(one);
    const [begin, end] = is_list ? '[]' : '{}';
    const keys = is_list ? one : Object.keys(one);
    if (keys.length === 0) return say(begin + end);
    if (depth > TOO_DEEP) return say(`${begin}…${end}`);
    say(begin);
    for (let i = 0; i < keys.length && length <= limit; ++i) {
      if (i) say(',');
      if (indent) say(`\n${indent.repeat(depth + 1)}`);
      if (!is_list) say(`${json.stringify(keys[i])}:${indent ? ' ' : ''}`);
      walk(is_list ? one[i] : one[keys[i]], depth + 1);
    }
    if (indent) say(`\n${indent.repeat(depth)}`);
    say(end);
  };
  walk(value, 0);
  return out.join('');
}
