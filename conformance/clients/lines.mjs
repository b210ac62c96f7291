// The runner's requests come as lines of JSON on standard input, answers and events go as lines to standard output.
import { createInterface } from 'node:readline';

export function emit(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

// `variants`: what this program can be joined with, see runner/client.py. Ends when the runner closes the input.
export function serve(variants, carry_out) {
  // Libraries that print belong on standard error.
  console.log = console.warn = console.info = console.debug = console.error;
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => carry_out(JSON.parse(line)));
  input.on('close', () => process.exit(0));
  emit({ variants });
}
