// A router for the tests of one file: copy this beside them.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { createInterface } = require('node:readline');

// The URL of a router of its own, and how to end it; it ends with this process, too. Needs wampd, whose options
// may be given: startRouter('--chaos', 'drop=1%').
exports.startRouter = async (...options) => {
  const router = spawn('wampd', ['--ephemeral', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(router.stdout), 'line');
  const { url } = JSON.parse(line).paths.find(({ type }) => type === 'websocket');
  return { url, stop: () => router.kill() };
};
