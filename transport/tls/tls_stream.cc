#include "transport/tls/tls_stream.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "transport/memory/allocated.h"
#include "transport/tls/certificate.h"

namespace transport {
namespace {

using Outcome = Transfer::Outcome;

constexpr char handshake_record = 0x16, alert_record = 0x15;
// The longest that one record carries, and one write to the socket.
constexpr size_t max_record = SSL3_RT_MAX_PLAIN_LENGTH;
// A record, or the handshake with its certificates; more only if the peer takes nothing and makes us talk.
constexpr size_t max_unsent = 256 * 1024;

using Record = std::array<char, max_record>;

// What is written next, as one record if it can be: long parts as they are, short ones side by side.
std::span<const char> next_record(std::span<const iovec> parts, size_t skipped, Record& scratch) {
  const auto rest_of = [&](size_t i) {
    const size_t from = i == 0 ? skipped : 0;
    return std::span(static_cast<const char*>(parts[i].iov_base) + from, parts[i].iov_len - from);
  };
  if (parts.size() == 1 || rest_of(0).size() >= max_record)
    return rest_of(0).first(std::min(rest_of(0).size(), max_record));
  size_t size = 0;
  for (size_t i = 0; i < parts.size() && size < max_record; ++i) {
    const auto rest = rest_of(i);
    const size_t taken = std::min(rest.size(), max_record - size);
    std::memcpy(scratch.data() + size, rest.data(), taken);
    size += taken;
  }
  return std::span(scratch).first(size);
}

std::string sha256(std::span<const unsigned char> bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

}  // namespace

struct TlsStream::Output {
  static int write(BIO* bio, const char* bytes, size_t size, size_t* written) {
    *written = size;
    return static_cast<TlsStream*>(BIO_get_data(bio))->send({bytes, size});
  }
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH; }
  static BIO_METHOD* method() {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "output");
    BIO_meth_set_write_ex(made, write);
    BIO_meth_set_ctrl(made, control);
    return made;
  }
  static BIO* bio(TlsStream& stream) {
    static const BIO_METHOD* const shared = method();
    BIO* const made = BIO_new(shared);
    if (!made) return nullptr;
    BIO_set_data(made, &stream);
    BIO_set_init(made, 1);
    return made;
  }
};

TlsStream::TlsStream(const std::shared_ptr<const TlsContext>& context, int descriptor)
    : TlsStream(context, context->new_stream(), descriptor) {}

TlsStream::TlsStream(const std::shared_ptr<const TlsClient>& client, const std::string& server,
                     int descriptor)
    : TlsStream(client, client->new_stream(server), descriptor) {
  if (broken_) return;
  // Nothing is read here: how the answer begins is looked at first.
  BIO* const input = SSL_get_rbio(ssl_);
  BIO* const nothing = BIO_new(BIO_s_mem());
  if (!nothing || BIO_up_ref(input) != 1) {
    BIO_free(nothing);
    break_off({Outcome::failed, 0, ENOMEM});
    return;
  }
  SSL_set0_rbio(ssl_, nothing);
  ERR_clear_error();
  if (const int result = SSL_do_handshake(ssl_); result != 1) unmoved(result);
  SSL_set0_rbio(ssl_, input);
}

TlsStream::TlsStream(std::shared_ptr<const void> context, ssl_st* owned, int descriptor)
    : context_(std::move(context)), descriptor_(descriptor), ssl_(owned) {
  BIO* const input = BIO_new_socket(descriptor, BIO_NOCLOSE);
  BIO* const output = Output::bio(*this);
  if (ssl_ && input && output) {
    SSL_set_bio(ssl_, input, output);
  } else {
    BIO_free(input);
    BIO_free(output);
    break_off({Outcome::failed, 0, ENOMEM});
  }
}

TlsStream::~TlsStream() {
  SSL_free(ssl_);
}

// What OpenSSL wants to be sent. False, with errno, if the peer is gone or takes nothing at all.
bool TlsStream::send(std::span<const char> bytes) {
  if (!send_unsent()) return false;
  if (unsent_.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
    bytes = bytes.subspan(static_cast<size_t>(std::max(sent, ssize_t{0})));
  }
  if (unsent_.size() + bytes.size() > max_unsent) {
    errno = ENOBUFS;
    return false;
  }
  unsent_.append(bytes.data(), bytes.size());
  return true;
}

bool TlsStream::send_unsent() {
  if (unsent_.empty()) return true;
  const ssize_t sent = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (static_cast<size_t>(sent) == unsent_.size())
    give_back(unsent_);
  else
    unsent_.erase(0, static_cast<size_t>(sent));
  return true;
}

// By the peer's first byte.
bool TlsStream::begins_as_tls(char first) {
  checked_start_ = true;
  if (first == handshake_record || (first == alert_record && !SSL_is_server(ssl_))) return true;
  peer_speaks_http_ = std::isalpha(static_cast<unsigned char>(first));
  failure_ =
      peer_speaks_http_ ? "it speaks HTTP without TLS, where TLS is expected" : "it does not speak TLS";
  return false;
}

Transfer TlsStream::read(std::span<char> into) {
  holds_input_ = false;
  if (end_) return *end_;
  if (broken_) return *broken_;
  if (read_waits_for_output() && !send_unsent()) return break_off({Outcome::failed, 0, errno});
  if (!checked_start_) {
    char first = 0;
    const ssize_t size = ::recv(descriptor_, &first, 1, MSG_PEEK);
    // What comes now must not be read unseen.
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
      return {Outcome::would_block, 0, 0};
    if (size == 1 && !begins_as_tls(first)) return break_off({Outcome::failed, 0, 0});
  }
  size_t size = 0;
  while (size < into.size()) {
    size_t got = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_, into.data() + size, into.size() - size, &got);
    if (result == 1) {
      size += got;
      continue;
    }
    const Transfer unread = unmoved(result);
    if (size == 0) return unread;
    if (unread.outcome != Outcome::would_block) end_ = unread;
    break;
  }
  established_ = true;
  holds_input_ = end_ || size == into.size();
  return {Outcome::done, size, 0};
}

// A record of which something is unsent counts as written when it is sent: until then the queue above, which
// goes on beginning with its payload, must not think that all is out.
Transfer TlsStream::write(std::span<const iovec> parts) {
  if (broken_) return *broken_;
  if (!send_unsent()) return break_off({Outcome::failed, 0, errno});
  Record scratch;
  size_t written = 0;
  size_t skipped = 0;  // bytes of the first part that are done
  const auto pass_over = [&](size_t size) {
    written += size;
    for (skipped += size; !parts.empty() && skipped >= parts[0].iov_len; parts = parts.subspan(1))
      skipped -= parts[0].iov_len;
  };
  while (unsent_.empty()) {
    pass_over(std::exchange(unsent_payload_, 0));
    if (parts.empty()) return {Outcome::done, written, 0};
    const auto record = next_record(parts, skipped, scratch);
    ERR_clear_error();
    if (const int result = SSL_write_ex(ssl_, record.data(), record.size(), &unsent_payload_); result != 1)
      return unmoved(result);
  }
  return {written > 0 ? Outcome::done : Outcome::would_block, written, 0};
}

Transfer TlsStream::break_off(Transfer answer) {
  broken_ = answer;
  return answer;
}

Transfer TlsStream::unmoved(int result) {
  const int error = errno;
  established_ = established_ || SSL_is_init_finished(ssl_);
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::would_block, 0, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::ended, 0, 0};
    case SSL_ERROR_SYSCALL:
      return break_off({error == 0 ? Outcome::ended : Outcome::failed, 0, error});
    default:
      failure_ = reason_of_failure();
      return break_off({Outcome::failed, 0, 0});
  }
}

std::string TlsStream::reason_of_failure() const {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason ? reason : "unknown error";
  const long verified = SSL_get_verify_result(ssl_);
  if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED && verified != X509_V_OK)
    text = std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verified);
  return "TLS: " + text;
}

void TlsStream::close_notify() {
  if (!established_ || broken_ || closed_) return;
  closed_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

std::string TlsStream::protocol() const {
  return SSL_get_version(ssl_);
}

std::string TlsStream::channel_binding(ChannelBinding type) const {
  // Without it a connection can be made to have the same secret as another one (RFC 7627).
  const bool unique = SSL_version(ssl_) >= TLS1_3_VERSION || SSL_get_extms_support(ssl_) == 1;
  if (!established_ || !unique) return "";
  if (type == ChannelBinding::tls_exporter) {
    constexpr std::string_view label = "EXPORTER-Channel-Binding";
    std::string secret(32, '\0');
    const int done = SSL_export_keying_material(ssl_, reinterpret_cast<unsigned char*>(secret.data()),
                                                secret.size(), label.data(), label.size(), nullptr, 0, 0);
    return done == 1 ? secret : "";
  }
  // The client's Finished message is the first one, unless a session is resumed.
  const bool of_client = (type == ChannelBinding::tls_unique) != (SSL_session_reused(ssl_) == 1);
  const bool of_peer = of_client == (SSL_is_server(ssl_) == 1);
  std::array<unsigned char, EVP_MAX_MD_SIZE> message{};
  const size_t size = of_peer ? SSL_get_peer_finished(ssl_, message.data(), message.size())
                              : SSL_get_finished(ssl_, message.data(), message.size());
  return size == 0 ? "" : sha256(std::span(message).first(size));
}

std::shared_ptr<const ClientCertificate> TlsStream::client_certificate() {
  if (client_certificate_ || !established_) return client_certificate_;
  X509* const certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate && SSL_get_verify_result(ssl_) == X509_V_OK)
    client_certificate_ = std::make_shared<const ClientCertificate>(read_client_certificate(certificate));
  return client_certificate_;
}

}  // namespace transport
