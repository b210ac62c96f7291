#include "router/entrance/new_applicant.h"

#include <string>
#include <string_view>
#include <vector>

namespace router {
namespace {

// What a dynamic authenticator is told, in Crossbar's words.
wamp::Dict transport_details(const Arrival& arrival, const transport::Connection& connection) {
  using Carrier = transport::Framing::Carrier;
  const Carrier carrier = connection.framing().carrier;
  wamp::Dict details = arrival.details;
  details.set("type", carrier == Carrier::rawsocket   ? "rawsocket"
                      : carrier == Carrier::long_poll ? "longpoll"
                      : carrier == Carrier::response  ? "http"
                                                      : "websocket");
  details.set("peer", connection.peer_address());
  if (const auto* certificate = connection.client_certificate())
    details.set("client_cert", wamp::Dict{{"cn", certificate->common_name},
                                          {"sha1", certificate->sha1},
                                          {"sha256", certificate->sha256},
                                          {"serial", certificate->serial},
                                          {"not_after", certificate->not_after}});
  return details;
}

std::vector<std::string> channel_bindings(const transport::Connection& connection, std::string_view type) {
  using transport::ChannelBinding;
  std::vector<std::string> found;
  if (type == "tls-exporter") found = {connection.channel_binding(ChannelBinding::tls_exporter)};
  if (type == "tls-unique")
    found = {connection.channel_binding(ChannelBinding::tls_unique),
             connection.channel_binding(ChannelBinding::tls_unique_second)};
  std::erase(found, "");
  return found;
}

}  // namespace

wamp::Dict transport_without_secrets(const Arrival& arrival, const transport::Connection& connection) {
  wamp::Dict details = transport_details(arrival, connection);
  const wamp::Value* received = details.find("http_headers_received");
  const auto* headers = received ? received->get<wamp::Dict>() : nullptr;
  if (!headers) return details;
  wamp::Dict harmless;
  for (const wamp::DictEntry& header : *headers)
    if (header.key != "cookie" && header.key != "authorization" && header.key != "proxy-authorization")
      harmless.append(header.key, header.value);
  details.set("http_headers_received", std::move(harmless));
  return details;
}

auth::Applicant new_applicant(const Arrival& arrival, const Entrance& entrance,
                              const transport::Connection& connection) {
  auth::Applicant applicant;
  applicant.transport = transport_details(arrival, connection);
  applicant.cookie = arrival.cookie;
  if (arrival.cookie && entrance.cookies)
    applicant.remembered = entrance.cookies->remembered(*arrival.cookie, entrance.clock.now());
  if (const auto* certificate = connection.client_certificate())
    applicant.fingerprints = {certificate->sha1, certificate->sha256};
  applicant.channel_bindings = [&connection](std::string_view type) {
    return channel_bindings(connection, type);
  };
  applicant.realm_lacks = [&entrance](std::string_view realm, std::string_view role) {
    return entrance.leads_to(realm) && entrance.realms.lacks_role(realm, role);
  };
  return applicant;
}

}  // namespace router
