// The opening of a connection, and all that there is to one over plain HTTP: requests and their answers,
// until a client asks for WebSocket, or speaks RawSocket.
//
// Lives on its stream's thread, which owns it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "transport/connection/service.h"
#include "transport/http/http.h"
#include "transport/memory/allocated.h"
#include "transport/memory/buffer.h"
#include "transport/messages/message_pace.h"
#include "transport/messages/message_talk.h"
#include "transport/rawsocket/rawsocket.h"
#include "transport/stream/stream.h"
#include "transport/stream/talk.h"

namespace transport {

class HttpTalk final : public Talk, private HttpExchange {
 public:
  using Talk::Talk;

  size_t own_bytes() const override { return sizeof(HttpTalk); }
  void begin() override;
  void receive(std::span<char> bytes) override;
  bool has_unread() const override { return !unread_.empty(); }
  void read_on() override;
  std::string_view on_end_of_input(const Socket::Result& result) override;
  void on_all_written() override;
  void sweep(Loop::Clock::time_point now) override;
  Held held_input() const override { return {allocated(unread_), 0}; }
  void give_back_input() override { give_back(unread_); }
  bool says_goodbye(size_t held) override;
  void on_end() override;

 private:
  enum class Stage : uint8_t {
    reading,    // a request
    waiting,    // a request is answered later
    answering,  // the answer is on its way, another request may follow
  };
  // A request with a body, or one that is answered as such, while it is read or answered.
  struct Posted {
    HttpRequest request;
    size_t head_size = 0;
    size_t body_size = 0;
    bool keep_alive = false;
    std::vector<std::pair<std::string, std::string>> headers;  // of the answer
    HttpWaiter* waiter = nullptr;                              // while it is answered later
  };

  Service& service() const { return stream_.served()->service; }
  ListenerCounts& counts() override { return *stream_.served()->counts; }
  void answer(HttpResponse response) override;
  void add_header(std::string name, std::string value) override;

  void receive_head(std::span<char> bytes);
  std::variant<HttpRequest, HttpResponse> read_request(std::string_view head) const;
  void on_request(const HttpRequest& request, std::string_view rest);
  void receive_rawsocket_handshake();
  void open(Agreed agreed, const std::string& response, Service::Upgrade upgrade, std::string_view rest);
  void begin_post(HttpRequest request, size_t head_size);
  void receive_body();
  void receive_early(std::span<char> bytes);
  void begin_answer(HttpResponse response);
  void move_to(Loop& loop);
  void check_body(Loop::Clock::time_point now);
  void end_late_opening();

  // The last words.
  void respond(const HttpResponse& response, bool head_only = false);
  void end_with(BufferRef last_words);
  // The same, counted and told.
  void refuse(const HttpResponse& response) { refuse(stream_.peer().address(), response); }
  void refuse(const std::string& peer, const HttpResponse& response);
  void refuse_tls(const std::string& why);

  std::unique_ptr<Posted> posted_;
  std::string unread_;  // what came in and is not dealt with: the head so far, a body, what comes early
  MessagePace pace_;    // of a body
  uint32_t bodies_ = 0;
  Stage stage_ = Stage::reading;
};

}  // namespace transport
