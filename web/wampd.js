// A small WAMP v2 client for browsers: JSON over WebSocket, no dependencies.
//
//   import { connect } from './wampd.js';
//   const session = await connect({ url: 'wss://example.com/ws', realm: 'realm1', login: { method: 'ticket', authid: 'joe', secret: 'the ticket' } });
//   const result = await session.call('com.example.add', [2, 3]);      // { args, kwargs, details }
//   const subscription = await session.subscribe('com.example.news', (args, kwargs, details) => { ... });
//   session.publish('com.example.news', ['hello']);
//   await session.register('com.example.add', ([a, b]) => a + b);      // or a Result, or throw a WampError
//   await session.leave();
//
// login.method: anonymous (without a login), ticket, wampcra, scram, cryptosign, jwt, cookie, tls. keep_connected() joins again when
// the connection is lost. Copy this file and the folder client/ beside it.
export { connect, Session, Result } from './client/session.js';
export { keep_connected } from './client/reconnect.js';
export { WampError, LoginImpossible } from './client/errors.js';
export { json } from './client/json.js';
