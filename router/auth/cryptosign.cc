#include <algorithm>

#include "router/auth/proof.h"
#include "router/crypto/crypto.h"
#include "wamp/attributes.h"

namespace router::auth {

using namespace crypto;

namespace {

constexpr size_t challenge_size = 32;

class Cryptosign final : public Proof {
 public:
  std::variant<wamp::Dict, BadHello> challenge(const Applicant& applicant,
                                               const config::Principal&) override {
    wamp::Attributes asked(applicant.authextra, "HELLO.Details.authextra");
    const auto public_key = asked.string("pubkey");
    const std::string binding(asked.string("channel_binding").value_or(""));
    if (asked.error()) return BadHello{asked.error()->message};
    public_key_ = from_hex(public_key.value_or("")).value_or("");
    if (public_key_.size() != ed25519_key_size)
      return BadHello{"HELLO.Details.authextra.pubkey: expected 32 octets in hexadecimal"};

    const std::string challenge = random_bytes(challenge_size);
    message_ = challenge;
    wamp::Dict extra{{"challenge", to_hex(challenge)}};
    if (binding.empty()) return extra;
    const std::string channel_id = applicant.channel_binding(binding);
    // To go on without what the client wants to be sure of would help the one it fears.
    if (channel_id.size() != challenge_size)
      return BadHello{"this connection has no channel binding \"" + binding + "\""};
    message_ = exclusive_or(challenge, channel_id);
    extra.set("channel_binding", binding);
    return extra;
  }

  bool verify(const wamp::Authenticate& answer, const config::Principal& principal, wamp::Dict&) override {
    const std::string bytes = from_hex(answer.signature).value_or("");
    const bool well_formed = bytes.size() == ed25519_signature_size + challenge_size;
    const std::string_view signature =
        std::string_view(bytes).substr(0, well_formed ? ed25519_signature_size : 0);
    // The message must be the one asked for: else a signature from another time would do.
    const bool is_answer =
        well_formed && equal_secrets(std::string_view(bytes).substr(ed25519_signature_size), message_);
    const bool is_known =
        std::count(principal.public_keys.begin(), principal.public_keys.end(), public_key_) > 0;
    return verify_ed25519(public_key_, message_, signature) && is_answer && is_known;
  }

 private:
  std::string public_key_;
  std::string message_;  // that is to be signed
};

}  // namespace

std::unique_ptr<Proof> make_cryptosign() {
  return std::make_unique<Cryptosign>();
}

}  // namespace router::auth
