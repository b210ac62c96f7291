#include "router/cluster/nats/nats_connection.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "router/base/log.h"
#include "router/cluster/nats/cnats.h"
#include "transport/locks/mutex.h"
#include "transport/loop/blocked_signals.h"
#include "transport/loop/descriptor_watch.h"
#include "transport/loop/loop.h"
#include "transport/memory/has_memory_for.h"

namespace router::cluster {

namespace {

using namespace std::chrono_literals;
using transport::has_memory_for;
using transport::Lock;

constexpr auto retry_interval = 500ms;
constexpr int io_buffer_size = 64 * 1024;

class Incoming final : public NatsMessage {
 public:
  Incoming(natsMsg& message, NatsSubscription subscription)
      : message_(message), subscription_(subscription) {}

  NatsSubscription subscription() const override { return subscription_; }
  std::string_view subject() const override { return natsMsg_GetSubject(&message_); }
  std::string_view reply() const override {
    const char* const reply = natsMsg_GetReply(&message_);
    return reply ? std::string_view(reply) : std::string_view();
  }
  std::string_view data() const override {
    return {natsMsg_GetData(&message_), static_cast<size_t>(natsMsg_GetDataLength(&message_))};
  }
  std::optional<std::string_view> header(const char* name) const override {
    const char* value = nullptr;
    if (natsMsgHeader_Get(&message_, name, &value) != NATS_OK || !value) return std::nullopt;
    return value;
  }

 private:
  natsMsg& message_;
  const NatsSubscription subscription_;
};

}  // namespace

// Outlives the connection by what it has posted to the loop.
struct NatsConnection::State : std::enable_shared_from_this<State> {
  // One connection that was made. One thread has it at a time: the one that makes it, the loop's, the one
  // that destroys it.
  struct Life {
    cnats::Connection connection;
    std::string inbox;
    std::unique_ptr<transport::DescriptorWatch> watch;
    std::map<NatsSubscription, cnats::Subscription> subscriptions;
    int descriptor = -1;     // until the watch has it
    State* state = nullptr;  // on the loop only
    bool is_write_asked_for = false;
    bool is_write_coming = false;  // at the end of the turn
    bool is_room_awaited = false;  // in the socket

    ~Life() {
      // Before the subscriptions, which would say that they end and have it wait until that is written.
      connection.reset();
      if (descriptor >= 0) ::close(descriptor);
    }
  };

  State(transport::Loop& on, NatsSettings to, std::string for_what, size_t most_buffered, NatsUser& whose)
      : loop(on),
        settings(std::move(to)),
        purpose(std::move(for_what)),
        max_buffered(most_buffered),
        user(&whose) {}

  // ---- on a thread of its own
  void make_and_destroy() {
    while (true) {
      std::shared_ptr<Life> to_destroy;
      {
        Lock lock(mutex);
        while (!ended && !is_stopping && !is_wanted) changed.wait(mutex);
        if (ended) {
          to_destroy = std::exchange(ended, nullptr);
        } else if (is_stopping) {
          break;
        } else if (std::chrono::steady_clock::now() < next_try) {
          changed.wait_until(mutex, next_try);
          continue;
        }
      }
      if (to_destroy) {
        to_destroy.reset();
      } else {
        // Without memory it is tried later, as it is without a server.
        has_memory_for([this] { try_to_connect(); });
      }
    }
    nats_ReleaseThreadMemory();
  }

  void try_to_connect() {
    next_try = std::chrono::steady_clock::now() + retry_interval;
    auto life = std::make_shared<Life>();
    if (const auto wrong = connect(*life)) {
      if (!std::exchange(is_told_away, true))
        log::warning("NATS is away (" + purpose + "): " + *wrong + "; trying again and again");
      return;
    }
    is_told_away = true;  // by whoever loses it
    log::info("Connected to NATS at " + cnats::server_of(life->connection.get()) + " (" + purpose + ")");
    const Lock lock(mutex);
    loop.post([self = shared_from_this(), life] { self->begin(life); });
    is_wanted = false;
  }

  // What is wrong, if something is.
  std::optional<std::string> connect(Life& life) {
    cnats::Options options;
    if (auto wrong = cnats::make_options(settings, purpose, options)) return wrong;
    natsStatus status = NATS_OK;
    const auto set = [&](auto call, auto... arguments) {
      if (status == NATS_OK) status = call(options.get(), arguments...);
    };
    // Both: nothing is written then before the loop does it.
    set(natsOptions_SetSendAsap, true);
    set(natsOptions_SetEventLoop, &life, attach, ask_for_read, ask_for_write, detach);
    set(natsOptions_SetIOBufSize, io_buffer_size);
    natsConnection* connection = nullptr;
    if (status == NATS_OK) status = natsConnection_Connect(&connection, options.get());
    life.connection.reset(connection);
    if (status != NATS_OK) return cnats::last_error(status);

    natsInbox* inbox = nullptr;
    status = natsInbox_Create(&inbox);
    if (status == NATS_OK) life.inbox = inbox;
    natsInbox_Destroy(inbox);
    if (status != NATS_OK) return cnats::last_error(status);
    return std::nullopt;
  }

  // ---- what cnats calls, on the thread that has the connection
  static natsStatus attach(void** data, void* life, natsConnection*, natsSock socket) {
    *data = life;
    // It may close its own at any time.
    static_cast<Life*>(life)->descriptor = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    return static_cast<Life*>(life)->descriptor < 0 ? NATS_SYS_ERROR : NATS_OK;
  }
  static natsStatus ask_for_read(void*, bool) { return NATS_OK; }
  static natsStatus ask_for_write(void* data, bool is_wanted) {
    auto& life = *static_cast<Life*>(data);
    life.is_write_asked_for = is_wanted;
    if (!is_wanted || !life.state) return NATS_OK;
    return has_memory_for([&] { life.state->request_write(); }) ? NATS_OK : NATS_NO_MEMORY;
  }
  static natsStatus detach(void*) { return NATS_OK; }

  // ---- on the loop's thread
  void begin(const std::shared_ptr<Life>& made) {
    if (!user) return;
    life = made;
    life->state = this;
    life->is_write_asked_for = false;
    const bool is_watched = has_memory_for([this] {
      life->watch = std::make_unique<transport::DescriptorWatch>(
          loop, life->descriptor, [this] { read(); },
          [this] {
            has_moved = true;
            write();
          });
    });
    if (!is_watched) return hand_back();
    life->descriptor = -1;
    life->watch->start();
    user->on_connected();
    end_if_closed();
  }

  void read() {
    natsConnection_ProcessReadEvent(life->connection.get());
    hand_over();
    end_if_closed();
  }

  // All that the turn has to say goes out in one piece.
  void request_write() {
    if (life->is_write_coming) return;
    loop.post([self = shared_from_this(), it = life.get()] {
      if (self->user && self->life.get() == it) self->end_turn();
    });
    life->is_write_coming = true;
  }

  void end_turn() {
    // What there is no memory for is lost; the rest is written.
    has_memory_for([this] { user->on_turn_end(); });
    life->is_write_coming = false;
    if (!life->is_room_awaited) write();
  }

  void write() {
    // With nothing to write cnats takes the connection for closed.
    if (life->is_write_asked_for) natsConnection_ProcessWriteEvent(life->connection.get());
    life->is_room_awaited = life->is_write_asked_for;
    if (life->is_room_awaited) life->watch->await_writable();
    end_if_closed();
  }

  void hand_over() {
    bool is_any = false;
    // The user may subscribe, and end subscriptions.
    auto& all = life->subscriptions;
    for (auto next = all.begin(); next != all.end();) {
      const NatsSubscription number = next->first;
      while ((next = all.find(number)) != all.end()) {
        uint64_t waiting = 0;
        natsMsg* message = nullptr;
        // Asked before, as an empty queue is an error that is written down.
        if (natsSubscription_QueuedMsgs(next->second.get(), &waiting) != NATS_OK || waiting == 0) break;
        const natsStatus status = natsSubscription_NextMsg(&message, next->second.get(), 0);
        if (status == NATS_NO_RESPONDERS) continue;  // it says so in the place of a message
        if (status != NATS_OK) break;
        const cnats::Message owned(message);
        is_any = true;
        user->on_message(Incoming(*message, number));
      }
      next = all.upper_bound(number);
    }
    if (is_any) user->on_messages_end();
  }

  void end_if_closed() {
    if (!life || !natsConnection_IsClosed(life->connection.get())) return;
    const char* text = nullptr;
    const natsStatus status = natsConnection_GetLastError(life->connection.get(), &text);
    end(text && *text ? text : natsStatus_GetText(status));
  }

  void end(std::string_view reason) {
    log::warning("NATS is away (" + purpose + "): " + std::string(reason));
    hand_back();
    user->on_disconnected();
  }

  void hand_back() {
    life->watch.reset();
    life->state = nullptr;
    {
      Lock lock(mutex);
      ended = std::exchange(life, nullptr);
      is_wanted = true;
    }
    changed.notify_one();
  }

  void stop() {
    user = nullptr;
    if (life) hand_back();
    {
      Lock lock(mutex);
      is_stopping = true;
    }
    changed.notify_one();
  }

  transport::Loop& loop;
  const NatsSettings settings;
  const std::string purpose;
  const size_t max_buffered;

  // The loop's.
  NatsUser* user;  // null: the connection is gone
  std::shared_ptr<Life> life;
  NatsSubscription last_subscription = 0;
  bool has_moved = false;

  // The other thread's.
  std::chrono::steady_clock::time_point next_try{};
  bool is_told_away = false;

  transport::Mutex mutex;
  std::condition_variable_any changed;
  std::shared_ptr<Life> ended GUARDED_BY(mutex);  // to be destroyed before the next one is made
  bool is_wanted GUARDED_BY(mutex) = true;
  bool is_stopping GUARDED_BY(mutex) = false;

  std::thread thread;
};

NatsConnection::NatsConnection(transport::Loop& loop, const NatsSettings& settings, std::string purpose,
                               size_t max_buffered, NatsUser& user)
    : state_(std::make_shared<State>(loop, settings, std::move(purpose), max_buffered, user)) {
  // The threads of cnats are started by this one.
  const transport::BlockedSignals no_signals;
  state_->thread = std::thread([state = state_.get()] { state->make_and_destroy(); });
}

NatsConnection::~NatsConnection() {
  stop();
  state_->thread.join();
}

void NatsConnection::stop() {
  state_->stop();
}

const std::string& NatsConnection::inbox() const {
  static const std::string none;
  return state_->life ? state_->life->inbox : none;
}

bool NatsConnection::is_connected() const {
  return state_->life != nullptr;
}

size_t NatsConnection::max_payload() const {
  if (!state_->life) return 0;
  return static_cast<size_t>(
      std::max<int64_t>(0, natsConnection_GetMaxPayload(state_->life->connection.get())));
}

size_t NatsConnection::buffered() const {
  if (!state_->life) return 0;
  return static_cast<size_t>(std::max(0, natsConnection_Buffered(state_->life->connection.get())));
}

void NatsConnection::request_write() {
  if (state_->life) state_->request_write();
}

bool NatsConnection::take_moved() {
  return std::exchange(state_->has_moved, false);
}

NatsSubscription NatsConnection::subscribe(const std::string& subject) {
  if (!state_->life) return 0;
  natsSubscription* made = nullptr;
  natsStatus status = natsConnection_SubscribeSync(&made, state_->life->connection.get(), subject.c_str());
  cnats::Subscription subscription(made);
  // What has come is taken after each read, so there is never more than that.
  if (status == NATS_OK) status = natsSubscription_SetPendingLimits(made, -1, -1);
  if (status != NATS_OK) {
    give_up(cnats::last_error(status));
    return 0;
  }
  state_->life->subscriptions.emplace(++state_->last_subscription, std::move(subscription));
  return state_->last_subscription;
}

void NatsConnection::unsubscribe(NatsSubscription subscription) {
  if (!state_->life) return;
  const auto found = state_->life->subscriptions.find(subscription);
  if (found == state_->life->subscriptions.end()) return;
  natsSubscription_Unsubscribe(found->second.get());
  state_->life->subscriptions.erase(found);
}

bool NatsConnection::publish(const std::string& subject, std::string_view data, const std::string& reply,
                             std::initializer_list<NatsHeader> headers) {
  if (!state_->life || buffered() > state_->max_buffered) return false;
  natsConnection* const connection = state_->life->connection.get();
  const int size = static_cast<int>(data.size());
  if (headers.size() == 0) {
    return (reply.empty() ? natsConnection_Publish(connection, subject.c_str(), data.data(), size)
                          : natsConnection_PublishRequest(connection, subject.c_str(), reply.c_str(),
                                                          data.data(), size)) == NATS_OK;
  }
  natsMsg* made = nullptr;
  if (natsMsg_Create(&made, subject.c_str(), reply.empty() ? nullptr : reply.c_str(), data.data(), size) !=
      NATS_OK)
    return false;
  const cnats::Message message(made);
  for (const NatsHeader& header : headers)
    if (natsMsgHeader_Set(made, header.name, header.value.c_str()) != NATS_OK) return false;
  return natsConnection_PublishMsg(connection, made) == NATS_OK;
}

void NatsConnection::give_up(std::string_view reason) {
  state_->loop.post([state = state_, life = state_->life.get(), reason = std::string(reason)] {
    if (state->life && state->life.get() == life) state->end(reason);
  });
}

}  // namespace router::cluster
