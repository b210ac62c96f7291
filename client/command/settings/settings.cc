#include "client/command/settings/settings.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "client/command/words/duration.h"
#include "serializers/serializer.h"

namespace client::command {
namespace {

constexpr size_t longest_secret = 64 << 10;

constexpr Setting settings[] = {
    {.name = "url",
     .variable = "URL",
     .placeholder = "URL",
     .help = "ws://HOST[:PORT]/PATH, rs://HOST:PORT, wss:// and rss:// with TLS, ws+unix:///SOCKET[:/PATH], "
             "rs+unix:///SOCKET; default: ws://127.0.0.1:8080/ws"},
    {.name = "realm", .variable = "REALM", .placeholder = "NAME", .help = "default: realm1"},
    {.name = "authmethod",
     .variable = "AUTHMETHOD",
     .placeholder = "METHOD",
     .help = "anonymous, ticket, wampcra, scram, cryptosign, tls, jwt or cookie; several with commas; "
             "default: those "
             "that there is a secret for",
     .choices = "anonymous,ticket,wampcra,scram,cryptosign,tls,jwt,cookie"},
    {.name = "authid", .variable = "AUTHID", .placeholder = "NAME", .help = "who we are"},
    {.name = "authrole", .variable = "AUTHROLE", .placeholder = "NAME", .help = "the role that we ask for"},
    {.name = "ticket",
     .variable = "TICKET",
     .placeholder = "TEXT",
     .help = "the ticket; better: --ticket-file",
     .instead = "ticket_file",
     .is_secret = true},
    {.name = "ticket_file",
     .variable = "",
     .placeholder = "FILE",
     .help = "its first line is the ticket",
     .instead = "ticket",
     .is_file = true},
    {.name = "secret",
     .variable = "SECRET",
     .placeholder = "TEXT",
     .help = "the password of wampcra and scram; better: --secret-file",
     .instead = "secret_file",
     .is_secret = true},
    {.name = "secret_file",
     .variable = "",
     .placeholder = "FILE",
     .help = "its first line is the password of wampcra and scram",
     .instead = "secret",
     .is_file = true},
    {.name = "private_key",
     .variable = "PRIVATE_KEY",
     .placeholder = "HEX",
     .help = "the key of cryptosign; better: --key-file",
     .instead = "key_file",
     .is_secret = true},
    {.name = "key_file",
     .variable = "",
     .placeholder = "FILE",
     .help = "has the key of cryptosign: 64 hexadecimal digits, alone or behind \"private-key-ed25519:\"",
     .instead = "private_key",
     .is_file = true},
    {.name = "jwt",
     .variable = "JWT",
     .placeholder = "TEXT",
     .help = "the token; better: --jwt-file",
     .instead = "jwt_file",
     .is_secret = true},
    {.name = "jwt_file",
     .variable = "",
     .placeholder = "FILE",
     .help = "its first line is the token",
     .instead = "jwt",
     .is_file = true},
    {.name = "cookie_jar",
     .variable = "COOKIE_JAR",
     .placeholder = "FILE",
     .help = "keeps the cookie that the router gives over WebSocket there, and logs in with it the next time",
     .is_file = true},
    {.name = "ca",
     .variable = "CA",
     .placeholder = "FILE",
     .help =
         "PEM file of the authorities that may have signed the router's certificate; default: the system's",
     .is_file = true},
    {.name = "cert",
     .variable = "CERT",
     .placeholder = "FILE",
     .help = "our certificate, PEM",
     .is_file = true},
    {.name = "key", .variable = "KEY", .placeholder = "FILE", .help = "its key, PEM", .is_file = true},
    {.name = "serializer",
     .variable = "SERIALIZER",
     .placeholder = "NAME",
     .help = "json, msgpack or cbor; default: what the router likes best of these",
     .choices = "json,msgpack,cbor"},
    {.name = "timeout",
     .variable = "TIMEOUT",
     .placeholder = "TIME",
     .help = "for a login, and for each answer; default: 10s for a login, answers take what they take"},
};

const std::string* find(const Settings& given, std::string_view name) {
  const auto found = given.find(name);
  return found == given.end() ? nullptr : &found->second;
}

// "--ticket-file"
std::string option_of(std::string_view name) {
  std::string option = "--" + std::string(name);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

std::string first_line(const std::string& file, const std::string& option) {
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  if (!stream || !std::getline(stream, line) || line.size() > longest_secret)
    throw std::invalid_argument(option + ": cannot read a line of " + file);
  while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
  return line;
}

// The secret, or what the file has; "" if neither is given.
std::string secret(const Settings& given, std::string_view name, std::string_view file_name) {
  if (const auto* const text = find(given, name)) return *text;
  if (const auto* const file = find(given, file_name)) return first_line(*file, option_of(file_name));
  return "";
}

// As Autobahn's tools write it: "private-key-ed25519: 4d57..." in one of the lines; or the digits alone.
std::string key_in(const std::string& file) {
  constexpr std::string_view name = "private-key-ed25519:";
  std::ifstream stream(file, std::ios::binary);
  for (std::string line; stream && std::getline(stream, line) && line.size() <= longest_secret;) {
    std::string_view text = line;
    const bool is_named = text.starts_with(name);
    if (is_named) text.remove_prefix(name.size());
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
    if (is_named || (text.size() == 64 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos))
      return std::string(text);
  }
  throw std::invalid_argument("--key-file: there are no 64 hexadecimal digits in " + file);
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    words.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

serializers::Format format_named(const std::string& name) {
  for (const auto format : serializers::all_formats)
    if (serializers::name(format) == name) return format;
  throw std::invalid_argument("--serializer: expected json, msgpack or cbor, found \"" + name + "\"");
}

}  // namespace

std::span<const Setting> all_settings() {
  return settings;
}

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    if (!value || !*value) return std::nullopt;
    return value;
  };
}

Settings settings_of(const Environment& environment) {
  Settings result;
  for (const Setting& setting : settings) {
    if (setting.variable.empty()) continue;
    auto value = environment("WAMP_" + std::string(setting.variable));
    if (!value) value = environment("WICK_" + std::string(setting.variable));
    if (value) result.emplace(setting.name, *value);
  }
  return result;
}

Settings merged(const Settings& nearer, const Settings& farther) {
  Settings result = nearer;
  for (const Setting& setting : settings) {
    const bool has_other = find(nearer, setting.instead) != nullptr;
    if (has_other && find(nearer, setting.name))
      throw std::invalid_argument(option_of(setting.name) + " and " + option_of(setting.instead) +
                                  " say the same twice: take one of them");
    const std::string* const value = find(farther, setting.name);
    if (value && !has_other) result.emplace(setting.name, *value);
  }
  return result;
}

std::optional<std::chrono::milliseconds> timeout_of(const Settings& given) {
  const std::string* const word = find(given, "timeout");
  if (!word) return std::nullopt;
  const auto timeout = read_duration(*word);
  if (!timeout || timeout->count() == 0)
    throw std::invalid_argument("--timeout: expected a time such as 500ms, 5s or 2m, found \"" + *word +
                                "\"");
  return timeout;
}

Options to_options(const Settings& given) {
  const auto take = [&given](std::string_view name, std::string& into) {
    if (const std::string* const value = find(given, name)) into = *value;
  };
  Options options;
  take("url", options.url);
  take("realm", options.realm);
  take("authid", options.login.authid);
  take("authrole", options.login.authrole);
  take("ca", options.tls.authorities);
  take("cert", options.tls.certificate);
  take("key", options.tls.key);
  if (const std::string* const methods = find(given, "authmethod")) options.login.methods = split(*methods);
  if (const std::string* const name = find(given, "serializer")) options.serializers = {format_named(*name)};
  options.login.ticket = secret(given, "ticket", "ticket_file");
  options.login.password = secret(given, "secret", "secret_file");
  options.login.token = secret(given, "jwt", "jwt_file");
  const std::string* const jar = find(given, "cookie_jar");
  if (jar && std::filesystem::exists(*jar)) options.login.cookie = first_line(*jar, "--cookie-jar");
  take("private_key", options.login.private_key);
  if (const std::string* const file = find(given, "key_file")) options.login.private_key = key_in(*file);
  if (const auto timeout = timeout_of(given)) options.timeout = *timeout;
  return options;
}

}  // namespace client::command
