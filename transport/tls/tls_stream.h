// The TLS of one connection, between its descriptor and what is above (OpenSSL 3).
//
// Lives on its connection's loop, and moves with it to another one. The handshake is part of the first reads.
// Whatever the peer does ends as Outcome::ended or Outcome::failed, and failure() tells why.
//
// OpenSSL's writes never block: what the socket does not take of a record is kept here. Otherwise a peer that
// asks for new keys, which OpenSSL answers at once, breaks the record that is half written.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include <sys/uio.h>

#include "transport/tls/channel_binding.h"
#include "transport/tls/client_certificate.h"
#include "transport/tls/tls.h"
#include "transport/tls/tls_client.h"
#include "transport/tls/transfer.h"

struct ssl_st;

namespace transport {

class TlsStream {
 public:
  // The server's side. The descriptor must be non-blocking and is not owned.
  TlsStream(const std::shared_ptr<const TlsContext>& context, int descriptor);
  // The client's, which begins to speak at once: nothing may be written until it is established. `server` as
  // in TlsClient::new_stream().
  TlsStream(const std::shared_ptr<const TlsClient>& client, const std::string& server, int descriptor);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // All that is there and has room, at once.
  Transfer read(std::span<char> into);
  Transfer write(std::span<const iovec> parts);

  // The handshake goes on when the peer has taken what it was told.
  bool read_waits_for_output() const { return !established_ && !unsent_.empty(); }
  // The next read() has something to say, even if the descriptor has not.
  bool holds_input() const { return holds_input_; }

  // Tells the peer that no more is sent, if it can be told now.
  void close_notify();

  // Something has come from the peer.
  bool heard() const { return checked_start_; }
  // The handshake is done.
  bool established() const { return established_; }
  // "TLSv1.3".
  std::string protocol() const;
  // The peer began with a letter: not TLS, but HTTP.
  bool peer_speaks_http() const { return peer_speaks_http_; }
  const std::string& failure() const { return failure_; }

  // Of an established stream; "" if there is none of that type.
  std::string channel_binding(ChannelBinding type) const;
  // Null if the client has shown none; kept from the first call on.
  std::shared_ptr<const ClientCertificate> client_certificate();

 private:
  // `owned`: null if there is no memory.
  TlsStream(std::shared_ptr<const void> context, ssl_st* owned, int descriptor);

  struct Output;  // OpenSSL's way to send()
  bool send(std::span<const char> bytes);
  bool send_unsent();
  bool begins_as_tls(char first);
  Transfer break_off(Transfer answer);
  Transfer unmoved(int result);
  std::string reason_of_failure() const;

  const std::shared_ptr<const void> context_;  // is kept
  const int descriptor_;
  ssl_st* const ssl_;
  std::optional<Transfer> end_;     // met behind bytes that had to be given first
  std::optional<Transfer> broken_;  // OpenSSL must not be asked any more: the answer to everything
  std::string unsent_;
  size_t unsent_payload_ = 0;  // of the parts given to write(), not yet reported as written
  std::string failure_;
  std::shared_ptr<const ClientCertificate> client_certificate_;
  bool checked_start_ = false;
  bool peer_speaks_http_ = false;
  bool holds_input_ = false;
  bool established_ = false;
  bool closed_ = false;
};

}  // namespace transport
