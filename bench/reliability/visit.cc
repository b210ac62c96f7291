#include "bench/reliability/visit.h"

#include <array>
#include <cerrno>
#include <stdexcept>

#include <sys/socket.h>

#include "bench/load/clock.h"
#include "bench/load/tally.h"
#include "client/wire/tcp.h"

namespace bench::reliability {

namespace {

constexpr uint64_t kMillisecond_ns = 1'000'000;
// Beyond all of the router's own timeouts: handshake, ping interval and timeout, close.
constexpr uint64_t kPatience_ns = 60 * load::kSecond;
constexpr uint64_t kAddresses =
    64;  // of loopback: a connection that ends in order keeps its port for a minute

}  // namespace

void Visitor::visit(uint64_t now_ns) {
  Story story = any_story(random_, options_);
  const bool over_unix = story.rawsocket && !trial_.rawsocket_path.empty() && any(random_, 2) == 0;
  socket_ = over_unix ? wire::connect_unix(trial_.rawsocket_path)
                      : wire::connect_tcp(options_.server.address,
                                          "127.0.0." + std::to_string(1 + any(random_, kAddresses)));
  loop_.watch(socket_, this);
  visiting_ = true;
  answered_ = ended_by_router_ = false;
  ending_ = any_ending();
  deadline_ns_ = now_ns + (ending_ >= Ending::orderly ? kPatience_ns : any(random_, 20) * kMillisecond_ns);
  say(std::move(story));
}

Visitor::Ending Visitor::any_ending() {
  if (any(random_, 20000) == 0) return Ending::never;
  const uint64_t share = any(random_, 10);
  if (share < 4) return Ending::at_once;
  if (share < 7) return Ending::after_answer;
  return share < 9 ? Ending::after_pause : Ending::orderly;
}

void Visitor::say(Story story) {
  const uint64_t whole = any(random_, story.parts.size() + 1);
  said_.clear();
  for (uint64_t i = 0; i < whole; ++i) said_ += story.parts[i];
  // Half of them stop in the middle of a part.
  if (whole < story.parts.size() && any(random_, 2) == 0)
    said_.append(story.parts[whole], 0, any(random_, story.parts[whole].size()));
  // Some in two pieces, which the router may read one by one.
  const size_t first = any(random_, 4) == 0 ? any(random_, said_.size() + 1) : said_.size();
  ::send(socket_.get(), said_.data(), first, MSG_NOSIGNAL);
  ::send(socket_.get(), said_.data() + first, said_.size() - first, MSG_NOSIGNAL);
  if (ending_ == Ending::orderly) ::shutdown(socket_.get(), SHUT_WR);
}

void Visitor::on_event(uint32_t) {
  static std::array<char, 65536> thrown_away;
  const ssize_t size = ::recv(socket_.get(), thrown_away.data(), thrown_away.size(), 0);
  if (size > 0) answered_ = true;
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) ended_by_router_ = true;
}

void Visitor::after_turn(uint64_t now_ns) {
  const bool late = now_ns >= deadline_ns_;
  const bool over = ended_by_router_ || late || ending_ == Ending::at_once ||
                    (ending_ == Ending::after_answer && answered_);
  if (!visiting_ || !over) return;
  if (late && !ended_by_router_ && ending_ >= Ending::orderly)
    throw std::runtime_error("the router does not end a connection on which it was said: " +
                             load::printable(said_));
  end();
}

void Visitor::end() {
  if (ending_ != Ending::orderly && any(random_, 8) != 0) wire::abort_on_close(socket_);
  socket_ = wire::Fd();
  visiting_ = false;
}

}  // namespace bench::reliability
