#include "router/config/inventory.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "router/config/limits.h"
#include "router/config/wording.h"

namespace router::config {
namespace {

using Subject = std::vector<std::string>;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Adds the facts about one whole and its parts.
class Teller {
 public:
  Teller(std::vector<Fact>& facts, Subject whole) : facts_(facts), whole_(std::move(whole)) {}

  // Returns the teller of the part's own parts.
  Teller tell(const std::string& part, const std::string& text, const std::string& place = "",
              const std::string& secret = "") {
    Subject subject = whole_;
    subject.push_back(part);
    facts_.push_back({subject, text, place, secret});
    return {facts_, std::move(subject)};
  }

  template <class Limits>
  void tell_limits(const std::vector<Limit<Limits>>& all, const Limits& limits,
                   const std::string& what = "limit ") {
    static const Limits defaults{};
    for (const Limit<Limits>& limit : all)
      if (const uint64_t usual = limit.get(defaults), value = limit.get(limits); value != usual)
        tell(what + std::string(limit.name),
             std::to_string(value) + " (default " + std::to_string(usual) + ")");
  }

 private:
  std::vector<Fact>& facts_;
  Subject whole_;
};

std::string text_of(const BridgePath& path) {
  std::vector<std::string> words = {std::string(name(path.kind)) + ": realm " + in_quotes(path.realm) +
                                    ", role " + in_quotes(path.role)};
  if (!path.topic.empty()) words.push_back("topic " + in_quotes(path.topic));
  if (!path.key.empty()) words.push_back("signed with key " + in_quotes(path.key));
  if (!path.github_secret.empty()) words.emplace_back("signed by GitHub");
  if (!path.require_ip.empty()) words.push_back("only from " + joined(path.require_ip.texts()));
  if (path.require_tls) words.emplace_back("only over TLS");
  words.push_back("at most " + std::to_string(path.timeout_ms) + " ms");
  return joined(words);
}

std::string text_of(const ApiPath& path) {
  std::vector<std::string> methods;
  for (const auto& [method, rules] : path.auth) methods.push_back(method);
  return "calls and events: realm " + in_quotes(path.realm) +
         (path.role.empty() ? ", logins by " + joined(methods) : ", role " + in_quotes(path.role)) +
         ", at most " + std::to_string(path.timeout_ms) + " ms";
}

std::string text_of(const Path& path, const Transport& transport) {
  if (const auto* const bridge = std::get_if<BridgePath>(&path)) return text_of(*bridge);
  if (const auto* const api = std::get_if<ApiPath>(&path)) return text_of(*api);
  if (const auto* const json = std::get_if<JsonPath>(&path)) return "JSON " + in_quotes(json->text);
  if (const auto* const elsewhere = std::get_if<RedirectPath>(&path))
    return "redirect to " + in_quotes(elsewhere->url);
  if (std::holds_alternative<NodeInfoPath>(path)) return "what runs here";
  if (std::holds_alternative<WebSocketPath>(path)) return "WebSocket: " + joined(transport.serializers);
  if (std::holds_alternative<LongPollPath>(path)) return "long-poll: " + joined(transport.serializers);
  if (std::holds_alternative<HealthPath>(path)) return "health";
  if (std::holds_alternative<ReadyPath>(path)) return "ready";
  if (std::holds_alternative<MetricsPath>(path)) return "metrics";
  if (std::holds_alternative<MonitorPath>(path)) return "monitor";
  if (std::holds_alternative<NothingPath>(path)) return "nothing (404)";
  const transport::StaticFiles& files = std::get<StaticPath>(path).files;
  std::string text = files.directory.empty() ? "the built-in page" : "files of " + in_quotes(files.directory);
  if (files.cache_timeout_s > 0) text += ", kept for " + std::to_string(files.cache_timeout_s) + " s";
  for (const auto& [ending, type] : files.types) text += ", ." + ending + ": " + type;
  if (files.lists_directories) text += ", with lists of directories";
  if (!files.default_file.empty()) text += ", or else " + in_quotes(files.default_file);
  return text;
}

// What two principals that are told alike may differ in.
std::string secrets_of(const Principal& principal) {
  std::string all = principal.secret + '\0' + principal.salt + '\0' + principal.stored_key +
                    principal.server_key + std::to_string(principal.iterations) + ' ' +
                    std::to_string(principal.keylen) + ' ' + std::to_string(principal.memory) + ' ' +
                    std::to_string(static_cast<int>(principal.kdf));
  for (const auto* list : {&principal.public_keys, &principal.fingerprints})
    for (const std::string& one : *list) all += '\0' + one;
  return all;
}

std::string text_of(const Principal& principal) {
  return "role " + in_quotes(principal.role) +
         (principal.realm.empty() ? "" : ", realm " + in_quotes(principal.realm)) +
         (principal.authid.empty() ? "" : ", as " + in_quotes(principal.authid));
}

std::string text_of(const AuthMethod& method) {
  std::vector<std::string> words;
  if (const auto& asked = method.authenticator)
    words.push_back("procedure " + in_quotes(asked->procedure) +
                    (asked->realm.empty() ? "" : " in realm " + in_quotes(asked->realm)) + " decides");
  if (method.token)
    words.push_back("tokens, " + std::to_string(method.token->keys.size()) + " keys, issuer " +
                    (method.token->issuer.empty() ? "any" : in_quotes(method.token->issuer)) + ", audience " +
                    (method.token->audience.empty() ? "any" : in_quotes(method.token->audience)) +
                    (method.token->require_expiry ? "" : ", some without an end"));
  if (!method.default_role.empty()) words.push_back("default role " + in_quotes(method.default_role));
  return joined(words);
}

std::string secrets_of(const AuthMethod& method) {
  std::string all;
  if (method.token)
    for (const std::string& key : method.token->keys) all += key + '\0';
  return all;
}

std::string text_of(const CookieTracking& cookie) {
  const std::string secure = !cookie.secure ? "" : *cookie.secure ? ", secure" : ", never secure";
  return in_quotes(cookie.name) + secure + (cookie.http_only ? "" : ", scripts may read it") +
         (cookie.same_site == "Lax" ? "" : ", same site " + cookie.same_site);
}

std::string secrets_of(const Path& path) {
  std::string all;
  if (const auto* const bridge = std::get_if<BridgePath>(&path))
    all = bridge->secret + '\0' + bridge->github_secret;
  if (const auto* const api = std::get_if<ApiPath>(&path))
    for (const auto& [name, method] : api->auth) {
      all += secrets_of(method);
      for (const auto& [authid, principal] : method.principals) all += authid + '\0' + secrets_of(principal);
    }
  return all;
}

void tell_authentication(const Transport& transport, Teller& parts) {
  if (transport.auth.empty()) parts.tell("authentication", "none, so nobody gets in");
  for (const auto& [name, method] : transport.auth) {
    const auto anyone = method.principals.find("");
    if (name == "anonymous" && anyone != method.principals.end()) {
      parts.tell("authentication anonymous", text_of(anyone->second));
      continue;
    }
    Teller principals = parts.tell("authentication " + name, text_of(method), "", secrets_of(method));
    for (const auto& [authid, principal] : method.principals)
      principals.tell("principal " + in_quotes(authid), text_of(principal), "", secrets_of(principal));
  }
  if (transport.cookie) parts.tell("cookie", text_of(*transport.cookie));
}

// Certificates are told as they are, not by the names of their files, so that renewed ones are seen.
void tell_tls(const Tls& tls, Teller& parts) {
  const std::vector<std::string>& certificates = tls.context->descriptions();
  for (size_t i = 0; i < certificates.size(); ++i)
    parts.tell("TLS certificate " + std::to_string(i + 1), certificates[i]);
  if (!tls.settings.ca_certificates.empty())
    parts.tell("TLS client certificates",
               tls.settings.client_certificate_required ? "required" : "asked for");
  if (!tls.settings.ciphers.empty()) parts.tell("TLS ciphers", tls.settings.ciphers);
}

void tell_transport(const Transport& transport, Teller parts) {
  if (transport.tls) tell_tls(*transport.tls, parts);
  if (transport.proxy_protocol) parts.tell("PROXY protocol", "required");
  if (!transport.trusted_proxies.empty()) parts.tell("trusted proxies", joined(transport.trusted_proxies));
  for (const auto& [path, served] : transport.paths)
    parts.tell("path " + path, text_of(served, transport), "", secrets_of(served));
  if (const auto& compression = transport.compression)
    parts.tell("compression", "deflate, window bits " + std::to_string(compression->window_bits) +
                                  ", memory level " + std::to_string(compression->memory_level) +
                                  ", clients' window bits " +
                                  std::to_string(compression->client_window_bits));
  if (!transport.rawsocket_serializers.empty())
    parts.tell("RawSocket", joined(transport.rawsocket_serializers));
  tell_authentication(transport, parts);
  if (transport.realms) parts.tell("realms", "only " + joined(*transport.realms));
  if (!transport.paths.empty())
    parts.tell("web pages of",
               transport.allowed_origins.empty() ? "the same host" : joined(transport.allowed_origins));
  if (!transport.server_names.empty()) parts.tell("server names", joined(transport.server_names));
  if (transport.backlog != Transport().backlog) parts.tell("backlog", std::to_string(transport.backlog));
  if (!transport.socket_path.empty() && transport.socket_mode != Transport().socket_mode) {
    const unsigned mode = transport.socket_mode;
    parts.tell("mode", {'0', static_cast<char>('0' + (mode >> 6)), static_cast<char>('0' + (mode >> 3 & 7)),
                        static_cast<char>('0' + (mode & 7))});
  }
  parts.tell_limits(transport_limits, transport.limits);
}

std::string text_of(const Permission& rule) {
  std::vector<std::string> words;
  const auto add = [&words](bool is_set, const char* word) {
    if (is_set) words.emplace_back(word);
  };
  add(rule.call, "call");
  add(rule.register_, "register");
  add(rule.force_reregister, "force_reregister");
  add(rule.publish, "publish");
  add(rule.subscribe, "subscribe");
  add(rule.tap, "tap");
  add(rule.tap_payload, "tap_payload");
  if (words.empty()) words.emplace_back("nothing allowed");
  add(rule.disclose_caller, "disclose caller");
  add(rule.disclose_publisher, "disclose publisher");
  if (rule.trustlevel) words.push_back("trustlevel " + std::to_string(*rule.trustlevel));
  if (rule.slow_call_ms) words.push_back("slow_call_ms " + std::to_string(*rule.slow_call_ms));
  if (rule.slow_consumer) words.push_back("slow_consumer " + std::string(name(*rule.slow_consumer)));
  return joined(words);
}

std::string text_of(const DynamicAuthorizer& asked) {
  return "procedure " + in_quotes(asked.procedure) + " decides within " + std::to_string(asked.timeout_ms) +
         " ms; answers kept by " + (asked.cache_by == DynamicAuthorizer::CacheBy::role ? "role" : "session") +
         " for " + std::to_string(asked.cache_ttl_ms) + " ms in " + std::to_string(asked.max_cached_bytes) +
         " bytes; held " + std::to_string(asked.max_held_requests) + " requests, " +
         std::to_string(asked.max_held_bytes) + " bytes" +
         (asked.force_reregister ? "; force_reregister" : "");
}

std::string text_of(const Role& role) {
  if (role.authorizer) return text_of(*role.authorizer);
  return role.permissions.empty() ? "no rules, so it may do nothing" : "";
}

void tell_role(const Role& role, Teller parts) {
  if (role.slow_consumer != SlowConsumer::disconnect)
    parts.tell("slow_consumer", std::string(name(role.slow_consumer)));
  for (const auto& [limit, value] : role.limits) parts.tell("limit " + limit, std::to_string(value));
  for (const Permission& rule : role.permissions)
    parts.tell("rule " + std::string(wamp::name(rule.match)) + " " + in_quotes(rule.uri), text_of(rule),
               rule.place);
}

void tell_store(const Store& store, Teller& parts) {
  if (store.type == Store::Type::sqlite)
    parts.tell("store", "SQLite file " + in_quotes(store.path) + ", at most " +
                            std::to_string(store.max_waiting_bytes) + " bytes waiting");
  for (const EventHistory& history : store.event_history)
    parts.tell("event history " + std::string(wamp::name(history.match)) + " " + in_quotes(history.uri),
               std::to_string(history.limit) + " events");
}

void tell_realm(const Realm& realm, Teller parts) {
  if (realm.uri_check == wamp::UriRule::strict) parts.tell("uri_check", "strict");
  if (!realm.meta_api) parts.tell("meta API", "off");
  if (realm.limits.slow_call_ms > 0)
    parts.tell("slow calls", "from " + std::to_string(realm.limits.slow_call_ms) + " ms");
  if (realm.sequential_request_ids) parts.tell("request_ids", "sequential");
  for (const Role& role : realm.roles)
    tell_role(role, parts.tell("role " + in_quotes(role.name), text_of(role)));
  tell_store(realm.store, parts);
  parts.tell_limits(realm_limits, realm.limits);
}

std::string template_text(const RealmTemplate& made) {
  return "a template for at most " + std::to_string(made.max_realms) + " realms" +
         (made.idle_ms > 0 ? ", removed when empty for " + std::to_string(made.idle_ms) + " ms"
                           : ", never removed") +
         (made.kept_ms > 0 ? ", with events for " + std::to_string(made.kept_ms) + " ms"
                           : ", with events never");
}

bool is_told_as_a_whole(const Fact& fact, const std::set<Subject>& told) {
  const Subject whole(fact.subject.begin(), fact.subject.end() - 1);
  return told.contains(whole);
}

}  // namespace

std::string address(const Transport& transport) {
  if (!transport.socket_path.empty()) return "unix:" + transport.socket_path;
  const bool is_v6 = transport.interface.find(':') != std::string::npos;
  return (is_v6 ? "[" + transport.interface + "]" : transport.interface) + ":" +
         std::to_string(transport.port);
}

std::vector<std::string> transport_names(const Config& config) {
  std::map<std::string, int> seen;  // several may ask for any free port
  std::vector<std::string> names;
  for (const Transport& transport : config.transports) {
    const std::string where = address(transport);
    const int count = ++seen[where];
    names.push_back("transport " + where + (count > 1 ? " no. " + std::to_string(count) : ""));
  }
  return names;
}

std::vector<Fact> inventory(const Config& config) {
  std::vector<Fact> facts;
  Teller whole(facts, {});
  if (config.workers > 0) whole.tell("workers", std::to_string(config.workers));
  whole.tell_limits(memory_limits, config.memory, "memory ");
  whole.tell_limits(drain_times, config.drain, "drain ");
  for (const auto& [what, uris] :
       {std::pair("procedures", config.metrics.procedures), std::pair("topics", config.metrics.topics)})
    if (!uris.empty()) whole.tell("metrics of " + std::string(what), joined(uris));
  if (config.metrics.max_series != MetricsUris().max_series)
    whole.tell("metrics max_series", std::to_string(config.metrics.max_series));
  const std::vector<std::string> names = transport_names(config);
  for (size_t i = 0; i < names.size(); ++i) tell_transport(config.transports[i], whole.tell(names[i], ""));
  for (const Realm& realm : config.realms)
    tell_realm(realm, whole.tell("realm " + in_quotes(realm.name),
                                 realm.is_template() ? template_text(realm.made_on_demand) : ""));
  return facts;
}

std::string to_text(const std::vector<Fact>& facts) {
  std::string text;
  for (const Fact& fact : facts) {
    text += std::string(2 * (fact.subject.size() - 1), ' ') + fact.subject.back();
    if (!fact.text.empty()) text += ": " + fact.text;
    if (!fact.place.empty()) text += " (" + fact.place + ")";
    text += '\n';
  }
  return text;
}

std::string left_out_table(std::vector<Notice> notices) {
  std::erase_if(notices, [](const Notice& notice) { return !notice.is_left_out; });
  if (notices.empty()) return "";
  std::stable_sort(notices.begin(), notices.end(),
                   [](const Notice& a, const Notice& b) { return a.line < b.line; });
  using Row = std::array<std::string, 3>;
  std::vector<Row> rows = {{"line", "where", "what becomes of it"}};
  for (const Notice& notice : notices)
    rows.push_back({std::to_string(notice.line), notice.path, notice.what});
  std::array<size_t, 2> widths{};
  for (const Row& row : rows)
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string table = "not served of this Crossbar file:\n";
  for (const Row& row : rows) {
    table += "  ";
    for (size_t i = 0; i < widths.size(); ++i)
      table += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    table += row.back() + '\n';
  }
  return table;
}

std::vector<std::string> differences(const std::vector<Fact>& before, const std::vector<Fact>& after) {
  const auto by_subject = [](const std::vector<Fact>& facts) {
    std::map<Subject, const Fact*> index;
    for (const Fact& fact : facts) index.emplace(fact.subject, &fact);
    return index;
  };
  const auto line = [](const char* what, const Fact& fact) {
    return what + joined(fact.subject) + (fact.text.empty() ? "" : ": " + fact.text);
  };
  const auto old_facts = by_subject(before), new_facts = by_subject(after);
  std::vector<std::string> lines;
  std::set<Subject> gone, fresh;
  for (const Fact& fact : before) {
    if (new_facts.contains(fact.subject)) continue;
    if (!is_told_as_a_whole(fact, gone)) lines.push_back(line("removed: ", fact));
    gone.insert(fact.subject);
  }
  for (const Fact& fact : after) {
    const auto old = old_facts.find(fact.subject);
    if (old == old_facts.end()) {
      if (!is_told_as_a_whole(fact, fresh)) lines.push_back(line("added: ", fact));
      fresh.insert(fact.subject);
    } else if (old->second->text != fact.text) {
      lines.push_back("changed: " + joined(fact.subject) + ": " + old->second->text + ", now " + fact.text);
    } else if (old->second->secret != fact.secret) {
      lines.push_back("changed: " + joined(fact.subject) + ", in secret");
    }
  }
  return lines;
}

}  // namespace router::config
