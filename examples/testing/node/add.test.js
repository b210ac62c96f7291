// A test with Autobahn|JS at a router of its own.
//
//   npm install autobahn && node --test
const assert = require('node:assert');
const { after, before, test } = require('node:test');
const autobahn = require('autobahn');
const { startRouter } = require('./router.js');

let router, connection, session;

before(async () => {
  router = await startRouter();
  connection = new autobahn.Connection({ url: router.url, realm: 'realm1' });
  session = await new Promise((resolve) => {
    connection.onopen = resolve;
    connection.open();
  });
});

after(() => {
  connection.close();
  router.stop();
});

test('numbers are added', async () => {
  await session.register('com.example.add', ([a, b]) => a + b);
  assert.strictEqual(await session.call('com.example.add', [2, 3]), 5);
});
