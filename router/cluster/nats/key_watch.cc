#include "router/cluster/nats/key_watch.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "router/base/log.h"
#include "router/cluster/bytes/bytes.h"
#include "serializers/serializer.h"

namespace router::cluster {

namespace {

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Where a message stands, as the subject for its acknowledgement says:
// $JS.ACK.(DOMAIN.ACCOUNT.)STREAM.CONSUMER. DELIVERED.REVISION.NUMBER.TIME.PENDING(.RANDOM), the parts in
// parentheses from later servers.
struct Place {
  uint64_t revision = 0, number = 0, pending = 0;
};

std::optional<Place> place_of(std::string_view reply) {
  if (!reply.starts_with("$JS.ACK.")) return std::nullopt;
  std::vector<std::string_view> tokens;
  while (true) {
    const size_t end = reply.find('.');
    tokens.push_back(reply.substr(0, end));
    if (end == std::string_view::npos) break;
    reply.remove_prefix(end + 1);
  }
  const size_t first = tokens.size() == 9 ? 4 : 6;
  if (tokens.size() < first + 5) return std::nullopt;
  const auto revision = number_in(tokens[first + 1]);
  const auto number = number_in(tokens[first + 2]);
  const auto pending = number_in(tokens[first + 4]);
  if (!revision || !number || !pending) return std::nullopt;
  return Place{*revision, *number, *pending};
}

// A key that was withdrawn by other tools, with nothing in it. Of a name they leave only a hash.
std::optional<Key> key_of(const NatsSettings& settings, std::string_view subject) {
  const std::string nodes = settings.key_subjects() + "node.";
  if (!subject.starts_with(nodes) || !is_node_name(subject.substr(nodes.size()))) return std::nullopt;
  return NodeName(subject.substr(nodes.size()));
}

}  // namespace

KeyWatch::KeyWatch(const NatsSettings& settings, NatsConnection& connection, BackboneListener& listener)
    : settings_(settings), connection_(connection), listener_(listener) {}

void KeyWatch::begin() {
  connection_.unsubscribe(std::exchange(subscription_, 0));
  ++consumer_;
  delivered_ = 0;
  is_all_ = is_all_told_ = is_broken_ = false;
  silence_.reset();
  const std::string inbox = connection_.inbox() + ".k" + std::to_string(consumer_);
  subscription_ = connection_.subscribe(inbox);
  const std::string start =
      last_ == 0 ? R"("deliver_policy":"last_per_subject")"
                 : R"("deliver_policy":"by_start_sequence","opt_start_seq":)" + std::to_string(last_ + 1);
  const std::string wish =
      R"({"stream_name":")" + settings_.stream() + R"(","config":{"deliver_subject":")" + inbox + R"(",)" +
      start + R"(,"filter_subject":")" + settings_.key_subjects() +
      R"(>","ack_policy":"none","max_deliver":1,"replay_policy":"instant",)"
      R"("flow_control":true,"idle_heartbeat":500000000,"num_replicas":1,"mem_storage":true}})";
  connection_.publish("$JS.API.CONSUMER.CREATE." + settings_.stream(), wish,
                      connection_.inbox() + ".r.c" + std::to_string(consumer_));
}

void KeyWatch::on_answer(std::string_view number, const NatsMessage& message) {
  if (number_in(number) != consumer_) return;
  const auto value = serializers::decode_json(message.data());
  const wamp::Dict* const answer = value ? value->get<wamp::Dict>() : nullptr;
  if (!answer || answer->find("error")) {
    // It is tried again when it has been silent for too long.
    if (!std::exchange(is_trouble_told_, true))
      log::error("The keys of the cluster cannot be read (bucket " + settings_.bucket() +
                 "): " + std::string(message.data()));
    return;
  }
  if (std::exchange(is_trouble_told_, false)) log::info("The keys of the cluster can be read again");
  silence_.reset();
  const wamp::Value* const pending = answer->find("num_pending");
  if (pending && *pending == wamp::Value(0) && delivered_ == 0) is_all_ = true;
}

bool KeyWatch::on_message(const NatsMessage& message) {
  if (message.subscription() != subscription_) return false;
  silence_.reset();
  if (is_broken_) return true;
  if (message.header("Status")) {
    on_status(message);
  } else {
    on_change(message);
  }
  return true;
}

void KeyWatch::on_status(const NatsMessage& message) {
  // It asks how far this one has come: so far.
  if (!message.reply().empty()) connection_.publish(std::string(message.reply()), {});
  const auto stalled = message.header("Nats-Consumer-Stalled");
  if (stalled) connection_.publish(std::string(*stalled), {});
  const auto last = message.header("Nats-Last-Consumer");
  if (!last) return;
  if (number_in(*last) != delivered_) {
    is_broken_ = true;
  } else if (!stalled) {
    is_all_ |= !is_all_told_;  // it has nothing to send
  }
}

void KeyWatch::on_change(const NatsMessage& message) {
  const auto place = place_of(message.reply());
  if (!place || place->number != delivered_ + 1) {
    is_broken_ = true;
    return;
  }
  // Without memory for it the next one is out of its numbers, and this one comes again.
  if (place->revision > last_) add(message, place->revision);
  last_ = std::max(last_, place->revision);
  delivered_ = place->number;
  is_all_ = place->pending == 0;
}

void KeyWatch::add(const NatsMessage& message, Revision revision) {
  const bool is_withdrawal = message.header("KV-Operation").has_value();
  auto read = decode_value(message.data());
  if (!read && is_withdrawal && message.data().empty()) {
    if (auto key = key_of(settings_, message.subject())) read.emplace(std::move(*key), std::monostate());
  }
  if (!read) {
    log::warning(log::Kind::refusal,
                 "A key of the cluster is not understood: " + std::string(message.subject()));
    return;
  }
  if (is_withdrawal) read->second = std::monostate();
  entries_.push_back({std::move(read->first), revision, std::move(read->second)});
}

void KeyWatch::tell(Time now) {
  if (entries_.empty() && !is_all_) return;
  is_all_told_ = std::exchange(is_all_, false);
  const std::vector<Entry> entries = std::exchange(entries_, {});
  listener_.on_entries(entries, is_all_told_, now);
}

void KeyWatch::tick() {
  if (!connection_.is_connected()) return;
  if (silence_.tick() || is_broken_) begin();
}

}  // namespace router::cluster
