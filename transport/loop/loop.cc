#include "transport/loop/loop.h"

#include <algorithm>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include "transport/loop/loop_state.h"

namespace transport {
namespace {

constexpr size_t read_buffer_size = 64 * 1024;
constexpr size_t write_scratch_size = 64 * 1024;
constexpr auto slowest_sweep = std::chrono::milliseconds(1000);
// Several times before whoever has asked for a sign of life loses patience.
constexpr auto probe_interval = std::chrono::milliseconds(100);

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

void Loop::State::add(std::unique_ptr<Resident> resident) {
  // That one ends must not need memory.
  for (auto* list : {&ended_, &buried_})
    if (list->capacity() <= residents_.size()) list->reserve(2 * residents_.size() + 8);
  resident->place = residents_.size();
  residents_.push_back(std::move(resident));
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

void Loop::State::add_unwritten(Resident& resident) {
  unwritten_.push_back(&resident);
  request_unless_collecting();
}

void Loop::State::add_ended(Resident& resident) {
  ended_.push_back(&resident);
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
  for (Resident* resident : full_) do_for(*resident, [=] { resident->write_full(); });
  full_.clear();
}

void Loop::State::write_all() {
  write_full();
  for (Resident* resident : unwritten_) do_for(*resident, [=] { resident->write_queued(); });
  unwritten_.clear();
  created_bytes_ = Buffer::created_bytes();
}

void Loop::State::bury_ended() {
  // Those that end while others are told have the next turn.
  buried_.swap(ended_);
  for (Resident* resident : buried_) has_memory_for([=] { resident->bury(); });
  buried_.clear();
}

void Loop::State::sweep(Clock::time_point time) {
  for (const auto& resident : residents_)
    do_for(*resident, [&resident = *resident, time] { resident.sweep(time); });
}

template <class Visit>
void Loop::State::for_each_holder(Visit visit) {
  for (const auto& resident : residents_) visit(*resident);
  std::erase_if(others, [](const auto& other) { return other.expired(); });
  for (const auto& other : others) visit(*other.lock());
}

void Loop::State::limit_messages(size_t max_size) {
  max_message_size = max_size;
  for (const auto& resident : residents_) resident->limit_messages();
}

void Loop::State::sweep_every(Clock::duration interval) {
  sweep_interval_ = std::min(sweep_interval_, interval);
  if (!sweep_waiting_) wait_for_sweep();
}

void Loop::State::wait_for_sweep() {
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](asio::error_code) {
    sweep_waiting_ = false;
    if (!residents_.empty()) wait_for_sweep();
    begin_turn();
    sweep(now);
  });
  sweep_waiting_ = true;  // now that there was memory for it
}

void Loop::State::add_probed(Resident& resident) {
  probed_.push_back(&resident);
  if (probed_.size() == 1) look_at_probed();
}

void Loop::State::look_at_probed() {
  probe_timer_.expires_after(probe_interval);
  probe_timer_.async_wait([this](asio::error_code error) {
    if (error) return;
    begin_turn();
    // What one does may end others, and ask for others to be looked at.
    looked_at_.swap(probed_);
    probed_.reserve(looked_at_.size());
    for (Resident* const& resident : looked_at_)
      if (resident && resident->look_for_life()) probed_.push_back(resident);
    looked_at_.clear();
    if (!probed_.empty()) look_at_probed();
  });
}

void Loop::State::remove(Resident& resident) {
  const size_t place = resident.place;
  std::swap(residents_[place], residents_.back());
  residents_[place]->place = place;
  residents_.pop_back();
}

void Loop::State::remove_all() {
  for (const auto& resident : residents_) resident->abandon();
  residents_.clear();
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
  state_->for_each_holder([&](const AccountHolder& holder) {
    // Counted in full it is more, and quicker to look up.
    if (holder.account()->total() < least) return;
    if (const size_t share = holder.share(); share >= least) found.push_back({share, holder.account()});
  });
  return found;
}
void Loop::end(const std::vector<Holder>& holders) {
  std::unordered_map<const Account*, size_t> bytes;
  for (const Holder& holder : holders) bytes.emplace(holder.account.get(), holder.bytes);
  std::vector<std::pair<AccountHolder*, size_t>> ended;
  state_->for_each_holder([&](AccountHolder& holder) {
    if (const auto found = bytes.find(holder.account().get()); found != bytes.end())
      ended.emplace_back(&holder, found->second);
  });
  for (const auto& [holder, held] : ended) holder->give_way(held);
}
void Loop::limit_messages(size_t max_size) {
  state_->limit_messages(max_size);
}
std::shared_ptr<Account> Loop::new_account() const {
  return std::make_shared<Account>(state_->held);
}

void Loop::add_holder(std::weak_ptr<AccountHolder> holder) {
  state_->others.push_back(std::move(holder));
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
