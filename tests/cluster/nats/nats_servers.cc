#include "tests/cluster/nats/nats_servers.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "router/cluster/nats/nats_bucket.h"

namespace cluster_nats {

namespace {

using asio::ip::tcp;

constexpr auto pause_between_looks = std::chrono::milliseconds(20);

// Debian has it in a folder that not everybody looks into.
std::string program() {
  for (const char* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"})
    if (::access(path, X_OK) == 0) return path;
  return {};
}

uint16_t free_port() {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  return acceptor.local_endpoint().port();
}

}  // namespace

bool NatsServers::is_there() {
  if (!program().empty()) return true;
  std::cout << "nats-server is not installed: nothing is tested (Debian package nats-server)\n";
  return false;
}

NatsServers::NatsServers(size_t count) : servers_(count) {
  for (Server& server : servers_) {
    server.port = free_port();
    server.cluster_port = free_port();
    server.monitor_port = free_port();
  }
  for (size_t i = 0; i < count; ++i) {
    configure(i);
    start(i);
  }
}

NatsServers::~NatsServers() {
  for (size_t i = 0; i < servers_.size(); ++i)
    if (servers_[i].process > 0) kill(i);
}

void NatsServers::configure(size_t number) {
  Server& server = servers_[number];
  const std::string name = "s" + std::to_string(number);
  const auto local = [](uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
  server.configuration = folder_.file(name + ".conf");
  std::ofstream out(server.configuration);
  out << "server_name: " << name << "\nlisten: \"" << local(server.port) << "\"\nhttp: \""
      << local(server.monitor_port) << "\"\nmax_payload: " << max_payload << "\njetstream { store_dir: \""
      << folder_.file(name) << "\", max_mem: 64MB, max_file: 256MB }\n";
  if (servers_.size() == 1) return;
  out << "cluster { name: test, listen: \"" << local(server.cluster_port) << "\", routes: [";
  for (const Server& other : servers_)
    out << (&other == servers_.data() ? "" : ", ") << "\"nats://" << local(other.cluster_port) << "\"";
  out << " ] }\n";
}

void NatsServers::start(size_t number) {
  Server& server = servers_[number];
  const std::string path = program();
  const std::string log = folder_.file("s" + std::to_string(number) + ".log");
  server.process = ::fork();
  if (server.process == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execl(path.c_str(), path.c_str(), "-c", server.configuration.c_str(), "-l", log.c_str(), nullptr);
    ::_exit(1);
  }
}

void NatsServers::kill(size_t number) {
  ::kill(servers_[number].process, SIGKILL);
  ::waitpid(servers_[number].process, nullptr, 0);
  servers_[number].process = -1;
}

void NatsServers::freeze(size_t server) const {
  ::kill(servers_[server].process, SIGSTOP);
}
void NatsServers::thaw(size_t server) const {
  ::kill(servers_[server].process, SIGCONT);
}

router::cluster::NatsSettings NatsServers::settings(const std::string& node,
                                                    const std::vector<size_t>& servers) const {
  router::cluster::NatsSettings settings{.cluster = "test", .node = node};
  for (const size_t server : servers)
    settings.urls.push_back("nats://127.0.0.1:" + std::to_string(servers_[server].port));
  return settings;
}

void NatsServers::make_bucket() const {
  const int replicas = size() == 1 ? 1 : 3;
  while (router::cluster::make_bucket(settings("init"), replicas))
    std::this_thread::sleep_for(pause_between_looks);
}

std::string NatsServers::monitored(size_t server, const std::string& path) const {
  asio::io_context io;
  tcp::socket socket(io);
  asio::error_code error;
  socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), servers_[server].monitor_port), error);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  if (!error) asio::write(socket, asio::buffer(request), error);
  std::string answer;
  if (!error) asio::read(socket, asio::dynamic_buffer(answer), error);
  return answer;
}

size_t NatsServers::leader() const {
  while (true) {
    for (size_t asked = 0; asked < size(); ++asked) {
      if (servers_[asked].process < 0) continue;
      const std::string answer = monitored(asked, "/jsz?streams=true");
      // The first leader that is named is of all servers' own group.
      const size_t stream = answer.find("\"stream_detail\"");
      const std::string begin = "\"leader\": \"s";
      const size_t found = stream == std::string::npos ? stream : answer.find(begin, stream);
      if (found != std::string::npos) return static_cast<size_t>(answer[found + begin.size()] - '0');
    }
    std::this_thread::sleep_for(pause_between_looks);
  }
}

}  // namespace cluster_nats
