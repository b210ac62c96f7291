// Sessions of the library against the router: what they call, register, publish and subscribe to, over every
// transport and serializer.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serializers/serializer.h"
#include "tests/client/client_fixture.h"
#include "tests/end_to_end/server_fixture.h"
#include "wamp/error_uris.h"

namespace client {
namespace {

using router::RunningServer;
using serializers::Format;
using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Sessions : public testing::Test {
 protected:
  Options options(const std::string& scheme = "ws", Format format = Format::msgpack) const {
    Options options;
    options.url = scheme + "://127.0.0.1:" + std::to_string(server.port()) + (scheme == "ws" ? "/ws" : "");
    options.serializers = {format};
    return options;
  }

  RunningServer server;
  ClientLoop loop;
};

// ---- each way to speak

struct Way {
  const char* scheme;
  Format format;

  std::string name() const { return scheme + std::string(serializers::name(format)); }
};
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name();
}
class EachWay : public Sessions, public testing::WithParamInterface<Way> {};

TEST_P(EachWay, CallsAndEventsGoThroughUnchanged) {
  const auto [scheme, format] = GetParam();
  Visitor back_end(loop, options(scheme, format));
  back_end.joins().registers("com.echo", [](Invocation call) { call.result(call.payload()); });
  EXPECT_EQ(back_end.joined->serializer, format);
  std::optional<Event> heard;
  back_end.subscribes("com.news", [&](const Event& event) { heard = event; });

  Visitor client(loop, options());
  const wamp::List args = {1,
                           -1,
                           uint64_t{1} << 63,
                           0.5,
                           true,
                           wamp::Value(),
                           "text \u20ac",
                           wamp::Binary{"\0\xff"},
                           wamp::List{1, wamp::Dict{{"a", 1}}},
                           std::string(100'000, 'x')};
  const wamp::Dict kwargs = {{"key", "value"}};
  const Reply reply = client.joins().calls("com.echo", Payload(args, kwargs));
  EXPECT_EQ(reply.payload.args(), args);
  EXPECT_EQ(reply.payload.kwargs(), kwargs);

  std::optional<wamp::PublicationId> publication;
  client.session.publish("com.news", Payload(args, kwargs), {},
                         [&](wamp::PublicationId id, const Error*) { publication = id; });
  loop.until([&] { return publication && heard; });
  EXPECT_EQ(heard->publication, *publication);
  EXPECT_EQ(heard->topic, "com.news");
  EXPECT_EQ(heard->payload.args(), args);
  EXPECT_EQ(heard->payload.kwargs(), kwargs);
}

TEST_P(EachWay, APingTellsHowLongTheAnswerTook) {
  Visitor client(loop, options(GetParam().scheme, GetParam().format));
  client.joins();
  std::optional<std::chrono::nanoseconds> took;
  client.session.ping({});  // nobody is told
  client.session.ping([&](std::optional<std::chrono::nanoseconds> time) { took = time; });
  loop.until([&] { return took.has_value(); });
  EXPECT_GT(took->count(), 0);
}

INSTANTIATE_TEST_SUITE_P(Way, EachWay,
                         testing::Values(Way{"ws", Format::json}, Way{"ws", Format::msgpack},
                                         Way{"ws", Format::cbor}, Way{"rs", Format::json},
                                         Way{"rs", Format::msgpack}, Way{"rs", Format::cbor}),
                         [](const auto& way) { return way.param.name(); });

TEST_F(Sessions, TakeTheSerializerThatTheRouterChooses) {
  Options offers = options();
  offers.serializers = {Format::cbor, Format::json};
  Visitor client(loop, offers);
  client.joins();
  EXPECT_EQ(client.joined->serializer, Format::cbor);
  EXPECT_THAT(client.joined->transport, HasSubstr("WebSocket to 127.0.0.1:"));
}

// ---- calls

TEST_F(Sessions, AnErrorOfTheCalleeComesWithAllThatItSaid) {
  Visitor callee(loop, options());
  callee.joins().registers("com.fails", [](Invocation call) {
    call.error("com.error", Payload({"no"}, {{"code", 7}}));
  });
  const Reply reply = callee.calls("com.fails");
  EXPECT_TRUE(reply.is_error());
  EXPECT_EQ(reply.error.uri, "com.error");
  EXPECT_EQ(reply.error.payload.kwargs(), (wamp::Dict{{"code", 7}}));
  EXPECT_EQ(reply.error.text(), "com.error: no");
  EXPECT_EQ(callee.calls("com.nobody").error.uri, wamp::error_uri::no_such_procedure);
}

TEST_F(Sessions, ACalleeThatForgetsToAnswerAnswersWithAnError) {
  Visitor callee(loop, options());
  callee.joins().registers("com.forgets", [](const Invocation&) {});
  EXPECT_EQ(callee.calls("com.forgets").error.uri, "wamp.error.runtime_error");
}

TEST_F(Sessions, ProgressComesBeforeTheResultAndOnlyToWhoWantsIt) {
  Visitor callee(loop, options());
  callee.joins().registers("com.counts", [this](Invocation call) {
    call.progress(Payload({1}));
    loop.loop.post([call]() mutable {
      call.progress(Payload({2}));
      call.result(Payload({3}));
    });
  });
  std::vector<std::string> heard;
  const auto hear = [&](const Reply& reply) {
    heard.push_back((reply.is_last() ? "last " : "progress ") + reply.payload.to_json().args);
  };
  callee.session.call("com.counts", {}, {.wants_progress = true}, hear);
  loop.until([&] { return heard.size() == 3; });
  EXPECT_THAT(heard, ElementsAre("progress [1]", "progress [2]", "last [3]"));
  EXPECT_EQ(callee.calls("com.counts").payload.args(), wamp::List{3});
}

TEST_F(Sessions, ArgumentsMayComeInParts) {
  Visitor callee(loop, options());
  int64_t sum = 0;
  callee.joins().registers("com.sums", [&](Invocation call) {
    const auto add = [&sum](const Payload& payload) { sum += *payload.args()[0].get<int64_t>(); };
    EXPECT_TRUE(call.has_more());
    add(call.payload());
    call.on_more([=, &sum](const Payload& payload, bool is_last) mutable {
      add(payload);
      if (is_last) call.result(Payload({sum}));
    });
  });
  std::optional<Reply> last;
  const auto call = callee.session.call("com.sums", Payload({1}), {.has_more = true},
                                        [&](const Reply& reply) { last = reply; });
  callee.session.send_more(call, Payload({2}), false);
  callee.session.send_more(call, Payload({3}), true);
  loop.until([&] { return last.has_value(); });
  EXPECT_EQ(last->payload.args(), wamp::List{6});
}

TEST_F(Sessions, AnInvocationThatHasEndedKeepsNothing) {
  const auto kept = std::make_shared<int>();
  Visitor callee(loop, options());
  std::optional<Invocation> waiting;
  callee.joins().registers("com.waits", [&](Invocation call) {
    call.on_more([kept, call](const Payload&, bool) {});
    call.on_interrupt([kept, call](std::string_view) {});
    waiting = std::move(call);
  });
  std::optional<Reply> last;
  const auto call = [&] {
    waiting.reset();
    last.reset();
    const auto request =
        callee.session.call("com.waits", {}, {.has_more = true}, [&](const Reply& reply) { last = reply; });
    loop.until([&] { return waiting.has_value(); });
    EXPECT_EQ(kept.use_count(), 3);
    return request;
  };
  call();
  waiting->result({});
  EXPECT_EQ(kept.use_count(), 1);

  callee.session.cancel(call(), CancelMode::killnowait);
  loop.until([&] { return waiting->is_interrupted(); });
  EXPECT_EQ(kept.use_count(), 1);

  call();
  callee.session.leave();
  callee.ends();
  EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(Sessions, ACanceledCallEndsAndItsCalleeIsToldHow) {
  Visitor callee(loop, options());
  std::optional<Invocation> waiting;
  std::string interrupted;
  callee.joins().registers("com.waits", [&](Invocation call) {
    call.on_interrupt([&](std::string_view mode) {
      interrupted = mode;
      if (mode == "kill") waiting->error("com.killed");
    });
    waiting = std::move(call);
  });
  const std::map<CancelMode, std::string> errors = {{CancelMode::kill, "com.killed"},
                                                    {CancelMode::killnowait, "wamp.error.canceled"},
                                                    {CancelMode::skip, "wamp.error.canceled"}};
  for (const auto& one : errors) {
    const CancelMode mode = one.first;
    waiting.reset();
    interrupted.clear();
    std::optional<Reply> last;
    const auto call = callee.session.call("com.waits", {}, {}, [&](const Reply& reply) { last = reply; });
    loop.until([&] { return waiting.has_value(); });
    callee.session.cancel(call, mode);
    loop.until([&] { return last && (mode == CancelMode::skip || !interrupted.empty()); });
    EXPECT_EQ(last->error.uri, one.second);
    EXPECT_EQ(interrupted, mode == CancelMode::skip ? "" : mode == CancelMode::kill ? "kill" : "killnowait");
  }
}

TEST_F(Sessions, ACallEndsWhenItsTimeIsOver) {
  Visitor callee(loop, options());
  std::optional<Invocation> waiting;
  callee.joins().registers("com.waits", [&](Invocation call) { waiting = std::move(call); });
  EXPECT_EQ(callee.calls("com.waits", {}, {.timeout = milliseconds(20)}).error.uri, wamp::error_uri::timeout);
  loop.until([&] { return waiting->is_interrupted(); });
  waiting->result({});  // for nobody
  EXPECT_EQ(callee.calls("com.nobody").error.uri, wamp::error_uri::no_such_procedure);
}

TEST_F(Sessions, CallsEndEachAtItsOwnTime) {
  Visitor callee(loop, options());
  std::vector<Invocation> waiting;
  callee.joins().registers("com.waits", [&](Invocation call) { waiting.push_back(std::move(call)); });
  std::vector<int64_t> ended;
  for (const int64_t time : {int64_t{90}, int64_t{30}, INT64_MAX, int64_t{60}}) {
    CallOptions timed;
    timed.timeout = milliseconds(time);
    callee.session.call("com.waits", {}, timed, [&ended, time](const Reply&) { ended.push_back(time); });
  }
  loop.until([&] { return ended.size() == 3; });
  EXPECT_THAT(ended, ElementsAre(30, 60, 90));
  waiting.clear();  // is an answer
  loop.until([&] { return ended.size() == 4; });
}

TEST_F(Sessions, CallsAboveTheLimitAreRefused) {
  Options narrow = options();
  narrow.max_invocations = 1;
  Visitor callee(loop, narrow);
  std::optional<Invocation> waiting;
  callee.joins().registers("com.waits", [&](Invocation call) { waiting = std::move(call); });
  callee.session.call("com.waits", {}, {}, {});
  loop.until([&] { return waiting.has_value(); });
  EXPECT_THAT(callee.calls("com.waits").error.uri,
              testing::AnyOf("wamp.error.unavailable", "wamp.error.no_available_callee"));
}

TEST_F(Sessions, AMessageThatIsTooLongIsRefusedHere) {
  Options narrow = options();
  narrow.max_queued_bytes = 1000;
  Visitor client(loop, narrow);
  const Payload payload({std::string(1000, 'x')});
  EXPECT_EQ(client.joins().calls("com.any", payload).error.uri, wamp::error_uri::payload_size_exceeded);
  std::optional<Error> refused;
  client.session.publish("com.any", payload, {},
                         [&](wamp::PublicationId, const Error* error) { refused = *error; });
  loop.until([&] { return refused.has_value(); });
  EXPECT_EQ(refused->uri, wamp::error_uri::payload_size_exceeded);
  EXPECT_FALSE(client.session.call("com.any", payload, {}, {}));
  // Ids go on without a gap.
  client.calls("com.nobody");
  EXPECT_THAT(client.heard_and_said, Contains(StartsWith("-> [48,1,")));
}

// ---- registrations and subscriptions

TEST_F(Sessions, APatternTellsWhatWasMeant) {
  Visitor back_end(loop, options());
  back_end.joins().registers("com.prefix", [](Invocation call) { call.result(Payload({call.procedure()})); },
                             {{"match", "prefix"}});
  std::string topic;
  back_end.subscribes("com..news", [&](const Event& event) { topic = event.topic; }, {{"match", "wildcard"}});
  EXPECT_EQ(back_end.calls("com.prefix.one").payload.args(), wamp::List{"com.prefix.one"});
  Visitor publisher(loop, options());
  publisher.joins().session.publish("com.sports.news", {});
  loop.until([&] { return !topic.empty(); });
  EXPECT_EQ(topic, "com.sports.news");
}

TEST_F(Sessions, WhatIsUndoneIsUndone) {
  Visitor back_end(loop, options()), other(loop, options());
  const auto registration = back_end.joins().registers("com.echo", [](Invocation call) { call.result({}); });
  int events = 0;
  const auto subscription = back_end.subscribes("com.news", [&](const Event&) { ++events; });
  EXPECT_EQ(back_end.subscribes("com.news", [&](const Event&) { ++events; }), subscription);
  const auto publish = [&] {
    bool done = false;
    other.session.publish("com.news", {}, {}, [&](wamp::PublicationId, const Error*) { done = true; });
    loop.until([&] { return done; });
  };
  other.joins();
  publish();
  loop.until([&] { return events == 2; });

  int undone = 0;
  back_end.session.unsubscribe(subscription, [&](const Error* error) { undone += error == nullptr; });
  back_end.session.unregister(registration, [&](const Error* error) { undone += error == nullptr; });
  loop.until([&] { return undone == 2; });
  publish();
  EXPECT_EQ(other.calls("com.echo").error.uri, wamp::error_uri::no_such_procedure);
  EXPECT_EQ(events, 2);
  std::optional<std::string> refused;
  back_end.session.unregister(registration, [&](const Error* error) { refused = error ? error->uri : ""; });
  loop.until([&] { return refused.has_value(); });
  EXPECT_EQ(*refused, wamp::error_uri::no_such_registration);
}

TEST_F(Sessions, ARegistrationThatIsTakenAwayIsTold) {
  Visitor old_holder(loop, options());
  const auto registration =
      old_holder.joins().registers("com.held", [](Invocation call) { call.result({}); });
  std::optional<Session::Revoked> revoked;
  old_holder.session.on_revoked([&](const Session::Revoked& what) { revoked = what; });
  Visitor other(loop, options());
  other.joins().calls("wamp.registration.remove_callee",
                      Payload({registration.value, old_holder.joined->session.value}));
  loop.until([&] { return revoked.has_value(); });
  EXPECT_EQ(revoked->registration, registration);
}

// ---- payloads

TEST_F(Sessions, JsonTextGoesThroughAnySerializerAsItIs) {
  Visitor callee(loop, options());
  callee.joins().registers("com.echo", [](Invocation call) { call.result(call.payload()); });
  const Payload payload = *Payload::from_json(R"( [1, 2.5, "a", null, {"b": [true]}] )", R"({"k":"v"})");
  const Payload::Json json = callee.calls("com.echo", payload).payload.to_json();
  EXPECT_EQ(json.args, R"([1,2.5,"a",null,{"b":[true]}])");
  EXPECT_EQ(json.kwargs, R"({"k":"v"})");
}

TEST(APayload, SaysWhatIsWrongWithItsJson) {
  EXPECT_EQ(Payload::from_json("{}").error().message, "expected a list in JSON");
  EXPECT_EQ(Payload::from_json("[]", "[]").error().message, "expected an object in JSON");
  EXPECT_THAT(Payload::from_json("[1,").error().message, StartsWith("invalid JSON at byte 3: "));
  EXPECT_EQ(Payload::from_json("[1] 2").error().message, "expected nothing behind a list in JSON");
  EXPECT_EQ(Payload::from_json("", R"({"a":1})")->to_json().args, "[]");
}

// ---- what is seen, and the end

TEST_F(Sessions, EachMessageIsSeenInJsonWithoutSecrets) {
  Visitor client(loop, options());
  client.joins().calls("com.nobody", Payload({1}));
  EXPECT_THAT(client.heard_and_said[0], StartsWith(R"(-> [1,"realm1",{"roles":)"));
  EXPECT_THAT(client.heard_and_said[1], StartsWith("<- [2,"));
  EXPECT_THAT(client.heard_and_said[2], StartsWith(R"(-> [48,1,{},"com.nobody",[1]])"));
  EXPECT_THAT(client.heard_and_said[3], StartsWith(R"(<- [8,48,1,{},"wamp.error.no_such_procedure")"));
}

TEST_F(Sessions, LeaveWithAGoodbyeAndWhatWaitedIsToldBefore) {
  Visitor client(loop, options());
  client.joins().registers("com.waits", [kept = std::vector<Invocation>()](Invocation call) mutable {
    kept.push_back(std::move(call));
  });
  std::vector<std::string> told;
  client.session.call("com.waits", {}, {}, [&](const Reply& reply) { told.push_back(reply.error.uri); });
  client.session.leave();
  EXPECT_EQ(client.ends().kind, EndKind::left);
  EXPECT_THAT(told, ElementsAre(error_of_end));
  EXPECT_EQ(client.heard_and_said.back(), R"(<- [6,{},"wamp.close.goodbye_and_out"])");
  EXPECT_FALSE(client.end->may_retry());
  EXPECT_EQ(client.calls("com.waits").error.uri, error_of_end);
}

TEST_F(Sessions, ARequestBeforeTheSessionHasJoinedFails) {
  Visitor client(loop, options());
  EXPECT_EQ(client.calls("com.any").error.uri, error_of_end);
  EXPECT_FALSE(client.session.joined());
}

TEST_F(Sessions, AreToldThatTheyWereKilledAndWhy) {
  Visitor client(loop, options()), other(loop, options());
  client.joins();
  other.joins().calls("wamp.session.kill", Payload({client.joined->session.value},
                                                   {{"reason", "com.reason"}, {"message", "because"}}));
  EXPECT_EQ(client.ends().kind, EndKind::goodbye);
  EXPECT_EQ(client.end->reason, "com.reason");
  EXPECT_TRUE(client.end->joined);
}

TEST_F(Sessions, ARealmThatIsNotThereIsToldApart) {
  Options elsewhere = options();
  elsewhere.realm = "nowhere";
  Visitor client(loop, elsewhere);
  EXPECT_EQ(client.ends().kind, EndKind::no_such_realm);
  EXPECT_EQ(client.end->reason, wamp::error_uri::no_such_realm);
}

TEST_F(Sessions, MayBeDestroyedInTheMiddleOfAnyHandler) {
  std::unique_ptr<Session> session;
  bool gone = false;
  const auto go = [&] {
    session.reset();
    gone = true;
  };
  const auto with = [&](Handlers handlers, const std::function<void()>& then) {
    gone = false;
    bool joined = false;
    const auto on_joined = handlers.on_joined;
    handlers.on_joined = [&, on_joined](const Joined& told) {
      joined = true;
      if (on_joined) on_joined(told);
    };
    session = std::make_unique<Session>(loop.loop, options(), handlers);
    if (then) {
      loop.until([&] { return joined; });
      then();
    }
    loop.until([&] { return gone; });
  };
  with({.on_joined = [&](const Joined&) { go(); }}, {});
  with({.on_end = [&](const End&) { go(); }}, [&] { session->leave(); });
  with({}, [&] { session->call("com.nobody", {}, {}, [&](const Reply&) { go(); }); });
  with({}, [&] {
    session->subscribe(
        "com.news", [&](const Event&) { go(); }, {},
        [&](wamp::SubscriptionId, const Error*) {
          session->publish("com.news", {}, {{"exclude_me", false}});
        });
  });
  with({}, [&] {
    session->register_procedure(
        "com.leaves", [&](const Invocation&) { go(); }, {},
        [&](wamp::RegistrationId, const Error*) {
          session->call("com.leaves", {}, {}, [](const Reply&) { FAIL(); });
        });
  });
  with({.on_end = [](const End&) { FAIL(); }}, [&] {
    session->call("com.waits", {}, {}, [&](const Reply&) { go(); });
    session->call("com.waits", {}, {}, [](const Reply&) {});
    session->leave();
  });
}

TEST(Backoff, GrowsToItsMostAndIsNeverTheWholeOrNothing) {
  Backoff waits(milliseconds(100), milliseconds(1000), 7);
  for (const int mean : {100, 200, 400, 800, 1000, 1000}) {
    const auto wait = waits.next();
    EXPECT_GE(wait, milliseconds(mean / 2));
    EXPECT_LE(wait, milliseconds(mean));
  }
  waits.reset();
  EXPECT_LE(waits.next(), milliseconds(100));
}

TEST(Backoff, IsNotShorterThanTheOtherEndAsksForNorTheSameForAll) {
  Backoff waits(milliseconds(100), milliseconds(1000), 7);
  const auto wait = waits.next(milliseconds(8000)), other = waits.next(milliseconds(8000));
  for (const auto one : {wait, other}) {
    EXPECT_GE(one, milliseconds(8000));
    EXPECT_LE(one, milliseconds(10'000));
  }
  EXPECT_NE(wait, other);
  EXPECT_LE(waits.next(std::chrono::hours(24)), std::chrono::minutes(75));
  EXPECT_GE(waits.next(milliseconds(1)), milliseconds(400));
}

}  // namespace
}  // namespace client
