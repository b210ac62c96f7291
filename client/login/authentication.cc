#include "client/login/authentication.h"

#include <algorithm>
#include <stdexcept>

#include "crypto/crypto.h"
#include "text/base64.h"
#include "text/hex.h"
#include "wamp/attributes.h"

namespace client {
namespace {

constexpr size_t nonce_size = 16, key_size = 32;
// What a router may ask for, lest it keeps us busy for ever: a few seconds of work. Of PBKDF2 rounds for all
// blocks of the key together; of Argon2 one GiB, and four passes over it.
constexpr uint64_t max_rounds = 4'000'000, max_memory_kib = 1024 * 1024, max_keylen = 1024;
constexpr uint64_t max_kib_passes = 4 * max_memory_kib;

bool is_too_much_work(uint64_t iterations, uint64_t keylen) {
  const uint64_t blocks = (keylen + key_size - 1) / key_size;
  return iterations == 0 || iterations > max_rounds || keylen == 0 || keylen > max_keylen ||
         iterations * blocks > max_rounds;
}

std::string text_in(const wamp::Dict& dict, std::string_view key) {
  const wamp::Value* const value = dict.find(key);
  const auto* const text = value ? value->get<std::string>() : nullptr;
  return text ? *text : "";
}

wamp::Value text_or_null(const std::string& text) {
  return text.empty() ? wamp::Value() : wamp::Value(text);
}

}  // namespace

Authentication::Authentication(const Login& login, bool has_certificate)
    : login_(login), methods_(login.methods) {
  if (methods_.empty() && !login.channel_binding.empty()) {
    // Whoever is in the middle would ask for one that is not bound.
    if (!login.private_key.empty()) methods_.emplace_back("cryptosign");
    if (!login.password.empty()) methods_.emplace_back("wamp-scram");
    if (methods_.empty()) throw std::invalid_argument("a channel binding needs a private key or a password");
  } else if (methods_.empty()) {
    if (!login.cookie.empty()) methods_.emplace_back("cookie");
    if (has_certificate) methods_.emplace_back("tls");
    if (!login.private_key.empty()) methods_.emplace_back("cryptosign");
    if (!login.token.empty()) methods_.emplace_back("jwt");
    if (!login.password.empty()) methods_.insert(methods_.end(), {"wamp-scram", "scram", "wampcra"});
    if (!login.ticket.empty()) methods_.emplace_back("ticket");
    if (methods_.empty()) methods_.emplace_back("anonymous");
  }
  for (const std::string& method : methods_) check(method, has_certificate);
  private_key_ = text::from_hex(login.private_key).value_or("");
  if (offers_scram()) nonce_ = text::to_base64(crypto::random_bytes(nonce_size));
}

void Authentication::check(const std::string& method, bool has_certificate) const {
  const auto need = [&](bool is_there, const char* what) {
    if (!is_there) throw std::invalid_argument("authentication method \"" + method + "\" needs " + what);
  };
  if (method == "anonymous") return;
  if (method == "ticket") return need(!login_.ticket.empty(), "a ticket");
  if (method == "wampcra" || method == "scram" || method == "wamp-scram")
    return need(!login_.password.empty(), "a password");
  if (method == "jwt") return need(!login_.token.empty(), "a token");
  if (method == "cookie") return need(!login_.cookie.empty(), "a cookie");
  if (method == "tls") return need(has_certificate, "a client certificate");
  if (method == "cryptosign")
    return need(text::from_hex(login_.private_key).value_or("").size() == crypto::ed25519_key_size,
                "a private key of 32 octets in hexadecimal");
  throw std::invalid_argument("there is no authentication method \"" + method + "\"");
}

bool Authentication::offers(std::string_view method) const {
  return std::find(methods_.begin(), methods_.end(), method) != methods_.end();
}

bool Authentication::offers_without_challenge() const {
  return offers("anonymous") || offers("cookie") || offers("tls");
}

bool Authentication::offers_scram() const {
  return offers("scram") || offers("wamp-scram");
}

void Authentication::add_to_hello(wamp::Dict& details) const {
  details.set("authmethods", wamp::List(methods_.begin(), methods_.end()));
  if (!login_.authid.empty()) details.set("authid", login_.authid);
  if (!login_.authrole.empty()) details.set("authrole", login_.authrole);
  wamp::Dict extra = login_.authextra;
  if (offers("cryptosign")) extra.set("pubkey", text::to_hex(crypto::ed25519_public_key(private_key_)));
  if (offers_scram()) extra.set("nonce", nonce_);
  if (!login_.channel_binding.empty()) extra.set("channel_binding", login_.channel_binding);
  if (!extra.empty()) details.set("authextra", std::move(extra));
}

std::variant<wamp::Authenticate, std::string> Authentication::answer(const wamp::Challenge& challenge,
                                                                     const ChannelBinding& channel_binding) {
  const std::string& method = challenge.auth_method;
  has_answered_ = true;
  if (!offers(method)) return "the router asks for \"" + method + "\", which was not offered";
  if (method == "ticket") return wamp::Authenticate{login_.ticket, {}};
  if (method == "jwt") return wamp::Authenticate{login_.token, {}};
  if (method == "wampcra") return answer_wampcra(challenge.extra);
  if (method == "scram") return answer_scram(challenge.extra, false, channel_binding);
  if (method == "wamp-scram") return answer_scram(challenge.extra, true, channel_binding);
  if (method == "cryptosign") return answer_cryptosign(challenge.extra, channel_binding);
  return "the router challenges \"" + method + "\", which has no answer";
}

Authentication::Answer Authentication::answer_wampcra(const wamp::Dict& extra) const {
  wamp::Attributes read(extra, "CHALLENGE.Extra");
  const auto challenge = read.string("challenge");
  const auto salt = read.string("salt");
  const uint64_t iterations = read.integer("iterations").value_or(1000);
  const uint64_t keylen = read.integer("keylen").value_or(key_size);
  if (read.error()) return read.error()->message;
  if (!challenge) return "CHALLENGE.Extra has no challenge";
  std::string key = login_.password;
  if (salt && !salt->empty()) {
    if (is_too_much_work(iterations, keylen)) return "CHALLENGE.Extra asks for more work than is done here";
    key = text::to_base64(
        crypto::pbkdf2_sha256(login_.password, *salt, static_cast<uint32_t>(iterations), keylen));
  }
  return wamp::Authenticate{text::to_base64(crypto::hmac_sha256(key, *challenge)), {}};
}

Authentication::Answer Authentication::answer_scram(const wamp::Dict& extra, bool as_specified,
                                                    const ChannelBinding& channel_binding) {
  wamp::Attributes read(extra, "CHALLENGE.Extra");
  const std::string nonce(read.string("nonce").value_or(""));
  const std::string salt_text(read.string("salt").value_or(""));
  const std::string kdf(read.string("kdf").value_or(""));
  const uint64_t iterations = read.integer("iterations").value_or(0);
  const uint64_t memory = read.integer("memory").value_or(0);
  if (read.error()) return read.error()->message;
  const auto salt = text::decode_base64(salt_text);
  const std::string client_octets = *text::from_base64(nonce_);
  const bool extends_ours = as_specified ? nonce.starts_with(nonce_) && nonce.size() > nonce_.size()
                                         : text::from_base64(nonce).value_or("").starts_with(client_octets);
  if (!extends_ours) return "the nonce in CHALLENGE.Extra does not begin with ours";
  if (!salt || is_too_much_work(iterations, key_size))
    return "CHALLENGE.Extra has no salt in base64, or a number of iterations that is not done here";

  std::string salted;
  if (kdf == "pbkdf2") {
    salted = crypto::pbkdf2_sha256(login_.password, *salt, static_cast<uint32_t>(iterations), key_size);
  } else if (kdf == "argon2id13" || kdf == "argon2id-13") {
    if (memory == 0 || memory > max_memory_kib || memory * iterations > max_kib_passes)
      return "CHALLENGE.Extra asks for more memory or work than is given here";
    salted = crypto::argon2id13(login_.password, *salt, static_cast<uint32_t>(iterations),
                                static_cast<uint32_t>(memory), key_size)
                 .value_or("");
    if (salted.empty()) return "the parameters of Argon2 in CHALLENGE.Extra are not acceptable";
  } else {
    return "the key derivation function \"" + kdf + "\" in CHALLENGE.Extra is not known";
  }

  const std::string& binding = login_.channel_binding;
  const std::string binding_data = binding.empty() ? "" : channel_binding(binding);
  if (!binding.empty() && binding_data.empty())
    return "this connection has no channel binding \"" + binding + "\"";
  const std::string header = (binding.empty() ? "n" : "p=" + binding) + ",,";
  const std::string message =
      "n=" + (as_specified ? crypto::scram_name(login_.authid) : login_.authid) + ",r=" + nonce_ +
      ",r=" + nonce + ",s=" + salt_text + ",i=" + std::to_string(iterations) +
      ",c=" + (as_specified ? text::to_base64(header + binding_data) : std::string()) + ",r=" + nonce;
  const std::string client_key = crypto::hmac_sha256(salted, "Client Key");
  const std::string signature = crypto::hmac_sha256(crypto::sha256(client_key), message);
  router_signature_ =
      text::to_base64(crypto::hmac_sha256(crypto::hmac_sha256(salted, "Server Key"), message));
  return wamp::Authenticate{text::to_base64(crypto::exclusive_or(client_key, signature)),
                            {{"nonce", nonce},
                             {"channel_binding", text_or_null(binding)},
                             {"cbind_data", text_or_null(text::to_base64(binding_data))}}};
}

Authentication::Answer Authentication::answer_cryptosign(const wamp::Dict& extra,
                                                         const ChannelBinding& channel_binding) const {
  std::string message = text::from_hex(text_in(extra, "challenge")).value_or("");
  if (message.size() != key_size) return "CHALLENGE.Extra.challenge is not 32 octets in hexadecimal";
  const std::string& binding = login_.channel_binding;
  if (!binding.empty()) {
    // Without it who is in the middle could pass the signature on.
    const std::string id = channel_binding(binding);
    if (id.size() != key_size) return "this connection has no channel binding \"" + binding + "\"";
    message = crypto::exclusive_or(message, id);
  }
  const std::string signature = crypto::sign_ed25519(private_key_, message);
  return wamp::Authenticate{text::to_hex(signature + message), {}};
}

std::optional<std::string> Authentication::distrust(const wamp::Dict& details) const {
  if (!has_answered_ && !offers_without_challenge())
    return "the router lets us in without having asked for a proof";
  if (router_signature_.empty()) return std::nullopt;
  const wamp::Value* const value = details.find("authextra");
  const auto* const extra = value ? value->get<wamp::Dict>() : nullptr;
  const bool proved =
      extra && (crypto::equal_secrets(text_in(*extra, "verifier"), "v=" + router_signature_) ||
                crypto::equal_secrets(text_in(*extra, "scram_server_signature"), router_signature_));
  if (proved) return std::nullopt;
  return "the router has not proved that it knows the password";
}

}  // namespace client
