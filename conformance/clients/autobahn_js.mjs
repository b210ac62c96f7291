// Autobahn|JS in Node.js.
import autobahn from 'autobahn';
import { create_client } from './autobahn_js_session.mjs';
import { emit, serve } from './lines.mjs';
import { create_puppet } from './puppet.mjs';

serve(
  [
    { name: 'autobahn-js/json', serializer: 'json', can: ['exclude_me'] },
    { name: 'autobahn-js/msgpack', serializer: 'msgpack', can: ['exclude_me', 'binary'] },
    // The encoder tags bytes (tag 64), which Python's cbor2 does not take for bytes.
    { name: 'autobahn-js/cbor', serializer: 'cbor', can: ['exclude_me'] },
  ],
  create_puppet(create_client(autobahn), emit),
);
