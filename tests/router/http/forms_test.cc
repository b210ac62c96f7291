// What is made of requests before they are asked, and what of them is refused.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router/http/forms/api_form.h"
#include "router/http/forms/arguments.h"
#include "router/http/forms/bridge_form.h"
#include "router/http/small_answers.h"

namespace router::http {
namespace {

using config::BridgePath;
using testing::HasSubstr;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr size_t megabyte = 1 << 20;

HttpRequest a_post(const std::string& path = "/", const std::string& query = "") {
  return {.method = "POST",
          .version = "HTTP/1.1",
          .path = path,
          .query = query,
          .headers = {},
          .peer_address = "10.0.0.1:1"};
}

std::optional<std::string> taken(const std::string& body, Question& question) {
  const auto read = serializers::read_json_parts(body, max_body_members, 100);
  return read ? take_arguments(*read, question) : read.error().message;
}

std::string options_of(int count) {
  std::string options;
  for (int i = 0; i < count; ++i) options += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  return "{\"options\":{" + options + "}}";
}

TEST(OptionsOfRequests, AreNotMoreThanCanBeLookedUp) {
  Question question;
  EXPECT_FALSE(taken(options_of(64), question));
  EXPECT_EQ(question.options.size(), 64u);
  EXPECT_THAT(*taken(options_of(65), question), HasSubstr("\"options\" has more than 64 members"));
  EXPECT_THAT(*taken(options_of(5000), question), HasSubstr("\"options\" has more than 64 members"));
}

TEST(MembersOfBodies, AreCountedThoughTheyHaveTheSameKey) {
  Question question;
  std::string body = "{\"args\":[1]";
  for (int i = 0; i < 63; ++i) body += ",\"args\":[2]";
  EXPECT_FALSE(taken(body + "}", question));
  EXPECT_THAT(*taken(body + ",\"args\":[3]}", question), HasSubstr("more than 64 members"));
}

TEST(TimeoutsOfRequests, AreTheShorterOfWhatIsAskedForAndWhatIsConfigured) {
  const auto timeout = [](const std::string& options, const std::string& header = "") {
    HttpRequest request = a_post();
    if (!header.empty()) request.headers.emplace_back("wamp-timeout-ms", header);
    const auto read = read_api_request({.realm = "realm1", .timeout_ms = 1000}, request, "call/com.x",
                                       "{\"options\":" + options + "}", 100);
    return std::get<Question>(read).timeout.count();
  };
  EXPECT_EQ(timeout("{}"), 1000);
  EXPECT_EQ(timeout(R"({"timeout":20})"), 20);
  EXPECT_EQ(timeout(R"({"timeout":2000})"), 1000);
  EXPECT_EQ(timeout(R"({"timeout":0})"), 1000);
  EXPECT_EQ(timeout(R"({"timeout":200})", "30"), 30);
  EXPECT_EQ(timeout(R"({"timeout":20})", "300"), 20);
}

TEST(EventsOfWebhooks, AreNoLongerThanAMessage) {
  const BridgePath path{
      .kind = BridgePath::Kind::webhook, .realm = "realm1", .role = "web", .topic = "com.x"};
  const auto status = [&](const std::string& body) {
    const auto read = read_bridge_request(path, a_post(), body, WallTime(), {1000, 100});
    const auto* const refusal = std::get_if<HttpResponse>(&read);
    return refusal ? refusal->status : 0;
  };
  EXPECT_EQ(status(std::string(900, 'x')), 0);
  EXPECT_EQ(status(std::string(999, 'x')), 413);
  EXPECT_EQ(status(std::string(300, '\x01')), 413);  // each is six characters in JSON
}

TEST(RequestsOfBridges, AreRefusedBeforeTheirBodyIfItCannotMatter) {
  const auto status = [](const BridgePath& path, const HttpRequest& request, size_t size = megabyte) {
    const auto refusal = refuse_bridge_request(path, request, size, megabyte, WallTime());
    return refusal ? refusal->status : 0;
  };
  BridgePath path{.realm = "realm1", .role = "web"};
  EXPECT_EQ(status(path, a_post()), 0);
  EXPECT_EQ(status(path, a_post(), megabyte + 1), 413);
  HttpRequest text = a_post();
  text.headers.emplace_back("content-type", "text/plain");
  EXPECT_EQ(status(path, text), 400);
  path.require_ip.add("10.0.0.0/8");
  EXPECT_EQ(status(path, a_post()), 0);
  path.require_ip = {};
  path.require_ip.add("10.0.0.2");
  EXPECT_EQ(status(path, a_post()), 400);
  path.require_ip = {};
  path.require_tls = true;
  EXPECT_EQ(status(path, a_post()), 400);
  path.require_tls = false;
  path.key = "joe";
  path.secret = "secret";
  const std::string rest = "&timestamp=1970-01-01T00:00:00.0Z&seq=1&nonce=1&signature=x";
  EXPECT_EQ(status(path, a_post()), 400);
  EXPECT_EQ(status(path, a_post("/", "key=jim" + rest)), 401);
  EXPECT_EQ(status(path, a_post("/", "key=joe" + rest)), 0);
  BridgePath hook{.kind = BridgePath::Kind::webhook, .realm = "realm1", .role = "web", .github_secret = "s"};
  EXPECT_EQ(status(hook, a_post()), 400);
  HttpRequest preflight = a_post();
  preflight.method = "OPTIONS";
  EXPECT_EQ(status(path, preflight, 0), 0);
  EXPECT_EQ(status(path, preflight, 1), 413);
}

TEST(RequestsByUri, AreRefusedBeforeTheirBodyIfItCannotMatter) {
  const auto status = [](const std::string& rest, const std::string& type, size_t size = megabyte) {
    HttpRequest request = a_post();
    request.headers.emplace_back("content-type", type);
    const auto refusal = refuse_api_request(request, rest, size, megabyte);
    return refusal ? refusal->status : 0;
  };
  EXPECT_EQ(status("call/com.x", "application/json"), 0);
  EXPECT_EQ(status("call/com.x", "application/json", megabyte + 1), 413);
  EXPECT_EQ(status("call/com..x", "application/json"), 400);
  EXPECT_EQ(status("call/com.x", "text/plain"), 415);
  EXPECT_EQ(status("call/com.x", "text/plain", 0), 0);
  EXPECT_EQ(status("call/com.x", "application/json; charset=latin1"), 400);
}

TEST(PagesOfNodes, TellTheProcessOnlyIfTheyAreToldTo) {
  const auto page = [](bool process) {
    return small_answer(config::NodeInfoPath{.process = process}, a_post())->body;
  };
  EXPECT_THAT(page(false), testing::Not(HasSubstr("Process")));
  EXPECT_THAT(page(false), HasSubstr("10.0.0.1:1"));
  EXPECT_THAT(page(true), HasSubstr("Process"));
}

}  // namespace
}  // namespace router::http
