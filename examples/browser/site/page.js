import { keep_connected } from './wampd/wampd.js';

const $ = (selector) => document.querySelector(selector);
let session = null;

$('#login').onsubmit = (event) => {
  event.preventDefault();
  const { name, ticket } = event.target.elements;
  const login = { method: 'ticket', authid: name.value, secret: ticket.value };
  ticket.value = '';
  keep_connected({ url: `wss://${location.host}/ws`, realm: 'realm1', login }, {
    on_join: begin,
    on_wait: (wait_ms) => show(`The connection is lost; trying again in ${Math.ceil(wait_ms / 1000)} s.`),
    on_end: (error) => show(`Not logged in: ${error?.message ?? 'bye'}.`),
  });
};

// Each time that it has joined: a subscription ends with its session.
async function begin(joined) {
  session = joined;
  show(`Joined as ${session.details.authid} with role ${session.details.authrole}.`);
  await session.subscribe('com.example.time', ([time]) => { $('#time').textContent = time; });
}

function show(state) {
  $('#state').textContent = state;
  $('#add').hidden = !session?.open;
  $('#login').hidden = Boolean(session?.open);
}

$('#add').onsubmit = async (event) => {
  event.preventDefault();
  const { a, b } = event.target.elements;
  try {
    const { args: [sum] } = await session.call('com.example.add', [Number(a.value), Number(b.value)], {}, { timeout: 5000 });
    $('#sum').textContent = sum;
  } catch (error) {
    $('#sum').textContent = error.message; // a WampError has uri, args and kwargs, too
  }
};
