// Autobahn|JS in Node.js.
import { readFileSync } from 'node:fs';
import autobahn from 'autobahn';
import { create_client } from './autobahn_js_session.mjs';
import { emit, serve } from './lines.mjs';
import { create_puppet } from './puppet.mjs';

const CAN = ['exclude_me', 'cancel', 'timeout', 'yield_progress', 'register_options', 'revocation', 'left_reason', 'login', 'certificate'];

serve(
  [
    { name: 'autobahn-js/json', serializer: 'json', can: CAN },
    { name: 'autobahn-js/msgpack', serializer: 'msgpack', can: [...CAN, 'binary'] },
    // The encoder tags bytes (tag 64), which Python's cbor2 does not take for bytes.
    { name: 'autobahn-js/cbor', serializer: 'cbor', can: CAN },
  ],
  create_puppet(create_client(autobahn, readFileSync), emit),
);
