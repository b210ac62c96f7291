// What binds an authentication to the TLS connection over which it came (RFC 5056).
#pragma once

#include <cstdint>

namespace transport {

enum class ChannelBinding : uint8_t {
  // RFC 9266: 32 bytes. TLS 1.3, and TLS 1.2 with the extended master secret.
  tls_exporter,
  // SHA-256 (32 bytes, as WAMP wants them; Autobahn and Crossbar hash it too) of RFC 5929's tls-unique: of
  // the first Finished message, in a full handshake the client's. TLS 1.2 with the extended master secret,
  // and TLS 1.3: no RFC defines it there, but clients ask for it over whatever TLS they have, and
  // every handshake here is a full one, so the message depends on keys and certificates of both ends.
  tls_unique,
  // The same of the other Finished message, in a full handshake the server's: what Autobahn|Python on Twisted
  // and Crossbar take for tls-unique.
  tls_unique_second,
};

}  // namespace transport
