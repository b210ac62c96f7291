// Numbers and times as people read them. Pure.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

// 12,345
export function count(number) {
  return number === undefined || number === null ? '' : grouped.format(number);
}

// 950, 12.3 k, 4.6 M: where there is little room.
export function short_count(number) {
  return scaled(number, 1000, ['', ' k', ' M', ' G', ' T'], 9999);
}

// 0, 0.4, 12.5, 1,234: per second
export function rate(number) {
  if (!number) return '0';
  if (number < 0.05) return '<0.1';
  return number < 100 ? number.toFixed(1) : short_count(number);
}

export function bytes(number) {
  return scaled(number, 1000, [' B', ' kB', ' MB', ' GB', ' TB'], 999);
}

function scaled(number, base, units, plain) {
  if (number <= plain) return `${grouped.format(number)}${units[0]}`;
  let unit = 0;
  while (number >= base && unit < units.length - 1) {
    number /= base;
    unit += 1;
  }
  return `${number < 10 ? number.toFixed(2) : number < 100 ? number.toFixed(1) : number.toFixed(0)}${units[unit]}`;
}

// 64 µs, 1.02 ms, 3.1 s
export function micros(number) {
  if (number === undefined || number === null) return '–';
  if (number < 1000) return `${number.toFixed(0)} µs`;
  if (number < 1e6) return `${digits(number / 1000)} ms`;
  return `${digits(number / 1e6)} s`;
}

function digits(number) {
  return number < 10 ? number.toFixed(1) : number.toFixed(0);
}

// 5 s, 12 min, 3 h 05 min, 2 d 4 h
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// 13:05:09 today, and before that 2026-11-30 13:05:09, in the reader's own time
export function clock(time, now = new Date()) {
  const date = new Date(time);
  const two = (number) => String(number).padStart(2, '0');
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === now.toDateString()) return hours;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${hours}`;
}
