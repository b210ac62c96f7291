#include "crypto/crypto.h"
#include "router/auth/proofs/proof.h"
#include "text/base64.h"
#include "wamp/attributes.h"

namespace router::auth {

using namespace crypto;

namespace {

constexpr size_t scram_nonce_size = 16;
constexpr size_t max_nonce = 255;

class Scram final : public Proof {
 public:
  explicit Scram(std::string_view name) : as_specified_(name == "wamp-scram") {}

  std::variant<wamp::Dict, BadHello> challenge(const Applicant& applicant,
                                               const config::Principal& principal) override {
    wamp::Attributes asked(applicant.authextra, "HELLO.Details.authextra");
    const std::string client_nonce(asked.string("nonce").value_or(""));
    binding_ = asked.string("channel_binding").value_or("");
    if (asked.error()) return BadHello{asked.error()->message};
    if (client_nonce.empty() || client_nonce.size() > max_nonce || !text::from_base64(client_nonce))
      return BadHello{"HELLO.Details.authextra.nonce: expected octets in base64"};
    if (binding_ == "tls-exporter")
      if (const auto data = applicant.channel_bindings(binding_); !data.empty()) binding_data_ = data.front();
    if (!binding_.empty() && binding_data_.empty())
      return BadHello{"this connection has no channel binding \"" + binding_ + "\""};

    // Base64 as a whole: the client's octets, then ours.
    nonce_ = text::to_base64(*text::from_base64(client_nonce) + random_bytes(scram_nonce_size));
    if (as_specified_) nonce_ = client_nonce + text::to_base64(random_bytes(scram_nonce_size));
    const std::string salt = text::to_base64(principal.salt);
    message_ = "n=" + (as_specified_ ? scram_name(applicant.authid) : applicant.authid) +
               ",r=" + client_nonce + ",r=" + nonce_ + ",s=" + salt +
               ",i=" + std::to_string(principal.iterations);
    return challenge_extra(principal, salt);
  }

  bool verify(const wamp::Authenticate& answer, const config::Principal& principal,
              wamp::Dict& welcome) override {
    message_ +=
        ",c=" + (as_specified_ ? text::to_base64(header() + binding_data_) : std::string()) + ",r=" + nonce_;
    const std::string server_signature = text::to_base64(hmac_sha256(principal.server_key, message_));
    welcome.set("verifier", "v=" + server_signature);
    welcome.set("scram_server_signature", server_signature);

    const std::string proof = text::from_base64(answer.signature).value_or("");
    const std::string client_signature = hmac_sha256(principal.stored_key, message_);
    const bool well_formed = proof.size() == client_signature.size() && repeats_what_was_agreed(answer.extra);
    const std::string client_key = exclusive_or(client_signature, well_formed ? proof : client_signature);
    return equal_secrets(sha256(client_key), principal.stored_key) && well_formed;
  }

 private:
  wamp::Dict challenge_extra(const config::Principal& principal, const std::string& salt) const {
    wamp::Dict extra{{"nonce", nonce_}, {"salt", salt}, {"iterations", uint64_t{principal.iterations}}};
    if (principal.kdf == config::Kdf::pbkdf2) {
      extra.set("kdf", "pbkdf2");
      return extra;
    }
    extra.set("kdf", as_specified_ ? "argon2id13" : "argon2id-13");
    extra.set("memory", uint64_t{principal.memory});
    return extra;
  }

  std::string header() const { return (binding_.empty() ? "n" : "p=" + binding_) + ",,"; }

  // The nonce, and the channel binding: who changes it between HELLO and AUTHENTICATE is in the middle.
  bool repeats_what_was_agreed(const wamp::Dict& extra) const {
    if (!as_specified_ && extra.empty()) return true;
    wamp::Attributes repeated(extra, "AUTHENTICATE.Extra");
    const auto nonce = repeated.string("nonce");
    const auto binding = repeated.string("channel_binding");
    const auto data = repeated.string("cbind_data");
    return !repeated.error() && nonce == nonce_ && binding.value_or("") == binding_ &&
           data.value_or("") == text::to_base64(binding_data_);
  }

  const bool as_specified_;
  std::string binding_, binding_data_;
  std::string nonce_;
  std::string message_;  // RFC 5802's AuthMessage, as far as it is known
};

}  // namespace

std::unique_ptr<Proof> make_scram(std::string_view name) {
  return std::make_unique<Scram>(name);
}

}  // namespace router::auth
