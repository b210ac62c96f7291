#include "router/base/counters.h"

#include <gtest/gtest.h>

#include "tests/router/support/session_wires.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

using serializers::Format;

// The value of the entry with that family and those labels.
uint64_t value(const CounterSet& set, std::string_view family, const std::string& first = "",
               const std::string& second = "") {
  for (const CounterSet::Entry& entry : set.entries())
    if (entry.family->name == family && entry.labels == transport::LabelValues{first, second})
      return std::get<const Counter*>(entry.number)->value();
  ADD_FAILURE() << "there is no " << family << " {" << first << "," << second << "}";
  return 0;
}

class Counters : public SessionHarness, public testing::Test {
 protected:
  const WorkerCounters& counted() { return worker().counters(); }
};

TEST(NamedCountersTest, WhatIsInNoListCountsAsTheLastName) {
  WorkerCounters counters;
  counters.errors_sent.add(wamp::error_uri::canceled);
  counters.errors_sent.add("com.example.error");
  counters.auth_failures.add("ticket", wamp::error_uri::authentication_denied);
  counters.auth_failures.add("", "wamp.error.odd");
  EXPECT_EQ(value(counters, "wampd_errors_sent_total", "wamp.error.canceled"), 1u);
  EXPECT_EQ(value(counters, "wampd_errors_sent_total", "other"), 1u);
  EXPECT_EQ(value(counters, "wampd_auth_failures_total", "ticket", "wamp.error.authentication_denied"), 1u);
  EXPECT_EQ(value(counters, "wampd_auth_failures_total", "none", "other"), 1u);
}

TEST_F(Counters, MessagesCountByTypeAndDirection) {
  Wire& subscriber = join(Format::json, R"({"subscriber":{}})");
  Wire& publisher = join(Format::json, R"({"publisher":{}})");
  subscriber.receives(R"([32,1,{},"com.topic"])");
  publisher.receives(R"([16,1,{},"com.topic"])");
  publisher.receives(R"([16,2,{},"com.topic"])");
  EXPECT_EQ(value(counted(), "wampd_messages_received_total", "HELLO"), 2u);
  EXPECT_EQ(value(counted(), "wampd_messages_sent_total", "WELCOME"), 2u);
  EXPECT_EQ(value(counted(), "wampd_messages_received_total", "PUBLISH"), 2u);
  EXPECT_EQ(value(counted(), "wampd_messages_sent_total", "EVENT"), 2u);
}

TEST_F(Counters, SessionsCountWhenTheyOpenAndByTheReasonOfTheirEnd) {
  join(Format::json, R"({"caller":{}})").receives(R"([6,{},"wamp.close.normal"])");
  join(Format::json, R"({"caller":{}})").breaks();
  join(Format::json, R"({"caller":{}})").receives("not JSON");
  EXPECT_EQ(counted().sessions_opened.value(), 3u);
  EXPECT_EQ(counted().ended_goodbye.value(), 1u);
  EXPECT_EQ(counted().ended_connection.value(), 1u);
  EXPECT_EQ(counted().ended_violation.value(), 1u);
  EXPECT_EQ(counted().aborts_sent.value("wamp.error.protocol_violation"), 1u);
}

TEST_F(Counters, ClientsThatAreNotLetInCountByMethodAndReason) {
  Wire& wire = connect(Format::json);
  wire.receives(R"([1,"realm1",{"roles":{"caller":{}},"authmethods":["ticket"]}])");
  EXPECT_EQ(counted().auth_failures.value("none", "wamp.error.no_matching_auth_method"), 1u);
  connect(Format::json).receives(R"([1,"nowhere",{"roles":{"caller":{}}}])");
  EXPECT_EQ(counted().auth_failures.value("anonymous", "wamp.error.no_such_realm"), 1u);
  EXPECT_EQ(counted().sessions_opened.value(), 0u);
}

TEST_F(Counters, CallsCountTheTimeToTheirLastAnswer) {
  Wire& callee = join(Format::json, R"({"callee":{}})");
  Wire& caller = join(Format::json, R"({"caller":{}})");
  callee.receives(R"([64,1,{},"com.procedure"])");
  caller.receives(R"([48,1,{},"com.procedure"])");
  EXPECT_EQ(realm().branches().front()->counters.call_seconds.sum_us(), 0u);
  passes(std::chrono::milliseconds(3));
  callee.receives("[70,1,{}]");
  const Histogram& times = realm().branches().front()->counters.call_seconds;
  EXPECT_EQ(times.sum_us(), 3000u);
  EXPECT_EQ(times.count(12), 1u) << "up to 4096 µs";
  callee.receives("[70,1,{}]");
  EXPECT_EQ(realm().branches().front()->counters.late_answers.value(), 1u);
}

TEST_F(Counters, CallsWhoseCallerHasLeftHaveNoAnswer) {
  Wire& callee = join(Format::json, R"({"callee":{}})");
  Wire& caller = join(Format::json, R"({"caller":{}})");
  callee.receives(R"([64,1,{},"com.procedure"])");
  caller.receives(R"([48,1,{},"com.procedure"])");
  caller.breaks();
  for (size_t bucket = 0; bucket < Histogram::bucket_count; ++bucket)
    EXPECT_EQ(realm().branches().front()->counters.call_seconds.count(bucket), 0u);
}

TEST_F(Counters, RefusedRequestsCountByActionAndReasonAnsweredOrNot) {
  Wire& publisher = join(Format::json, R"({"publisher":{}})");
  publisher.receives(R"([16,1,{},"not a uri"])");
  publisher.receives(R"([16,2,{"acknowledge":true},"not a uri"])");
  EXPECT_EQ(realm().branches().front()->counters.denials.value("publish", "wamp.error.invalid_uri"), 2u);
  EXPECT_EQ(counted().errors_sent.value("wamp.error.invalid_uri"), 1u);
}

}  // namespace
}  // namespace router
