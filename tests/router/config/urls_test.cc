#include "router/config/urls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/config/file/default_config.h"

namespace router::config {
namespace {

using testing::ElementsAre;

std::vector<std::string> urls_of(const Transport& transport, uint16_t port = 4711) {
  std::vector<std::string> urls;
  for (const ServedUrl& served : served_urls(transport, port)) urls.push_back(served.type + " " + served.url);
  return urls;
}

Transport with(std::map<std::string, Path, std::less<>> paths) {
  Transport transport;
  transport.paths = std::move(paths);
  return transport;
}

TEST(Urls, BeginWithWampAndThePage) {
  EXPECT_THAT(urls_of(default_config().transports.at(0)),
              ElementsAre("websocket ws://127.0.0.1:4711/ws", "rawsocket rs://127.0.0.1:4711",
                          "static http://127.0.0.1:4711/", "monitor http://127.0.0.1:4711/connz",
                          "monitor http://127.0.0.1:4711/deniedz", "health http://127.0.0.1:4711/health",
                          "monitor http://127.0.0.1:4711/healthz", "monitor http://127.0.0.1:4711/livez",
                          "metrics http://127.0.0.1:4711/metrics", "monitor http://127.0.0.1:4711/procz",
                          "ready http://127.0.0.1:4711/ready", "monitor http://127.0.0.1:4711/readyz",
                          "monitor http://127.0.0.1:4711/topicz", "monitor http://127.0.0.1:4711/varz"));
}

TEST(Urls, HaveAnAddressThatCanBeConnectedTo) {
  Transport transport = with({{"/", WebSocketPath{}}});
  for (const auto& [interface, url] : std::map<std::string, std::string>{
           {"0.0.0.0", "ws://127.0.0.1:80/"}, {"::", "ws://[::1]:80/"}, {"fd00::1", "ws://[fd00::1]:80/"}}) {
    transport.interface = interface;
    EXPECT_THAT(urls_of(transport, 80), ElementsAre("websocket " + url));
  }
}

TEST(Urls, SayTlsAndUnixDomainSockets) {
  Transport transport = with({{"/ws", WebSocketPath{}}, {"/health", HealthPath{}}, {"/no", NothingPath{}}});
  transport.rawsocket_serializers = {"json"};
  transport.tls.emplace();
  EXPECT_THAT(urls_of(transport, 443),
              ElementsAre("websocket wss://127.0.0.1:443/ws", "rawsocket rss://127.0.0.1:443",
                          "health https://127.0.0.1:443/health"));
  transport.tls.reset();
  transport.socket_path = "/run/w.sock";
  EXPECT_THAT(urls_of(transport, 0),
              ElementsAre("websocket ws+unix:///run/w.sock:/ws", "rawsocket rs+unix:///run/w.sock",
                          "health http+unix:///run/w.sock:/health"));
}

}  // namespace
}  // namespace router::config
