// A refusal goes as URI and text, and becomes an ERROR where it is taken out.
#include "router/mail/refusal.h"

#include <gtest/gtest.h>

#include "router/mail/outbox.h"
#include "serializers/serializer.h"
#include "wamp/error_uris.h"

namespace router {
namespace {

class ARefusalOnItsWay : public testing::Test {
 protected:
  // The only mail that there is.
  Refused taken_out() {
    MailList mail;
    mailbox.drain(mail);
    std::optional<Refused> refused;
    mail.for_each([&refused](Mail& entry) { refused = std::get<Refused>(entry); });
    return refused.value();
  }
  static std::string text_of(const RoutedPayload& payload) {
    const auto arguments = serializers::decode_arguments(payload.format, {payload.bytes(), payload.count});
    return *arguments.args.at(0).get<std::string>();
  }

  const SessionRef session{0, 3, wamp::SessionId(7)};
  Mailbox mailbox{[] {}};
  Outbox outbox{{&mailbox}};
};

TEST_F(ARefusalOnItsWay, BecomesTheErrorThatAnswersTheRequest) {
  outbox.refuse(session, wamp::Subscribe::type, wamp::RequestId(5), {wamp::error_uri::invalid_uri, "no"});
  const Refused refused = taken_out();
  const auto made = error_of(refused);
  const auto& delivery = std::get<Delivery>(made);
  EXPECT_EQ(delivery.to, session);
  const auto& error = std::get<wamp::Error>(delivery.message);
  EXPECT_EQ(error.request_type, wamp::Subscribe::type);
  EXPECT_EQ(error.request, wamp::RequestId(5));
  EXPECT_EQ(error.error, wamp::error_uri::invalid_uri);
  EXPECT_EQ(text_of(delivery.payload), "no");
}

TEST_F(ARefusalOnItsWay, BecomesTheAnswerToACallThatHasBegun) {
  outbox.refuse(CallId{session, 9, wamp::RequestId(5)}, {wamp::error_uri::canceled, "enough"});
  const auto made = error_of(taken_out());
  const auto& answer = std::get<Answer>(made);
  EXPECT_EQ(answer.to, session);
  EXPECT_EQ(answer.number, 9u);
  EXPECT_EQ(answer.request, wamp::RequestId(5));
  EXPECT_EQ(answer.kind, Answer::Kind::last);
  const auto& error = std::get<wamp::Error>(answer.message);
  EXPECT_EQ(error.request_type, wamp::Call::type);
  EXPECT_EQ(error.error, wamp::error_uri::canceled);
  EXPECT_EQ(text_of(answer.payload), "enough");
}

}  // namespace
}  // namespace router
