#include <algorithm>
#include <chrono>
#include <utility>

#include "router/insight/option_reader.h"
#include "router/insight/realm_insight.h"
#include "router/insight/tap_events.h"
#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "wamp/error_uris.h"
#include "wamp/uri.h"

// Ours: to look at messages as they pass (docs/insight.md). Nobody is tapped unseen: each beginning and end
// is logged and told.
namespace router::meta {
namespace tap {
namespace {

using insight::OptionReader;
using serializers::Arguments;

constexpr int64_t most_bytes = 65536;
constexpr int64_t most_seconds = 3600;
constexpr int64_t most_sample = 1'000'000;
constexpr std::string_view policies[] = {"exact", "prefix", "wildcard"};
constexpr std::string_view known_options[] = {"authid", "session", "uri",   "match",   "types",
                                              "sample", "payload", "bytes", "seconds", "realm"};

struct Wish {
  Tap tap;
  std::chrono::seconds duration{600};
};

std::optional<wamp::MessageType> type_named(const wamp::Value& value) {
  constexpr auto last = static_cast<uint16_t>(wamp::MessageType::yield);
  const auto* const wanted = value.get<std::string>();
  for (uint16_t code = 1; wanted && code <= last; ++code)
    if (const auto type = static_cast<wamp::MessageType>(code);
        !wanted->empty() && wamp::name(type) == *wanted)
      return type;
  return std::nullopt;
}

void read_filter(OptionReader& reader, TapFilter& filter) {
  if (const auto* const authid = reader.read<std::string>("authid", "a string")) filter.authid = *authid;
  if (const auto* const session = reader.read<int64_t>("session", "an id"))
    filter.session = wamp::SessionId(static_cast<uint64_t>(*session));
  if (const auto* const uri = reader.read<std::string>("uri", "a string")) filter.uri = *uri;
  if (const auto match = reader.read_word("match", policies)) filter.match = *wamp::match_policy(*match);
  if (const auto* const types = reader.read<wamp::List>("types", "a list of names of messages"))
    for (const wamp::Value& value : *types) {
      const auto type = type_named(value);
      if (!type) return reader.fail("types", "a list of names of messages such as \"CALL\"");
      if (std::find(filter.types.begin(), filter.types.end(), *type) == filter.types.end())
        filter.types.push_back(*type);
    }
  reader.read_number("sample", 1, most_sample, filter.sample);
}

// Each message is compared with them.
void check_lengths(OptionReader& reader, const TapFilter& filter, size_t most) {
  const std::string expected = "at most " + std::to_string(most) + " bytes";
  if (filter.uri.size() > most) reader.fail("uri", expected);
  if (filter.authid && filter.authid->size() > most) reader.fail("authid", expected);
}

std::variant<Wish, Refusal> read_wish(const Asked& asked) {
  CallArguments read(asked.arguments);
  const wamp::Dict* const given = read.optional_dict(0, "options");
  if (read.refusal()) return *read.refusal();
  static const wamp::Dict none;
  OptionReader reader(given ? *given : none);
  Wish wish;
  wish.tap.bytes = 1024;
  reader.expect_only(known_options);
  read_filter(reader, wish.tap.filter);
  check_lengths(reader, wish.tap.filter, asked.caller.limits().uri_length);
  reader.read_flag("payload", wish.tap.payload);
  reader.read_number("bytes", 1, most_bytes, wish.tap.bytes);
  int64_t seconds = wish.duration.count();
  reader.read_number("seconds", 1, most_seconds, seconds);
  wish.duration = std::chrono::seconds(seconds);
  if (const auto* const realm = reader.read<std::string>("realm", "a string"))
    if (*realm != asked.config.name) reader.fail("realm", "\"" + asked.config.name + "\", the caller's own");
  if (!reader.failure().empty())
    return Refusal{wamp::error_uri::invalid_argument, "options: " + reader.failure()};
  return wish;
}

Reading start(const Asked& asked) {
  auto wish = read_wish(asked);
  if (auto* const refusal = std::get_if<Refusal>(&wish)) return std::move(*refusal);
  Wish& wanted = std::get<Wish>(wish);
  if (auto refusal = insight::check_tap(*asked.caller.permissions, wanted.tap.payload))
    return *std::move(refusal);
  wanted.tap.owner = asked.caller.ref.session;
  wanted.tap.authid = asked.caller.identity->authid;
  wanted.tap.start = asked.insight.clock.wall_time();
  return [wanted, &insight_of_realm = asked.insight](RealmState& realm, Member&) -> Answer {
    const auto tap = insight_of_realm.taps.start(wanted.tap, wanted.duration, insight_of_realm.clock.now());
    if (!tap)
      return Refusal{wamp::error_uri::too_many_requests,
                     "this realm has " + std::to_string(Taps::most) + " taps, the most that it may have"};
    insight_of_realm.tell_branches_of_taps();
    insight::publish_tap(realm, *tap, "");
    return LargeResult([tap = *tap, seconds = int64_t{wanted.duration.count()}, &insight_of_realm] {
      insight::log_tap(insight_of_realm, tap, "");
      return Arguments{{wamp::Dict{{"tap", tap.number}, {"topic", tap.topic()}, {"seconds", seconds}}}, {}};
    });
  };
}

Reading stop(const Asked& asked) {
  CallArguments read(asked.arguments);
  const uint64_t number = read.id(0, "tap");
  if (read.refusal()) return *read.refusal();
  if (auto refusal = insight::check_tap(*asked.caller.permissions, false)) return *std::move(refusal);
  return [number, &insight_of_realm = asked.insight](RealmState& realm, Member&) -> Answer {
    const auto tap = insight_of_realm.taps.stop(number);
    if (!tap)
      return Refusal{wamp::error_uri::invalid_argument,
                     "there is no tap " + std::to_string(number) + " in this realm"};
    insight_of_realm.tell_branches_of_taps();
    insight::publish_tap(realm, *tap, "stopped");
    return LargeResult([tap = *tap, &insight_of_realm] {
      insight::log_tap(insight_of_realm, tap, "stopped");
      return Arguments{};
    });
  };
}

Reading list(const Asked& asked) {
  if (auto refusal = insight::check_tap(*asked.caller.permissions, false)) return *std::move(refusal);
  return [&insight_of_realm = asked.insight](RealmState&, Member&) -> Answer {
    wamp::List list;
    for (const Tap& tap : insight_of_realm.taps.all()) list.emplace_back(tap.details());
    return Arguments{{wamp::Value(std::move(list))}, {}};
  };
}

constexpr Procedure procedures[] = {
    {insight::tap_start_uri, start},
    {"wampd.tap.stop", stop},
    {"wampd.tap.list", list},
};

}  // namespace
}  // namespace tap

std::span<const Procedure> tap_procedures() {
  return tap::procedures;
}

}  // namespace router::meta
