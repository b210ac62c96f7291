#include "transport/accept/adopt.h"

#include <utility>

#include <asio/post.hpp>

#include "transport/accept/http_talk.h"
#include "transport/accept/proxy_talk.h"
#include "transport/stream/stream.h"

namespace transport {
namespace {

void take_in(Loop& loop, Arrival arrival, const std::shared_ptr<const Served>& served) {
  Loop::State& state = loop.state();
  std::string read = std::move(arrival.read);
  const bool is_announced = arrival.fresh && served->options.proxy_protocol;
  auto made = std::make_unique<Stream>(loop, std::move(arrival), served);
  Stream& stream = *made;
  std::unique_ptr<Talk> first;
  if (is_announced)
    first = std::make_unique<ProxyTalk>(stream);
  else
    first = std::make_unique<HttpTalk>(stream);
  state.add(std::move(made));
  state.do_for(stream, [&] { stream.start(std::move(first), read); });
}

}  // namespace

void adopt(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served) {
  Loop::State& state = loop.state();
  state.connection_count.fetch_add(1, std::memory_order_relaxed);
  served->counts->open.fetch_add(1, std::memory_order_relaxed);
  asio::post(state.io, [&loop, &state, arrival = std::move(arrival), served = std::move(served)]() mutable {
    state.begin_turn();
    if (arrival.fresh) state.counters.accepted.add();
    if (state.has_memory_for([&] { take_in(loop, std::move(arrival), served); })) return;
    state.connection_count.fetch_sub(1, std::memory_order_relaxed);
    served->counts->open.fetch_sub(1, std::memory_order_relaxed);
    state.counters.refused_memory.add();
  });
}

}  // namespace transport
