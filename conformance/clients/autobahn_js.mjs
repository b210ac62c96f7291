// Autobahn|JS in Node.js.
import autobahn from 'autobahn';
import { create_client } from './autobahn_js_session.mjs';
import { emit, serve } from './lines.mjs';
import { create_puppet } from './puppet.mjs';

serve(
  [
    { name: 'autobahn-js/json', serializer: 'json', can: ['exclude_me'] },
    { name: 'autobahn-js/msgpack', serializer: 'msgpack', can: ['exclude_me', 'binary'] },
    { name: 'autobahn-js/cbor', serializer: 'cbor', can: ['exclude_me', 'binary'] },
  ],
  create_puppet(create_client(autobahn), emit),
);
