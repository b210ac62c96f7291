// A client in Node.js: calls the procedures of ../python/backend.py and backend.js, and waits for one event.
//
//   node client.js                          or, for another router: node client.js ws://127.0.0.1:8080/ws
const autobahn = require('autobahn');

const connection = new autobahn.Connection({ url: process.argv[2] ?? 'ws://127.0.0.1:8080/ws', realm: 'realm1' });

connection.onopen = async (session) => {
  const sum = await session.call('com.example.add', [2, 3]);
  console.log(`2 + 3 = ${sum}`);

  console.log(await session.call('com.example.greet', [], { name: 'Ada' }));

  try {
    await session.call('com.example.greet');
  } catch (error) {
    console.log(`${error.error}: ${error.args[0]}`);
  }

  await session.subscribe('com.example.time', ([time]) => {
    console.log(`it is ${time}`);
    connection.close();
  });
};
connection.onclose = () => true; // do not try again
connection.open();
