#include "router/main/ready_line.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "router/config/inventory.h"
#include "router/config/urls.h"
#include "serializers/json/json_writer.h"

namespace router::program {
namespace {

// A list of thousands is of no use in a line.
constexpr size_t max_told_realms = 20;

std::vector<std::string> realms_of(const config::Config& config, const config::Transport& transport) {
  if (transport.realms) return *transport.realms;
  std::vector<std::string> names;
  for (const config::Realm& realm : config.realms) names.push_back(realm.name);
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size() && i < max_told_realms; ++i) text += (i == 0 ? "" : ", ") + words[i];
  return words.size() > max_told_realms ? text + ", ..." : text;
}

bool is_for_watchers(const config::ServedUrl& served) {
  return served.type == "health" || served.type == "ready" || served.type == "metrics" ||
         served.type == "monitor";
}

// Of those for watchers, which may be a dozen, one URL with braces, as curl and shells take it:
// "http://127.0.0.1:8080/{health,ready}".
std::string labels(const std::vector<config::ServedUrl>& urls) {
  std::string text, base, paths;
  for (const config::ServedUrl& served : urls) {
    if (!is_for_watchers(served)) {
      text.append(text.empty() ? "" : ", ").append(served.type == "static" ? "page " : "").append(served.url);
      continue;
    }
    base = served.url.substr(0, served.url.size() - served.path.size() + 1);
    paths.append(paths.empty() ? "" : ",").append(served.path.substr(1));
  }
  if (paths.find(',') != paths.npos) paths = "{" + paths + "}";
  return base.empty() ? text : text + (text.empty() ? "" : ", ") + base + paths;
}

ReadyLine ready_line(const Server& server, size_t number) {
  const config::Transport& transport = server.config().transports[number];
  const uint16_t port = server.port(number);
  const auto urls = config::served_urls(transport, port);
  const auto realms = realms_of(server.config(), transport);
  ReadyLine line;
  line.text = "listening on " + server.address(number) + " with " + std::to_string(server.worker_count()) +
              (server.worker_count() == 1 ? " worker" : " workers") + (urls.empty() ? "" : ": ") +
              labels(urls);
  wamp::List paths;
  for (const config::ServedUrl& served : urls) {
    wamp::Dict path{{"type", served.type}, {"url", served.url}};
    if (!served.path.empty()) path.append("path", served.path);
    paths.emplace_back(std::move(path));
  }
  line.text += (realms.size() == 1 ? "; realm " : "; realms ") + joined(realms);
  line.facts = {{"event", "listening"}, {"address", server.address(number)}};
  if (transport.socket_path.empty()) line.facts.append("port", port);
  line.facts.append("paths", std::move(paths));
  line.facts.append("realms", wamp::List(realms.begin(), realms.end()));
  return line;
}

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error("cannot write the ports file " + path + ": " + std::strerror(errno));
}

}  // namespace

std::vector<ReadyLine> ready_lines(const Server& server) {
  std::vector<ReadyLine> lines;
  for (size_t number = 0; number < server.transport_count(); ++number)
    lines.push_back(ready_line(server, number));
  return lines;
}

void write_ports_file(const std::string& path, const std::vector<ReadyLine>& lines) {
  const std::string unfinished = path + ".new";
  std::ofstream file(unfinished, std::ios::trunc);
  for (const ReadyLine& line : lines) file << serializers::json_text(line.facts) << '\n';
  file.close();
  if (!file || std::rename(unfinished.c_str(), path.c_str()) != 0) fail(path);
}

void remove_ports_file(const std::string& path) {
  if (std::remove(path.c_str()) != 0 && errno != ENOENT) fail(path);
}

}  // namespace router::program
