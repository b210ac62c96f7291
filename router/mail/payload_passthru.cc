#include "router/mail/payload_passthru.h"

#include <string>

namespace router {

wamp::Dict payload_passthru_attributes(wamp::Attributes& attributes, size_t most) {
  wamp::Dict found;
  for (const std::string_view key : {"ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"})
    if (const auto value = attributes.short_string(key, most)) found.append(std::string(key), *value);
  const wamp::Value* const scheme = found.find("ppt_scheme");
  return !scheme || scheme->get<std::string>()->empty() ? wamp::Dict() : found;
}

}  // namespace router
