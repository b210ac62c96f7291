#include "tests/transport/server.h"

#include <algorithm>
#include <chrono>
#include <future>

#include "transport/loop/loop_state.h"
#include "transport/messages/frame_message.h"

namespace transport {

void Log::add(std::string line) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  added_.notify_all();
}

bool Log::has(const std::string& line) {
  std::unique_lock lock(mutex_);
  size_t seen = 0;
  return added_.wait_for(lock, std::chrono::seconds(10), [&] {
    while (seen < lines_.size())
      if (lines_[seen++] == line) return true;
    return false;
  });
}

size_t Log::count(const std::string& line) {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count(lines_.begin(), lines_.end(), line));
}

std::vector<std::string> Log::lines() {
  const std::lock_guard lock(mutex_);
  return lines_;
}

ConnectionLimits patient_limits() {
  constexpr int hour_ms = 3600 * 1000;
  ConnectionLimits limits;
  limits.handshake_timeout_ms = limits.ping_interval_ms = limits.ping_timeout_ms = hour_ms;
  limits.message_window_ms = hour_ms;
  limits.min_message_rate = 0;
  limits.close_timeout_ms = 2 * hour_ms;
  limits.max_bytes_of_unknown = SIZE_MAX;
  return limits;
}

BufferRef text_frame(const Connection& connection, std::string_view message) {
  BufferRef buffer = Buffer::create(max_frame_header, message.size() + max_frame_trailer);
  buffer->append(message);
  return frame_message(connection.framing(), std::move(buffer));
}

class Server::Told : public Receiver {
 public:
  explicit Told(Server& server) : server_(server) {}
  ~Told() override { server_.log.add("destroyed"); }

  void on_open(Connection& connection) override {
    connection_ = server_.connection_ = &connection;
    server_.log.add("opened");
    const Inside inside(server_);
    server_.opened(connection);
  }

  void on_message(std::span<char> message) override {
    const std::string text(message.begin(), message.end());
    server_.log.add("received " + text.substr(0, 100));
    const Inside inside(server_);
    server_.received(*connection_, text);
  }

  void on_silent() override { server_.log.add("silent"); }
  void on_alive() override { server_.log.add("alive"); }

  void on_closed(const CloseReason& reason) override {
    if (server_.depth_ > 0) server_.log.add("closed inside another call");
    server_.log.add("closed " + std::to_string(reason.code) + (reason.by_peer ? " by peer: " : " by us: ") +
                    reason.text);
    server_.closed();
  }

 private:
  struct Inside {
    explicit Inside(Server& s) : server(s) { ++server.depth_; }
    ~Inside() { --server.depth_; }
    Server& server;
  };

  Server& server_;
  Connection* connection_ = nullptr;
};

Server::Server(ConnectionOptions connections, const ListenOptions& options)
    : loop_(std::make_unique<Loop>()) {
  requested = [](const HttpRequest& request) {
    return text_response(200, request.method + " " + request.path);
  };
  posted = [](Loop&, const HttpRequest&, const std::string& body, HttpExchange&) {
    return text_response(200, body);
  };
  loop_->set_turn_end([this] { turn_ended(); });
  listener_ =
      std::make_unique<Listener>(*loop_, std::vector{loop_.get()}, *this, options, std::move(connections),
                                 [this](const std::string& error) { log.add("error " + error); });
  thread_ = std::thread([this] { loop_->run(); });
}

Server::~Server() {
  if (loop_) destroy_loop();
}

void Server::destroy_loop() {
  loop_->stop();
  thread_.join();
  listener_.reset();
  loop_.reset();
}

test_support::RawClient Server::open(std::string_view path, std::string_view subprotocols) {
  test_support::RawClient client = connect();
  const auto reply = client.handshake(path, subprotocols);
  if (reply.status != 101) throw std::runtime_error("no handshake: " + reply.body);
  return client;
}

void Server::on_loop(const std::function<void()>& work) {
  std::promise<void> done;
  loop_->post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

size_t Server::held_connections() {
  size_t held = 0;
  on_loop([&] { held = loop_->state().held_connections(); });
  return held;
}

void Server::settle() {
  for (int pass = 0; pass < 10; ++pass) on_loop([] {});
}

bool Server::remarked(const std::string& what) {
  settle();
  for (const std::string& line : log.lines())
    if (line.starts_with("remark ") && line.find(what) != line.npos) return true;
  return false;
}

void Server::sweep_after(Loop::Clock::duration time) {
  settle();
  on_loop([&] { sweep_now(time); });
  settle();
}

void Server::sweep_now(Loop::Clock::duration time) {
  loop_->state().sweep(loop_->now() + time);
}

HttpResponse Server::on_request(const HttpRequest& request) {
  return requested(request);
}

std::optional<HttpResponse> Server::refuse_body(Loop& loop, const HttpRequest& request, size_t body_size) {
  if (!request.path.starts_with("/post")) return Service::refuse_body(loop, request, body_size);
  if (request.method != "POST" && request.method != "OPTIONS")
    return method_not_allowed(request, "POST, OPTIONS");
  if (body_size > 1000) return text_response(413, "a body of more than 1000 bytes");
  return std::nullopt;
}

Service::Answer Server::on_post(Loop& loop, const HttpRequest& request, std::span<const char> body,
                                HttpExchange& exchange) {
  return posted(loop, request, {body.begin(), body.end()}, exchange);
}

std::variant<Service::Upgrade, RawSocketRefusal> Server::on_rawsocket(Loop&,
                                                                      const RawSocketRequest& request) {
  if (request.serializer == 0)
    return RawSocketRefusal{RawSocketError::not_served, "RawSocket is not served here"};
  if (request.serializer == 9)
    return RawSocketRefusal{RawSocketError::serializer_unsupported, "serializer 9 is not served"};
  return Upgrade{"", Framing::rawsocket, std::make_unique<Told>(*this)};
}

std::variant<Service::Upgrade, HttpResponse> Server::on_upgrade(Loop&, const HttpRequest& request,
                                                                const std::vector<std::string>& offered) {
  log.add("peer " + request.peer_address);
  if (request.path == "/refused") return text_response(403, "not for you");
  const std::string chosen = offered.empty() ? "" : offered.back();
  const Framing framing = chosen == "binary"           ? Framing::websocket_binary
                          : chosen == "batched.text"   ? Framing::batched_text
                          : chosen == "batched.binary" ? Framing::batched_binary
                          : chosen == "compressed"     ? Framing::websocket_text.compressed({15, 8})
                                                       : Framing::websocket_text;
  return Upgrade{chosen, framing, std::make_unique<Told>(*this), upgrade_headers};
}

bool ends_who_only_looks(Server& server) {
  { const test_support::RawClient gone = server.connect(); }
  test_support::RawClient reset = server.connect();
  reset.reset();
  test_support::RawClient stays = server.connect();
  server.sweep_after(just_after_an_hour);
  return stays.ended();
}

}  // namespace transport
