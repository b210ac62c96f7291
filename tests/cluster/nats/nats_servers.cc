#include "tests/cluster/nats/nats_servers.h"

#include <chrono>
#include <csignal>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
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
constexpr auto longest_wait = std::chrono::seconds(60);

// Debian has it in a folder that not everybody looks into.
std::string program() {
  for (const char* path : {"/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"})
    if (::access(path, X_OK) == 0) return path;
  return {};
}

// Ports that are free, each another one than those before.
class FreePorts {
 public:
  uint16_t next() {
    return taken_.emplace_back(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0))
        .local_endpoint()
        .port();
  }

 private:
  asio::io_context io_;
  std::deque<tcp::acceptor> taken_;
};

bool has_ended(pid_t process) {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == process;
}

}  // namespace

bool NatsServers::is_there() {
  if (!program().empty()) return true;
  std::cout << "nats-server is not installed: nothing is tested (Debian package nats-server)\n";
  return false;
}

NatsServers::NatsServers(size_t count) : servers_(count) {
  {
    FreePorts ports;
    for (Server& server : servers_) {
      server.port = ports.next();
      server.cluster_port = ports.next();
      server.monitor_port = ports.next();
    }
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
  const std::string log = log_of(number);
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
  wait_until([&] { return !router::cluster::make_bucket(settings("init"), replicas); });
}

std::string NatsServers::log_of(size_t server) const {
  return folder_.file("s" + std::to_string(server) + ".log");
}

void NatsServers::wait_until(const std::function<bool()>& is_so) const {
  const auto end = std::chrono::steady_clock::now() + longest_wait;
  while (!is_so()) {
    const bool is_too_late = std::chrono::steady_clock::now() > end;
    for (size_t i = 0; i < size(); ++i) {
      const pid_t process = servers_[i].process;
      if (process < 0 || (!is_too_late && !has_ended(process))) continue;
      std::ifstream log(log_of(i));
      throw std::runtime_error("nats-server " + std::to_string(i) +
                               (is_too_late ? " is not ready" : " has ended") + "; its log:\n" +
                               std::string(std::istreambuf_iterator<char>(log), {}));
    }
    if (is_too_late) throw std::runtime_error("no nats-server runs");
    std::this_thread::sleep_for(pause_between_looks);
  }
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
  size_t leader = 0;
  wait_until([&] {
    for (size_t asked = 0; asked < size(); ++asked) {
      if (servers_[asked].process < 0) continue;
      const std::string answer = monitored(asked, "/jsz?streams=true");
      // The first leader that is named is of all servers' own group.
      const size_t stream = answer.find("\"stream_detail\"");
      const std::string begin = "\"leader\": \"s";
      const size_t found = stream == std::string::npos ? stream : answer.find(begin, stream);
      if (found == std::string::npos) continue;
      leader = static_cast<size_t>(answer[found + begin.size()] - '0');
      return true;
    }
    return false;
  });
  return leader;
}

}  // namespace cluster_nats
