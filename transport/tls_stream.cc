#include "transport/tls_stream.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "transport/certificate.h"

namespace transport {
namespace {

using Outcome = Transfer::Outcome;

constexpr char handshake_record = 0x16;
// The longest that one record carries, and one write to the socket.
constexpr size_t max_record = SSL3_RT_MAX_PLAIN_LENGTH;

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

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int descriptor)
    : context_(std::move(context)), descriptor_(descriptor), ssl_(context_->new_stream()) {
  if (!ssl_ || SSL_set_fd(ssl_, descriptor) != 1) broken_ = true;
}

TlsStream::~TlsStream() {
  SSL_free(ssl_);
}

// False: it does not; or nothing is there yet, which the caller sees from checked_start_.
bool TlsStream::begins_as_tls() {
  char first = 0;
  if (::recv(descriptor_, &first, 1, MSG_PEEK) != 1) return true;  // the read tells
  checked_start_ = true;
  if (first == handshake_record) return true;
  peer_speaks_http_ = std::isalpha(static_cast<unsigned char>(first));
  failure_ =
      peer_speaks_http_ ? "it speaks HTTP without TLS, where TLS is expected" : "it does not speak TLS";
  return false;
}

Transfer TlsStream::read(std::span<char> into) {
  holds_input_ = false;
  if (end_) return *end_;
  if (broken_) return {Outcome::failed, 0, 0};
  if (!checked_start_ && !begins_as_tls()) {
    broken_ = true;
    return {Outcome::failed, 0, 0};
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
    const Transfer unread = unmoved(result, read_waits_for_output_);
    if (size == 0) return unread;
    if (unread.outcome != Outcome::would_block) end_ = unread;
    break;
  }
  established_ = true;
  holds_input_ = end_ || size == into.size();
  return {Outcome::done, size, 0};
}

// OpenSSL wants a write that would have blocked to be repeated with at least the same bytes: the queue above
// begins with them again, and has only grown.
Transfer TlsStream::write(std::span<const iovec> parts) {
  if (broken_) return {Outcome::failed, 0, 0};
  Record scratch;
  size_t written = 0;
  size_t skipped = 0;  // bytes of the first part that are written
  while (!parts.empty()) {
    const auto record = next_record(parts, skipped, scratch);
    size_t taken = 0;
    ERR_clear_error();
    if (const int result = SSL_write_ex(ssl_, record.data(), record.size(), &taken); result != 1) {
      const Transfer unwritten = unmoved(result, write_waits_for_input_);
      if (written == 0) return unwritten;
      break;
    }
    written += taken;
    for (skipped += taken; !parts.empty() && skipped >= parts[0].iov_len; parts = parts.subspan(1))
      skipped -= parts[0].iov_len;
  }
  return {Outcome::done, written, 0};
}

Transfer TlsStream::unmoved(int result, bool& waits_for_other) {
  const int error = errno;
  established_ = established_ || SSL_is_init_finished(ssl_);
  const bool reading = &waits_for_other == &read_waits_for_output_;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      waits_for_other = !reading;
      return {Outcome::would_block, 0, 0};
    case SSL_ERROR_WANT_WRITE:
      waits_for_other = reading;
      return {Outcome::would_block, 0, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::ended, 0, 0};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      if (error == 0) return {Outcome::ended, 0, 0};
      return {Outcome::failed, 0, error};
    default:
      failure_ = reason_of_failure();
      broken_ = true;
      return {Outcome::failed, 0, 0};
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
  std::array<unsigned char, EVP_MAX_MD_SIZE> message{};
  const size_t size = of_client ? SSL_get_peer_finished(ssl_, message.data(), message.size())
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
