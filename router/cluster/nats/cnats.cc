#include "router/cluster/nats/cnats.h"

#include <chrono>
#include <vector>

#include "router/base/log.h"

namespace router::cluster::cnats {

namespace {

constexpr std::chrono::milliseconds connect_timeout{2000};

// What the server refuses, such as a subject that this user may not use. On a thread of cnats.
void on_error(natsConnection* connection, natsSubscription*, natsStatus status, void*) {
  const char* text = nullptr;
  natsConnection_GetLastError(connection, &text);
  log::warning(log::Kind::connection,
               std::string("NATS: ") + (text && *text ? text : natsStatus_GetText(status)));
}

// Host and port.
std::string without_password(std::string url) {
  if (const size_t scheme = url.find("://"); scheme != std::string::npos) url.erase(0, scheme + 3);
  if (const size_t at = url.rfind('@'); at != std::string::npos) url.erase(0, at + 1);
  return url;
}

}  // namespace

std::optional<std::string> make_options(const NatsSettings& settings, const std::string& purpose,
                                        Options& made) {
  for (const std::string& url : settings.urls)
    if (url.find("://") != std::string::npos && !url.starts_with("nats://"))
      return "Of URLs of NATS only nats:// is there, not TLS: " + without_password(url);
  natsOptions* options = nullptr;
  natsStatus status = natsOptions_Create(&options);
  made.reset(options);
  const auto set = [&](auto call, auto... arguments) {
    if (status == NATS_OK) status = call(options, arguments...);
  };
  std::vector<const char*> urls;
  for (const std::string& url : settings.urls) urls.push_back(url.c_str());
  set(natsOptions_SetServers, urls.data(), static_cast<int>(urls.size()));
  set(natsOptions_SetName, ("wampd " + settings.node + " " + purpose).c_str());
  set(natsOptions_SetTimeout, connect_timeout.count());
  set(natsOptions_SetAllowReconnect, false);
  set(natsOptions_SetPingInterval, 0);
  set(natsOptions_SetErrorHandler, on_error, nullptr);
  // A server may demand TLS, and cnats would begin it: no certificate has such a name.
  set(natsOptions_SetExpectedHostname, "no TLS");
  if (!settings.credentials.empty())
    set(natsOptions_SetUserCredentialsFromFiles, settings.credentials.c_str(), nullptr);
  if (status != NATS_OK) return last_error(status);
  return std::nullopt;
}

std::string last_error(natsStatus status) {
  const char* const text = nats_GetLastError(nullptr);
  return text && *text ? text : natsStatus_GetText(status);
}

std::string server_of(natsConnection* connection) {
  char url[512] = {};
  if (natsConnection_GetConnectedUrl(connection, url, sizeof url) != NATS_OK) return "a server";
  return without_password(url);
}

}  // namespace router::cluster::cnats
