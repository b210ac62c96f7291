#include "tests/support/login_client.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace test_support {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string hmac(std::string_view key, std::string_view text) {
  std::string code(32, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(text), text.size(), octets(code),
       nullptr);
  return code;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  text.resize(
      static_cast<size_t>(EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()))));
  return text;
}

std::string base64url(std::string_view bytes) {
  std::string text = base64(bytes);
  text.resize(std::min(text.find('='), text.size()));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

Key ed25519(const std::string& private_key) {
  const std::string bytes = unhex(private_key);
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(bytes), bytes.size()),
          &EVP_PKEY_free};
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) result[i] = static_cast<char>(a[i] ^ b[i]);
  return result;
}

std::string sign(const Key& key, const EVP_MD* digest, std::string_view message) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(256, '\0');
  size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), octets(signature), &size, octets(message), message.size()) != 1)
    throw std::runtime_error("cannot sign");
  signature.resize(size);
  return signature;
}

}  // namespace

std::string json_string(std::string_view message, std::string_view key) {
  const std::string wanted = "\"" + std::string(key) + "\":\"";
  const size_t begin = message.find(wanted);
  if (begin == message.npos) return "";
  size_t end = begin + wanted.size();
  while (end < message.size() && message[end] != '"') end += message[end] == '\\' ? 2 : 1;
  return unescaped(message.substr(begin + wanted.size(), end - begin - wanted.size()));
}

std::string unescaped(std::string_view json_text) {
  std::string text;
  for (size_t i = 0; i < json_text.size(); ++i) {
    if (json_text[i] == '\\') ++i;
    text += json_text[i];
  }
  return text;
}

std::string sign_wampcra(std::string_view key, std::string_view challenge) {
  return base64(hmac(key, challenge));
}

std::string derive_wampcra(std::string_view password, std::string_view salt, uint32_t iterations,
                           uint32_t keylen) {
  std::string key(keylen, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                    static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                    static_cast<int>(keylen), octets(key));
  return base64(key);
}

std::string cryptosign_public_key(const std::string& private_key) {
  std::string key(32, '\0');
  size_t size = key.size();
  EVP_PKEY_get_raw_public_key(ed25519(private_key).get(), octets(key), &size);
  return hex(key);
}

std::string sign_cryptosign(const std::string& private_key, std::string_view challenge_hex,
                            std::string_view channel_id) {
  const std::string message = exclusive_or(unhex(challenge_hex), channel_id);
  return hex(sign(ed25519(private_key), nullptr, message) + message);
}

ScramKeys scram_keys(std::string_view password, std::string_view salt, uint32_t iterations) {
  std::string salted(32, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                    static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(), 32,
                    octets(salted));
  ScramKeys keys;
  keys.client_key = hmac(salted, "Client Key");
  keys.stored_key.resize(32);
  EVP_Digest(keys.client_key.data(), keys.client_key.size(), octets(keys.stored_key), nullptr, EVP_sha256(),
             nullptr);
  keys.server_key = hmac(salted, "Server Key");
  return keys;
}

std::string scram_proof(const ScramKeys& keys, std::string_view auth_message) {
  return base64(exclusive_or(keys.client_key, hmac(keys.stored_key, auth_message)));
}

std::string scram_verifier(const ScramKeys& keys, std::string_view auth_message) {
  return base64(hmac(keys.server_key, auth_message));
}

std::string sign_token(std::string_view claims, std::string_view secret, std::string_view header) {
  const std::string content = base64url(header) + "." + base64url(claims);
  return content + "." + base64url(hmac(secret, content));
}

std::string sign_token_es256(std::string_view claims, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const Key key(PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::string content = base64url(R"({"alg":"ES256","typ":"JWT"})") + "." + base64url(claims);
  const std::string der = sign(key, EVP_sha256(), content);
  const unsigned char* place = octets(der);
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size())), &ECDSA_SIG_free);
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), octets(raw), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), octets(raw) + 32, 32);
  return content + "." + base64url(raw);
}

std::string fingerprint_of(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_file(file.c_str(), "r"), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free);
  std::string digest(32, '\0');
  X509_digest(certificate.get(), EVP_sha256(), octets(digest), nullptr);
  std::string text;
  for (const char c : hex(digest)) {
    if (text.size() % 3 == 2) text += ':';
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

PemKeys make_p256_keys() {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const auto text = [&key](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> sink(BIO_new(BIO_s_mem()), &BIO_free);
    write(sink.get(), key.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(sink.get(), &data);
    return std::string(data, static_cast<size_t>(size));
  };
  return {text([](BIO* sink, EVP_PKEY* pair) {
            PEM_write_bio_PrivateKey(sink, pair, nullptr, nullptr, 0, nullptr, nullptr);
          }),
          text([](BIO* sink, EVP_PKEY* pair) { PEM_write_bio_PUBKEY(sink, pair); })};
}

}  // namespace test_support
