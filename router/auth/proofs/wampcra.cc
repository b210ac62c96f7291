#include "crypto/crypto.h"
#include "router/auth/proofs/proof.h"
#include "serializers/serializer.h"
#include "text/base64.h"
#include "text/hex.h"

namespace router::auth {

using namespace crypto;

namespace {

constexpr size_t wampcra_nonce_size = 16;

// The object as JSON text, which is what is signed.
std::string json_text(const wamp::Dict& dict) {
  std::string text;
  serializers::encode_arguments(serializers::Format::json, {{dict}, {}}, text);
  return text.substr(1, text.size() - 2);  // without the list around it
}

class WampCra final : public Proof {
 public:
  WampCra(std::string_view provider, WallTime now) : provider_(provider), now_(now) {}

  std::variant<wamp::Dict, BadHello> challenge(const Applicant& applicant,
                                               const config::Principal& principal) override {
    challenge_ = json_text({{"authid", principal.authid.empty() ? applicant.authid : principal.authid},
                            {"authrole", principal.role},
                            {"authmethod", "wampcra"},
                            {"authprovider", provider_},
                            {"nonce", text::to_hex(random_bytes(wampcra_nonce_size))},
                            {"timestamp", iso_8601(now_)},
                            {"session", applicant.session.value}});
    wamp::Dict extra{{"challenge", challenge_}};
    if (principal.salt.empty()) return extra;
    extra.set("salt", principal.salt);
    extra.set("iterations", uint64_t{principal.iterations});
    extra.set("keylen", uint64_t{principal.keylen});
    return extra;
  }

  bool verify(const wamp::Authenticate& answer, const config::Principal& principal, wamp::Dict&) override {
    return equal_secrets(answer.signature, text::to_base64(hmac_sha256(principal.secret, challenge_)));
  }

 private:
  const std::string provider_;
  const WallTime now_;
  std::string challenge_;
};

}  // namespace

std::unique_ptr<Proof> make_wampcra(std::string_view provider, WallTime now) {
  return std::make_unique<WampCra>(provider, now);
}

}  // namespace router::auth
