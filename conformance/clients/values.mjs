// Payload values as they travel between runner and client program, in JSON: what JSON cannot say is tagged.
// {"$int": "18446744073709551615"}, {"$bin": "00ff"}; everything else stands for itself (runner/values.py is the other end).

export function from_runner(value) {
  if (Array.isArray(value)) return value.map(from_runner);
  if (value === null || typeof value !== 'object') return value;
  if ('$int' in value) return BigInt(value.$int);
  if ('$float' in value) return Number(value.$float);
  if ('$bin' in value) return new Uint8Array(value.$bin.match(/../g)?.map((byte) => parseInt(byte, 16)) ?? []);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, from_runner(item)]));
}

export function to_runner(value) {
  if (typeof value === 'bigint') return { $int: String(value) };
  if (value instanceof Uint8Array) return { $bin: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  if (Array.isArray(value)) return value.map(to_runner);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, to_runner(item)]));
}
