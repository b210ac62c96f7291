#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "router/access/explain.h"
#include "router/base/log.h"
#include "router/config/wording.h"
#include "router/insight/realm_numbers.h"
#include "router/insight/sessions_page.h"
#include "router/insight/uris_page.h"
#include "router/memory/holding.h"
#include "router/meta/call_arguments.h"
#include "router/meta/procedures.h"
#include "serializers/values/value_builder.h"
#include "wamp/error_uris.h"

// Ours: what the realm does, and why it refuses something (docs/insight.md).
namespace router::meta {
namespace insight_api {
namespace {

using serializers::Arguments;

Refusal wrong(std::string what) {
  return {wamp::error_uri::invalid_argument, std::move(what)};
}

Reading tell_realm(const Asked& asked) {
  return Look([&realm_insight = asked.insight](const Inspect& inspect) {
    insight::RealmNumbers numbers;
    numbers.begin(realm_insight);
    inspect([&numbers](const RealmState& realm) { return numbers.collect_some(realm); }, nullptr);
    return Arguments{{insight::details_of(numbers, realm_insight)}, {}};
  });
}

// The options of a list, the optional first argument.
std::variant<insight::PageRequest, Refusal> read_page(const Asked& asked, const insight::PageRules& rules) {
  CallArguments read(asked.arguments);
  const wamp::Dict* const options = read.optional_dict(0, "options");
  if (read.refusal()) return *read.refusal();
  auto page = insight::read_page_request(options ? *options : wamp::Dict(), rules);
  if (auto* const what = std::get_if<std::string>(&page)) return wrong("options." + *what);
  return std::get<insight::PageRequest>(page);
}

template <class Page>
Reading tell_page(const Asked& asked) {
  auto request = read_page(asked, Page::rules(false));
  if (auto* const refusal = std::get_if<Refusal>(&request)) return std::move(*refusal);
  return Look([wanted = std::get<insight::PageRequest>(request), account = asked.caller.account,
               &realm_insight = asked.insight](const Inspect& inspect) {
    Page page(wanted, false, transport::Charge(account, holding::requests));
    page.begin(realm_insight);
    inspect([&page](const RealmState& realm) { return page.collect_some(realm); },
            [&page] { page.end_slice(); });
    page.choose();
    inspect([&](const RealmState& realm) { return page.look_up_some(realm_insight, realm); }, nullptr);
    constexpr serializers::ValueLimits unlimited;
    serializers::ValueBuilder list(unlimited);
    page.send(list, realm_insight.clock.wall_time());
    return Arguments{std::move(list.values()), {}};
  });
}

Reading tell_denials(const Asked& asked) {
  auto request = read_page(asked, {});
  if (auto* const refusal = std::get_if<Refusal>(&request)) return std::move(*refusal);
  const insight::PageRequest page = std::get<insight::PageRequest>(request);
  return Look([page, &realm_insight = asked.insight](const Inspect&) {
    const std::vector<Denial> all = insight::denials_of(realm_insight);
    wamp::List list;
    for (size_t i = page.offset; i < all.size() && list.size() < page.limit; ++i)
      list.emplace_back(insight::details_of(all[i]));
    return Arguments{{wamp::Value(std::move(list))}, {}};
  });
}

// ---- why somebody may do something, or not

struct WhoAsks {
  std::optional<wamp::SessionId> session;
  std::optional<std::string> authid;
  std::string role;  // empty: that of these sessions

  bool is(const Member& member) const {
    return session ? member.ref.session == *session : authid && member.identity->authid == *authid;
  }
  std::string name() const {
    return session ? "session " + std::to_string(session->value) : config::in_quotes(authid.value_or(""));
  }
};

Arguments explained(const RolePermissions& permissions, const Asker& asker, const Doubt& doubt) {
  return {{details_of(explain(permissions, asker, doubt), permissions, asker, doubt)}, {}};
}

// Goes through the sessions for their roles.
class RoleSearch {
 public:
  explicit RoleSearch(WhoAsks who) : who_(std::move(who)) {}

  bool look_at_some(const RealmState& realm) {
    if (!who_.role.empty()) return false;
    from_ = realm.members.visit_some(from_, [this](const Member& member) {
      if (who_.is(member)) roles_.insert(member.identity->authrole);
    });
    return from_ != 0;
  }
  std::variant<std::string, Refusal> role() const {
    if (!who_.role.empty()) return who_.role;
    if (roles_.empty())
      return Refusal{
          wamp::error_uri::no_such_session,
          who_.name() + " has no session in this realm; say with \"authrole\" which role you mean"};
    if (roles_.size() > 1)
      return wrong(who_.name() + " has several roles; say with \"authrole\" which: " +
                   config::alternatives({roles_.begin(), roles_.end()}));
    return *roles_.begin();
  }

 private:
  const WhoAsks who_;
  uint64_t from_ = 0;
  std::set<std::string> roles_;
};

std::variant<WhoAsks, Refusal> read_who(const Asked& asked, const wamp::Dict* options) {
  WhoAsks who;
  const wamp::List& args = asked.arguments.args;
  const wamp::Value* const given = !args.empty() && !args[0].is_null() ? &args[0] : nullptr;
  if (const auto* const authid = given ? given->get<std::string>() : nullptr) who.authid = *authid;
  if (const auto* const id = given ? given->get<int64_t>() : nullptr)
    who.session = wamp::SessionId(static_cast<uint64_t>(*id));
  const wamp::Value* const role = options ? options->find("authrole") : nullptr;
  if (role && !role->is_null()) {
    if (!role->get<std::string>()) return wrong("options.authrole: expected a string");
    who.role = *role->get<std::string>();
  }
  if (!who.authid && !who.session && (given || who.role.empty()))
    return wrong("who: expected an authid or the id of a session, or null and an \"authrole\"");
  return who;
}

// What is looked for, and told in the answer, is no longer than what there may be.
std::optional<Refusal> check_length(std::string_view what, std::string_view text, size_t most) {
  if (text.size() <= most) return std::nullopt;
  return wrong(std::string(what) + ": expected at most " + std::to_string(most) + " bytes");
}

Reading explain_rules(const Asked& asked) {
  CallArguments read(asked.arguments);
  const std::string action = read.string(1, "action");
  Doubt doubt{.uri = read.string(2, "uri")};
  const wamp::Dict* const options = read.optional_dict(3, "options");
  if (read.refusal()) return *read.refusal();
  if (const auto known = action_of(action))
    doubt.action = *known;
  else
    return wrong("action: expected call, register, publish or subscribe");
  if (const wamp::Value* match = options ? options->find("match") : nullptr; match && !match->is_null()) {
    const auto policy =
        match->get<std::string>() ? wamp::match_policy(*match->get<std::string>()) : std::nullopt;
    if (!policy) return wrong("options.match: expected exact, prefix or wildcard");
    doubt.match = *policy;
  }
  auto who = read_who(asked, options);
  if (auto* const refusal = std::get_if<Refusal>(&who)) return std::move(*refusal);
  const WhoAsks& named = std::get<WhoAsks>(who);
  const size_t most = asked.caller.limits().uri_length;
  for (const auto& [what, text] : {std::pair<std::string_view, std::string_view>("uri", doubt.uri),
                                   {"who", named.authid ? std::string_view(*named.authid) : ""},
                                   {"options.authrole", named.role}})
    if (auto refusal = check_length(what, text, most)) return *std::move(refusal);
  return Look([asks = std::get<WhoAsks>(std::move(who)), doubt,
               &config = asked.config](const Inspect& inspect) -> std::variant<Arguments, Refusal> {
    RoleSearch search(asks);
    inspect([&search](const RealmState& realm) { return search.look_at_some(realm); }, nullptr);
    const auto role = search.role();
    if (const auto* const refusal = std::get_if<Refusal>(&role)) return *refusal;
    const std::string& name = std::get<std::string>(role);
    std::shared_ptr<const RolePermissions> permissions;
    inspect(
        [&](const RealmState& realm) {
          permissions = realm.authorizer.role(name);
          return false;
        },
        nullptr);
    if (!permissions) return wrong("this realm has no role " + config::in_quotes(name));
    return explained(*permissions, {name, config.name, config.uri_check, config.meta_api}, doubt);
  });
}

// ---- the log

Reading set_log_level(const Asked& asked) {
  CallArguments read(asked.arguments);
  const std::string* const word = read.optional_string(0, "level");
  if (read.refusal()) return *read.refusal();
  const auto level = word ? log::level_named(*word) : std::nullopt;
  if (word && !level) return wrong("level: expected info, warning or error");
  return [level, by = asked.caller.ref.session.value](RealmState&, Member&) -> Answer {
    return LargeResult([level, by] {
      const log::Level before = log::lowest_level();
      if (level && *level != before) {
        const std::string line = "session " + std::to_string(by) + " sets the log level from " +
                                 std::string(log::name(before)) + " to " + std::string(log::name(*level));
        // Of both levels, so that the lower one shows it.
        if (*level < before) log::set_lowest_level(*level);
        log::info(line, {{"event", "log_level"}, {"session", by}, {"level", log::name(*level)}});
        log::set_lowest_level(*level);
      }
      return Arguments{{wamp::Dict{{"level", log::name(log::lowest_level())}, {"before", log::name(before)}}},
                       {}};
    });
  };
}

constexpr Procedure procedures[] = {
    {"wampd.stats.realm", tell_realm},
    {"wampd.stats.procedures", tell_page<insight::ProceduresPage>},
    {"wampd.stats.topics", tell_page<insight::TopicsPage>},
    {"wampd.stats.sessions", tell_page<insight::SessionsPage>},
    {"wampd.denials", tell_denials},
    {"wampd.explain", explain_rules},
    {"wampd.log.level", set_log_level},
};

}  // namespace
}  // namespace insight_api

std::span<const Procedure> insight_procedures() {
  return insight_api::procedures;
}

}  // namespace router::meta
