#include <algorithm>

#include "crypto/crypto.h"
#include "router/auth/proofs/proof.h"
#include "text/hex.h"
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
    public_key_ = text::from_hex(public_key.value_or("")).value_or("");
    if (public_key_.size() != ed25519_key_size)
      return BadHello{"HELLO.Details.authextra.pubkey: expected 32 octets in hexadecimal"};

    const std::string challenge = random_bytes(challenge_size);
    messages_ = {challenge};
    wamp::Dict extra{{"challenge", text::to_hex(challenge)}};
    if (binding.empty()) return extra;
    const std::vector<std::string> channel_ids = applicant.channel_bindings(binding);
    // To go on without what the client wants to be sure of would help the one it fears.
    if (channel_ids.empty()) return BadHello{"this connection has no channel binding \"" + binding + "\""};
    messages_.clear();
    for (const std::string& id : channel_ids) messages_.push_back(exclusive_or(challenge, id));
    extra.set("channel_binding", binding);
    return extra;
  }

  bool verify(const wamp::Authenticate& answer, const config::Principal& principal, wamp::Dict&) override {
    const std::string bytes = text::from_hex(answer.signature).value_or("");
    if (bytes.size() != ed25519_signature_size + challenge_size) return false;
    const std::string_view signature = std::string_view(bytes).substr(0, ed25519_signature_size);
    const std::string_view message = std::string_view(bytes).substr(ed25519_signature_size);
    // The message must be one that was asked for: else a signature from another time would do.
    const bool is_answer = std::count(messages_.begin(), messages_.end(), message) > 0;
    const bool is_known =
        std::count(principal.public_keys.begin(), principal.public_keys.end(), public_key_) > 0;
    return verify_ed25519(public_key_, message, signature) && is_answer && is_known;
  }

 private:
  std::string public_key_;
  std::vector<std::string> messages_;  // one of which is to be signed
};

}  // namespace

std::unique_ptr<Proof> make_cryptosign() {
  return std::make_unique<Cryptosign>();
}

}  // namespace router::auth
