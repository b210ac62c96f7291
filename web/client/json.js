// WAMP's JSON: integers beyond 2^53 become BigInt, and bytes travel as "\0" + base64.

export const json = {
  parse: (text) => JSON.parse(text, (key, value, source) => revive(value, source?.source)),
  stringify: (value, indent) => JSON.stringify(value, (key, item) => replace(item), indent),
};

function revive(value, source) {
  if (typeof value === 'number' && source && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return BigInt(source);
  if (typeof value === 'string' && value.startsWith('\0')) {
    try {
      return from_base64(value.slice(1));
    } catch {
      return value; // a string that merely starts with NUL
    }
  }
  return value;
}

function replace(value) {
  if (typeof value === 'bigint') return JSON.rawJSON ? JSON.rawJSON(String(value)) : Number(value);
  if (value instanceof Uint8Array) return `\0${to_base64(value)}`;
  return value;
}

export function from_base64(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

export function to_base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export function from_hex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

export function to_hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
