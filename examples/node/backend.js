// A back end in Node.js: offers the procedure com.example.greet, which takes keyword arguments and fails in its own words.
//
//   ./run                                   the router, in a terminal of its own
//   cd examples/node && npm install         gets Autobahn|JS
//   node backend.js                         or, for another router: node backend.js ws://127.0.0.1:8080/ws
const autobahn = require('autobahn');

const connection = new autobahn.Connection({ url: process.argv[2] ?? 'ws://127.0.0.1:8080/ws', realm: 'realm1' });

function greet(args, kwargs) {
  if (!kwargs.name) throw new autobahn.Error('com.example.error.no_name', ['whom shall I greet?']);
  return `Hello, ${kwargs.name}!`;
}

connection.onopen = async (session, details) => {
  await session.register('com.example.greet', greet);
  console.log(`joined ${details.realm ?? 'realm1'}: com.example.greet is there`);
};
connection.onclose = (reason) => console.log(`connection ${reason}; trying again`);
connection.open();
