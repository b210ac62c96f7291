#include "crypto/web_key.h"

#include <algorithm>
#include <memory>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "crypto/crypto.h"
#include "text/base64.h"
#include "transport/memory/freed_by.h"

namespace crypto {
namespace {

using transport::Freed;
using Key = Freed<EVP_PKEY, EVP_PKEY_free>;

// A number of a public key; with leading zeros up to `size` bytes.
std::string number(const Key& key, const char* name, size_t size) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), name, &value) != 1) return "";
  const Freed<BIGNUM, BN_free> owner(value);
  std::string bytes(std::max(size, static_cast<size_t>(BN_num_bytes(value))), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return text::to_base64url(bytes);
}

struct Curve {
  std::string_view group, name;
  size_t size;  // bytes of a coordinate
};
constexpr Curve curves[] = {
    {"prime256v1", "P-256", 32}, {"secp384r1", "P-384", 48}, {"secp521r1", "P-521", 66}};

std::optional<std::string> web_key_of_curve(const Key& key) {
  char group[32];
  size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(key.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &size) != 1)
    return std::nullopt;
  for (const Curve& curve : curves)
    if (curve.group == std::string_view(group, size))
      return R"({"kty":"EC","crv":")" + std::string(curve.name) + R"(","x":")" +
             number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.size) + R"(","y":")" +
             number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.size) + R"("})";
  return std::nullopt;
}

}  // namespace

std::string web_key_of_secret(std::string_view secret) {
  return R"({"kty":"oct","k":")" + text::to_base64url(secret) + R"("})";
}

std::optional<std::string> web_key_of_pem(const std::string& pem) {
  const Freed<BIO, BIO_free> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
  if (!key) return std::nullopt;
  if (EVP_PKEY_is_a(key.get(), "RSA"))
    return R"({"kty":"RSA","n":")" + number(key, OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(key, OSSL_PKEY_PARAM_RSA_E, 0) + R"("})";
  return EVP_PKEY_is_a(key.get(), "EC") ? web_key_of_curve(key) : std::nullopt;
}

}  // namespace crypto
