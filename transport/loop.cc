#include "transport/loop.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "transport/loop_state.h"
#include "transport/tcp_connection.h"

namespace transport {
namespace {

constexpr size_t read_buffer_size = 64 * 1024;
constexpr size_t write_scratch_size = 64 * 1024;
constexpr auto slowest_sweep = std::chrono::milliseconds(1000);
constexpr auto fastest_sweep = std::chrono::milliseconds(10);
// Several times before whoever has asked for a sign of life loses patience.
constexpr auto probe_interval = std::chrono::milliseconds(100);

// Deadlines are met within a quarter of the shortest of them.
Loop::Clock::duration sweep_interval_of(const ConnectionLimits& limits) {
  int shortest_ms = limits.handshake_timeout_ms;
  for (int timeout_ms :
       {limits.ping_interval_ms, limits.ping_timeout_ms, limits.close_timeout_ms, limits.message_window_ms}) {
    if (timeout_ms > 0) shortest_ms = std::min(shortest_ms, timeout_ms);
  }
  return std::clamp<Loop::Clock::duration>(std::chrono::milliseconds(shortest_ms / 4), fastest_sweep,
                                           slowest_sweep);
}

}  // namespace

Loop::State::State()
    : io(ASIO_CONCURRENCY_HINT_UNSAFE_IO),
      now(Clock::now()),
      read_buffer(read_buffer_size),
      write_scratch(write_scratch_size),
      sweep_interval_(slowest_sweep),
      sweep_timer_(io),
      probe_timer_(io) {}

Loop::State::~State() = default;

void Loop::State::adopt(Loop& loop, Arrival arrival, std::shared_ptr<const Served> served) {
  connection_count.fetch_add(1, std::memory_order_relaxed);
  served->counts->open.fetch_add(1, std::memory_order_relaxed);
  asio::post(io, [this, &loop, arrival = std::move(arrival), served = std::move(served)]() mutable {
    begin_turn();
    if (arrival.fresh) counters.accepted.add();
    if (has_memory_for([&] { take_in(loop, std::move(arrival), served); })) return;
    connection_count.fetch_sub(1, std::memory_order_relaxed);
    served->counts->open.fetch_sub(1, std::memory_order_relaxed);
    counters.refused_memory.add();
  });
}

void Loop::State::take_in(Loop& loop, Arrival arrival, const std::shared_ptr<const Served>& served) {
  schedule_sweep(served->options.limits);
  std::string read = std::move(arrival.read);
  // That one ends must not need memory.
  for (auto* list : {&ended_, &buried_})
    if (list->capacity() <= connections_.size()) list->reserve(2 * connections_.size() + 8);
  connections_.push_back(
      std::make_unique<TcpConnection>(loop, connections_.size(), std::move(arrival), served));
  TcpConnection& connection = *connections_.back();
  do_for(connection, [&] { connection.start(read); });
}

void Loop::State::begin_turn() {
  if (turn_end_posted_) return;
  read_clock();
  request_turn_end();
}

void Loop::State::read_clock() {
  now = time_of_turn_ = Clock::now();
}

void Loop::State::request_turn_end() {
  if (turn_end_posted_) return;
  // Behind the handlers of everything that is ready by now.
  asio::post(io, [this] { end_turn(); });
  turn_end_posted_ = true;
}

void Loop::State::request_unless_collecting() {
  if (!collecting_) request_turn_end();
}

void Loop::State::add_unwritten(TcpConnection& connection) {
  unwritten_.push_back(&connection);
  request_unless_collecting();
}

void Loop::State::add_ended(TcpConnection& connection) {
  ended_.push_back(&connection);
  request_unless_collecting();
}

void Loop::State::end_turn() {
  turn_end_posted_ = false;
  collecting_ = true;
  // What it has not done is to be done in another turn.
  if (turn_end && !has_memory_for(turn_end)) request_turn_end();
  write_all();
  collecting_ = false;
  bury_ended();
}

void Loop::State::write_full() {
  for (TcpConnection* connection : full_) do_for(*connection, [=] { connection->write_full(); });
  full_.clear();
}

void Loop::State::write_all() {
  write_full();
  for (TcpConnection* connection : unwritten_) do_for(*connection, [=] { connection->write_queued(); });
  unwritten_.clear();
  created_bytes_ = Buffer::created_bytes();
}

void Loop::State::bury_ended() {
  // Those that end while others are told have the next turn.
  buried_.swap(ended_);
  for (TcpConnection* connection : buried_) has_memory_for([=] { connection->bury(); });
  buried_.clear();
}

void Loop::State::sweep(Clock::time_point time) {
  for (const auto& connection : connections_)
    do_for(*connection, [&connection = *connection, time] { connection.sweep(time); });
}

template <class Visit>
void Loop::State::for_each_connection(Visit visit) {
  for (const auto& connection : connections_) visit(*connection);
  std::erase_if(others, [](const auto& other) { return other.expired(); });
  for (const auto& other : others) visit(*other.lock());
}

void Loop::State::limit_messages(size_t max_size) {
  max_message_size = max_size;
  for (const auto& connection : connections_) connection->limit_messages();
}

void Loop::State::schedule_sweep(const ConnectionLimits& limits) {
  sweep_interval_ = std::min(sweep_interval_, sweep_interval_of(limits));
  if (!sweep_waiting_) wait_for_sweep();
}

void Loop::State::wait_for_sweep() {
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](asio::error_code) {
    sweep_waiting_ = false;
    if (!connections_.empty()) wait_for_sweep();
    begin_turn();
    sweep(now);
  });
  sweep_waiting_ = true;  // now that there was memory for it
}

void Loop::State::add_probed(TcpConnection& connection) {
  probed_.push_back(&connection);
  if (probed_.size() == 1) look_at_probed();
}

void Loop::State::look_at_probed() {
  probe_timer_.expires_after(probe_interval);
  probe_timer_.async_wait([this](asio::error_code error) {
    if (error) return;
    begin_turn();
    std::vector<TcpConnection*> looked_at;
    looked_at.swap(probed_);
    std::erase_if(looked_at, [](TcpConnection* connection) { return !connection->look_for_life(); });
    probed_.insert(probed_.end(), looked_at.begin(), looked_at.end());
    if (!probed_.empty()) look_at_probed();
  });
}

void Loop::State::remove(TcpConnection& connection) {
  const size_t place = connection.place();
  std::swap(connections_[place], connections_.back());
  connections_[place]->set_place(place);
  connections_.pop_back();
}

void Loop::State::remove_all() {
  for (const auto& connection : connections_) connection->abandon();
  connections_.clear();
}

Loop::Loop() : state_(std::make_unique<State>()) {}

// Connections go first, while the loop they and their receivers refer to is still whole.
Loop::~Loop() {
  state_->remove_all();
}

void Loop::run() {
  const auto until_stopped = asio::make_work_guard(state_->io);
  state_->read_clock();
  // What is not caught elsewhere, as it was done for nobody in particular.
  while (!state_->has_memory_for([this] { state_->io.run(); })) {
  }
}

void Loop::post(std::function<void()> work) {
  asio::post(state_->io, [state = state_.get(), work = std::move(work)] {
    state->begin_turn();
    work();
  });
}

void Loop::stop() {
  state_->io.stop();
}
void Loop::set_turn_end(std::function<void()> callback) {
  state_->turn_end = std::move(callback);
}
void Loop::request_turn_end() {
  state_->request_turn_end();
}
Loop::Clock::time_point Loop::now() const {
  return state_->now;
}
const Counters& Loop::counters() const {
  return state_->counters;
}
size_t Loop::connection_count() const {
  return state_->connection_count.load(std::memory_order_relaxed);
}
std::vector<Loop::Holder> Loop::holders(size_t least) const {
  std::vector<Holder> found;
  state_->for_each_connection([&](const Connection& connection) {
    // Counted in full it is more, and quicker to look up.
    if (connection.account()->total() < least) return;
    if (const size_t share = connection.share(); share >= least)
      found.push_back({share, connection.account()});
  });
  return found;
}
void Loop::end(const std::vector<Holder>& holders) {
  std::unordered_map<const Account*, size_t> bytes;
  for (const Holder& holder : holders) bytes.emplace(holder.account.get(), holder.bytes);
  std::vector<std::pair<Connection*, size_t>> ended;
  state_->for_each_connection([&](Connection& connection) {
    if (const auto found = bytes.find(connection.account().get()); found != bytes.end())
      ended.emplace_back(&connection, found->second);
  });
  for (const auto& [connection, held] : ended) connection->give_way(held);
}
void Loop::limit_messages(size_t max_size) {
  state_->limit_messages(max_size);
}
const HeldBytes& Loop::held() const {
  return *state_->held;
}
std::ptrdiff_t Loop::input_outside_buffers() const {
  return state_->held->of(Holding::input) - state_->input_in_buffers.load(std::memory_order_relaxed);
}
asio::io_context& Loop::io() {
  return state_->io;
}

void Loop::after(Clock::duration delay, std::function<void()> work) {
  auto timer = std::make_shared<asio::steady_timer>(state_->io, delay);
  timer->async_wait([state = state_.get(), timer, work = std::move(work)](asio::error_code error) {
    if (error) return;
    state->begin_turn();
    work();
  });
}

}  // namespace transport
