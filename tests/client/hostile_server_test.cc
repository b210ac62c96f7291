// Servers that are none, or mean ill: each ends the session with the right reason, soon and with little
// memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/hostile_servers.h"

namespace client {
namespace {

using serializers::Format;
using std::chrono::milliseconds;
using testing::HasSubstr;
using Guest = FakeServer::Guest;

// ---- before the session

TEST_F(HostileServers, NobodyListens) {
  std::string url;
  {
    url = FakeServer([](const Guest&) {}).url();
  }
  Visitor visitor(loop, options_of(url));
  EXPECT_EQ(visitor.ends().kind, EndKind::cannot_connect);
  EXPECT_THAT(visitor.end->text, HasSubstr("Connection refused"));
  EXPECT_TRUE(visitor.end->may_retry());
  Visitor lost(loop, options_of("ws://no-such-host.invalid/ws"));
  EXPECT_EQ(lost.ends().kind, EndKind::cannot_connect);
  EXPECT_THAT(lost.end->text, HasSubstr("no-such-host.invalid"));
  Visitor no_socket(loop, options_of("rs+unix:///no/such/socket"));
  EXPECT_EQ(no_socket.ends().kind, EndKind::cannot_connect);
  EXPECT_THAT(no_socket.end->text, HasSubstr("/no/such/socket: No such file"));
}

TEST_F(HostileServers, AnswerTheUpgradeWrongly) {
  const auto answers = [&](const std::string& answer) {
    return end_with([&](const Guest& guest) {
      guest.hears();
      guest.says(answer);
      guest.waits_for_the_end();
    });
  };
  const auto refused = [&](const std::string& answer) {
    const End end = answers(answer);
    EXPECT_EQ(end.kind, EndKind::upgrade_refused);
    EXPECT_FALSE(end.may_retry());
    return end.text;
  };
  EXPECT_EQ(refused("HTTP/1.1 404 Not Found\r\n\r\nthere is nothing here\n"),
            "the server answers 404 Not Found: there is nothing here");
  EXPECT_THAT(refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
              HasSubstr("Sec-WebSocket-Accept is wrong"));
  EXPECT_THAT(refused("HTTP/1.1 101 x\r\n\r\n"), HasSubstr("does not upgrade"));
  EXPECT_THAT(refused("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n"),
              HasSubstr("does not upgrade"));
  EXPECT_THAT(refused("SSH-2.0-OpenSSH_9\r\n\r\n"), HasSubstr("does not answer in HTTP"));
  EXPECT_THAT(refused("HTTP/1.1 101\r\n\r\n"), HasSubstr("malformed"));
  EXPECT_THAT(refused(std::string(100'000, 'x')), HasSubstr("longer than 8192 bytes"));
  EXPECT_THAT(end_with([](const Guest& guest) { guest.upgrades("wamp.2.cbor"); }).text,
              HasSubstr("a subprotocol that was not offered"));
  EXPECT_THAT(end_with([](const Guest& guest) {
                guest.upgrades("wamp.2.json", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
              }).text,
              HasSubstr("an extension that was not offered"));
}

TEST_F(HostileServers, RefuseOnlyForNow) {
  const auto answered = [&](const std::string& answer, const std::string& scheme) {
    return end_with(
        [&](const Guest& guest) {
          guest.hears();
          guest.says(answer);
        },
        scheme);
  };
  for (const std::string status : {"429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable"}) {
    const End end = answered("HTTP/1.1 " + status + "\r\n\r\n", "ws");
    EXPECT_EQ(end.kind, EndKind::upgrade_refused);
    EXPECT_TRUE(end.may_retry()) << status;
  }
  const End full = answered({"\x7f\x40\0\0", 4}, "rs");
  EXPECT_EQ(full.kind, EndKind::upgrade_refused);
  EXPECT_THAT(full.text, HasSubstr("too many connections"));
  EXPECT_TRUE(full.may_retry());
}

TEST_F(HostileServers, EndInTheMiddleOfTheHandshake) {
  for (const std::string scheme : {"ws", "rs", "wss", "rss"}) {
    const End end = end_with([](const Guest& guest) { guest.hears(); }, scheme);
    EXPECT_EQ(end.kind, EndKind::cannot_connect) << scheme << ": " << end.text;
    EXPECT_THAT(end.text, HasSubstr(scheme.ends_with("ss") ? "in the TLS handshake" : "before it answered"));
    EXPECT_TRUE(end.may_retry());
  }
}

TEST_F(HostileServers, AnswerTheRawSocketHandshakeWrongly) {
  const auto refused = [&](const std::string& answer) {
    const End end = end_with(
        [&](const Guest& guest) {
          guest.hears();
          guest.says(answer);
        },
        "rs");
    EXPECT_EQ(end.kind, EndKind::upgrade_refused);
    return end.text;
  };
  EXPECT_THAT(refused({"\x7f\x10\0\0", 4}), HasSubstr("does not have this serializer"));
  EXPECT_THAT(refused({"\x7f\xf2\0\0", 4}), HasSubstr("is wrong"));
  EXPECT_THAT(refused({"\x7f\xf1\0\1", 4}), HasSubstr("is wrong"));
  EXPECT_THAT(refused("HTTP/1.1 400 Bad Request\r\n\r\n"), HasSubstr("does not speak RawSocket"));
}

TEST_F(HostileServers, TakeNoMessageThatIsLongEnough) {
  const End narrow = end_with(
      [](const Guest& guest) {
        guest.hears();
        guest.says({"\x7f\x01\0\0", 4});  // 512 bytes
        guest.waits_for_the_end();
      },
      "rs");
  EXPECT_EQ(narrow.kind, EndKind::upgrade_refused);
  EXPECT_THAT(narrow.text, HasSubstr("our HELLO is longer"));
  const End of_token = end_with(
      [](const Guest& guest) {
        guest.upgrades();
        guest.hears();
        guest.says(server_frame(text_frame, R"([4,"jwt",{}])"));
        guest.waits_for_the_end();
      },
      "ws", [](Options& options) { options.login.token = std::string(70'000, 'x'); });
  EXPECT_EQ(of_token.kind, EndKind::upgrade_refused);
  EXPECT_THAT(of_token.text, HasSubstr("our AUTHENTICATE is longer"));
  EXPECT_FALSE(of_token.may_retry());
}

TEST_F(HostileServers, AreSilent) {
  const auto soon = [](Options& options) { options.timeout = milliseconds(50); };
  const End before = end_with([](const Guest& guest) { guest.waits_for_the_end(); }, "ws", soon);
  EXPECT_EQ(before.kind, EndKind::cannot_connect);
  EXPECT_EQ(before.text, "waited 50 ms for the answer to the WebSocket handshake");
  const End after = end_with(
      [](const Guest& guest) {
        guest.upgrades();
        guest.waits_for_the_end();
      },
      "ws", soon);
  EXPECT_EQ(after.kind, EndKind::timeout);
  EXPECT_EQ(end_with([](const Guest& guest) { guest.waits_for_the_end(); }, "rs", soon).text,
            "waited 50 ms for the answer to the RawSocket handshake");
  const End in_tls = end_with([](const Guest& guest) { guest.waits_for_the_end(); }, "wss", soon);
  EXPECT_EQ(in_tls.text, "waited 50 ms for the TLS handshake");
}

TEST_F(HostileServers, FallSilentLater) {
  const End end = end_after_welcome("", [](Options& options) {
    options.ping_interval = milliseconds(20);
    options.ping_timeout = milliseconds(20);
  });
  EXPECT_EQ(end.kind, EndKind::connection_lost);
  EXPECT_THAT(end.text, HasSubstr("no sign of life"));
  EXPECT_TRUE(end.joined);
  EXPECT_TRUE(end.may_retry());
}

TEST_F(HostileServers, ThatKnowNoPingsOfRawSocketGetNone) {
  std::string heard_after_welcome = "nothing";
  const End end = end_with(
      [&](const Guest& guest) {
        guest.hears();
        guest.says({"\x7f\xf1\0\0", 4});
        guest.hears();
        guest.says(rawsocket_frame(welcome));
        heard_after_welcome = guest.hears(std::chrono::milliseconds(150));
        guest.says(rawsocket_frame(R"([6,{},"com.bye"])"));
        guest.waits_for_the_end();
      },
      "rs",
      [](Options& options) {
        options.ping_interval = milliseconds(20);
        options.ping_timeout = milliseconds(20);
      });
  EXPECT_EQ(end.kind, EndKind::goodbye) << end.text;
  EXPECT_EQ(heard_after_welcome, "");
}

// ---- in the session

TEST_F(HostileServers, BreakTheFramesOfTheWebSocket) {
  const auto broken = [&](const std::string& bytes) {
    const End end = end_after_welcome(bytes);
    EXPECT_EQ(end.kind, EndKind::protocol_error) << end.text;
    EXPECT_TRUE(end.joined);
    return end.text;
  };
  EXPECT_THAT(broken(std::string("\x81\x82"
                                 "abcd"
                                 "xy")),
              HasSubstr("mask"));
  broken("\xf1\x01x");                                    // reserved bits
  broken(server_frame(0x82, "[]"));                       // binary where text was agreed
  broken(server_frame(text_frame, "\xff"));               // no UTF-8
  broken(std::string("\x81\x7f\x80\0\0\0\0\0\0\0", 10));  // 2^63 bytes
  broken(std::string("\x81\x7f\0\0\0\1\0\0\0\0", 10));    // 4 GiB
  broken(std::string("\x81\x7e\0\x01x", 5));              // a length that is not minimal
  broken(server_frame(close_frame, "x"));                 // half a code
  broken(server_frame(0x80, "goes on"));                  // with nothing before
}

TEST_F(HostileServers, SayWhatNobodyMaySay) {
  const auto broken = [&](const std::string& message) {
    const End end = end_after_welcome(server_frame(text_frame, message));
    EXPECT_EQ(end.kind, EndKind::protocol_error) << end.text;
    return end.text;
  };
  EXPECT_THAT(broken("{}"), HasSubstr("expected"));
  EXPECT_THAT(broken("[99]"), HasSubstr("sent"));
  EXPECT_THAT(broken(R"([1,"realm1",{}])"), HasSubstr("HELLO where it must not come"));
  EXPECT_THAT(broken(welcome), HasSubstr("WELCOME where it must not come"));
  EXPECT_THAT(broken(std::string(2000, '[')), HasSubstr("sent"));
}

TEST_F(HostileServers, SendMoreDetailsThanAreTaken) {
  std::string details;
  for (int i = 0; i < 10'001; ++i) details += (i ? "," : "") + ("\"" + std::to_string(i) + "\":1");
  const std::string event = "[36,5,6,{" + details + "}]";
  std::string frame = {"\x81\x7f\0\0\0\0\0", 7};
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(event.size() >> shift);
  const End end = end_after_welcome(frame + event);
  EXPECT_EQ(end.kind, EndKind::protocol_error);
  EXPECT_THAT(end.text, HasSubstr("10000"));
}

TEST_F(HostileServers, SendFurtherPartsOfWhatWasAnswered) {
  const FakeServer server([](const Guest& guest) {
    guest.upgrades();
    guest.hears();
    guest.says(server_frame(text_frame, welcome));
    guest.hears();
    guest.says(server_frame(text_frame, R"([65,1,5])") +
               server_frame(text_frame, R"([68,1,5,{"progress":true},["first"]])") +
               server_frame(text_frame, R"([68,1,5,{"progress":true},["second"]])") +
               server_frame(text_frame, R"([68,1,5,{},["last"]])") +
               server_frame(text_frame, R"([68,2,5,{},["another"]])") +
               server_frame(text_frame, R"([6,{},"com.bye"])"));
    guest.waits_for_the_end();
  });
  Visitor visitor(loop, options_of(server.url()));
  std::vector<std::string> heard;
  visitor.joins().session.register_procedure("com.any", [&](Invocation call) {
    heard.push_back(call.payload().to_json().args);
    call.result({});
  });
  EXPECT_EQ(visitor.ends().kind, EndKind::goodbye);
  EXPECT_THAT(heard, testing::ElementsAre(R"(["first"])", R"(["another"])"));
}

TEST_F(HostileServers, SendEventsOfWhatWasUnsubscribedWhileASubscribeWasOnTheWay) {
  const FakeServer server([](const Guest& guest) {
    guest.upgrades();
    guest.hears();
    guest.says(server_frame(text_frame, welcome));
    guest.hears();
    guest.says(server_frame(text_frame, R"([33,1,5])"));
    guest.hears();
    guest.says(server_frame(text_frame, R"([33,2,5])") + server_frame(text_frame, R"([35,3])") +
               server_frame(text_frame, R"([36,5,9,{}])") + server_frame(text_frame, R"([6,{},"com.bye"])"));
    guest.waits_for_the_end();
  });
  Visitor visitor(loop, options_of(server.url()));
  int events = 0;
  const auto hear = [&](const Event&) { ++events; };
  const auto subscription = visitor.joins().subscribes("com.news", hear);
  visitor.session.subscribe("com.news", hear);
  visitor.session.unsubscribe(subscription);
  EXPECT_EQ(visitor.ends().kind, EndKind::goodbye);
  EXPECT_EQ(events, 0);
}

TEST_F(HostileServers, AnswerWhatWasNotAsked) {
  const std::string nonsense =
      server_frame(text_frame, R"([50,77,{}])") + server_frame(text_frame, R"([33,77,5])") +
      server_frame(text_frame, R"([36,5,6,{}])") + server_frame(text_frame, R"([8,48,77,{},"com.error"])") +
      server_frame(text_frame, R"([69,77,{}])") + server_frame(text_frame, R"([17,1,2])");
  const End end = end_after_welcome(nonsense + server_frame(text_frame, R"([6,{},"com.bye"])"));
  EXPECT_EQ(end.kind, EndKind::goodbye);
  EXPECT_EQ(end.reason, "com.bye");
}

TEST_F(HostileServers, SendMoreThanIsTaken) {
  const End end =
      end_after_welcome(server_frame(text_frame, R"([50,1,{},[")" + std::string(2000, 'x') + R"("]])"),
                        [](Options& options) { options.max_message_size = 1000; });
  EXPECT_EQ(end.kind, EndKind::protocol_error);
  EXPECT_THAT(end.text, HasSubstr("more than 1000 bytes"));
  // And much before they have let us in.
  const End early = end_with([](const Guest& guest) {
    guest.upgrades();
    for (int i = 0; i < 2000; ++i) guest.says(server_frame(ping_frame, std::string(125, 'x')));
    guest.waits_for_the_end();
  });
  EXPECT_EQ(early.kind, EndKind::protocol_error) << early.text;
}

TEST_F(HostileServers, EndInTheMiddle) {
  const End in_frame = end_with([](const Guest& guest) {
    guest.upgrades();
    guest.hears();
    guest.says(server_frame(text_frame, welcome) + "\x81\x7e");
  });
  EXPECT_EQ(in_frame.kind, EndKind::connection_lost);
  EXPECT_TRUE(in_frame.joined);
  const End with_code = end_after_welcome(server_frame(close_frame, std::string("\x03\xe9") + "over"));
  EXPECT_EQ(with_code.kind, EndKind::connection_lost);
  EXPECT_EQ(with_code.text, "the router closed the connection with code 1001: over");
}

// ---- logins

TEST_F(HostileServers, GiveCookiesThatCannotBeSentBack) {
  const auto cookie_after = [&](const std::string& field) {
    const FakeServer server([&](const Guest& guest) {
      guest.upgrades("wamp.2.json", field + "\r\n");
      guest.hears();
      guest.says(server_frame(text_frame, welcome) + server_frame(text_frame, R"([6,{},"com.bye"])"));
      guest.waits_for_the_end();
    });
    Visitor visitor(loop, options_of(server.url()));
    visitor.ends();
    return visitor.joined->cookie;
  };
  EXPECT_EQ(cookie_after("Set-Cookie: a=b; Path=/"), "a=b");
  EXPECT_EQ(cookie_after("Set-Cookie: a=\tb\x01"), "");
}

TEST_F(HostileServers, ChallengeWrongly) {
  const auto challenged = [&](const std::string& challenge) {
    const End end = end_with(
        [&](const Guest& guest) {
          guest.upgrades();
          guest.hears();
          guest.says(server_frame(text_frame, challenge));
          guest.waits_for_the_end();
        },
        "ws",
        [](Options& options) {
          options.login.methods = {"wamp-scram", "wampcra"};
          options.login.authid = "joe";
          options.login.password = "secret";
        });
    EXPECT_EQ(end.kind, EndKind::login_refused) << end.text;
    return end.text;
  };
  EXPECT_THAT(challenged(R"([4,"ticket",{}])"), HasSubstr("which was not offered"));
  EXPECT_THAT(challenged(R"([4,"wampcra",{}])"), HasSubstr("no challenge"));
  EXPECT_THAT(challenged(R"([4,"wampcra",{"challenge":"x","salt":"y","iterations":4000000000,"keylen":32}])"),
              HasSubstr("more work than is done here"));
  EXPECT_THAT(challenged(R"([4,"wampcra",{"challenge":"x","salt":"y","iterations":1000000,"keylen":1024}])"),
              HasSubstr("more work than is done here"));
  EXPECT_THAT(challenged(R"([4,"wamp-scram",{"nonce":"xxxx","salt":"","iterations":1,"kdf":"pbkdf2"}])"),
              HasSubstr("does not begin with ours"));
  EXPECT_THAT(challenged(R"([4,"wampcra",{"challenge":17}])"), HasSubstr("challenge"));
}

TEST_F(HostileServers, ChallengeOnlyOnce) {
  const End end = end_with(
      [](const Guest& guest) {
        guest.upgrades();
        guest.hears();
        guest.says(server_frame(text_frame, R"([4,"ticket",{}])"));
        guest.hears();
        guest.says(server_frame(text_frame, R"([4,"ticket",{}])"));
        guest.waits_for_the_end();
      },
      "ws",
      [](Options& options) {
        options.login.authid = "joe";
        options.login.ticket = "secret";
      });
  EXPECT_EQ(end.kind, EndKind::protocol_error);
  EXPECT_THAT(end.text, HasSubstr("a second CHALLENGE"));
}

TEST_F(HostileServers, WhoDoNotKnowThePasswordAreLeft) {
  const auto with_password = [](const std::vector<std::string>& methods) {
    return [methods](Options& options) {
      options.login.methods = methods;
      options.login.authid = "joe";
      options.login.password = "secret";
    };
  };
  const auto lets_in = [&](const Guest& guest) {
    guest.upgrades();
    guest.hears();
    guest.says(server_frame(text_frame, welcome) + server_frame(text_frame, R"([6,{},"com.bye"])"));
    guest.waits_for_the_end();
  };
  const End unasked = end_with(lets_in, "ws", with_password({"scram", "wamp-scram", "wampcra"}));
  EXPECT_EQ(unasked.kind, EndKind::login_refused);
  EXPECT_THAT(unasked.text, HasSubstr("without having asked for a proof"));
  EXPECT_EQ(end_with(lets_in, "ws", with_password({"scram", "anonymous"})).kind, EndKind::goodbye);

  const auto asks_and_proves_nothing = [&](const Guest& guest) {
    guest.upgrades();
    const std::string hello = guest.hears_message();
    constexpr std::string_view field = R"("nonce":")";
    const size_t nonce = hello.find(field) + field.size();
    guest.says(server_frame(text_frame, R"([4,"wamp-scram",{"nonce":")" +
                                            hello.substr(nonce, hello.find('"', nonce) - nonce) +
                                            R"(more","salt":"c2FsdA==","iterations":1,"kdf":"pbkdf2"}])"));
    guest.hears();
    guest.says(server_frame(text_frame, welcome));
    guest.waits_for_the_end();
  };
  const End unproved = end_with(asks_and_proves_nothing, "ws", with_password({"wamp-scram"}));
  EXPECT_EQ(unproved.kind, EndKind::login_refused);
  EXPECT_THAT(unproved.text, HasSubstr("has not proved"));
}

}  // namespace
}  // namespace client
