#include "transport/http/conditional_request.h"

#include <limits>

#include <gtest/gtest.h>

namespace transport {
namespace {

constexpr std::time_t then = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
const Validators validators{"\"abc\"", then};
using Headers = std::vector<std::pair<std::string, std::string>>;

Selection selected(const Headers& headers, const std::string& method = "GET", size_t size = 100) {
  HttpRequest request;
  request.method = method;
  request.headers = headers;
  return select(request, validators, size);
}
int status(const Headers& headers, const std::string& method = "GET") {
  return selected(headers, method).status;
}
// "206 0-99", "200 0-99", "416".
std::string range(const std::string& header, size_t size = 100) {
  const Selection part = selected({{"range", header}}, "GET", size);
  const std::string status = std::to_string(part.status);
  if (part.status == 416) return status;
  return status + " " + std::to_string(part.first) + "-" + std::to_string(part.first + part.size - 1);
}

TEST(AConditionalRequest, GetsNothingIfItHasTheFile) {
  for (const char* tags : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x\",W/\"abc\" ", "*"}) {
    EXPECT_EQ(status({{"if-none-match", tags}}), 304) << tags;
    EXPECT_EQ(status({{"if-none-match", tags}}, "HEAD"), 304) << tags;
  }
  for (const char* tags : {"\"abcd\"", "abc", "\"x\"", "\"\"", "\"ab\", \"c\""})
    EXPECT_EQ(status({{"if-none-match", tags}}), 200) << tags;
}

TEST(AConditionalRequest, GetsNothingIfTheFileIsAsOld) {
  EXPECT_EQ(status({{"if-modified-since", http_date(then)}}), 304);
  EXPECT_EQ(status({{"if-modified-since", http_date(then + 1)}}), 304);
  EXPECT_EQ(status({{"if-modified-since", http_date(then - 1)}}), 200);
  EXPECT_EQ(status({{"if-modified-since", "yesterday"}}), 200);
}

TEST(AConditionalRequest, IsDecidedByTheTagAndNotByTheTime) {
  EXPECT_EQ(status({{"if-none-match", "\"x\""}, {"if-modified-since", http_date(then)}}), 200);
  EXPECT_EQ(status({{"if-match", "\"abc\""}, {"if-unmodified-since", http_date(then - 1)}}), 200);
}

TEST(AConditionalRequest, MayWantNoOtherFile) {
  EXPECT_EQ(status({{"if-match", "\"x\", \"abc\""}}), 200);
  EXPECT_EQ(status({{"if-match", "*"}}), 200);
  EXPECT_EQ(status({{"if-match", "\"x\""}}), 412);
  EXPECT_EQ(status({{"if-match", "W/\"abc\""}}), 412)
      << "a weak tag does not say that all bytes are the same";
  EXPECT_EQ(status({{"if-unmodified-since", http_date(then)}}), 200);
  EXPECT_EQ(status({{"if-unmodified-since", http_date(then - 1)}}), 412);
  EXPECT_EQ(status({{"if-unmodified-since", "nonsense"}}), 200);
}

TEST(ARange, IsOfThoseBytes) {
  EXPECT_EQ(range("bytes=0-0"), "206 0-0");
  EXPECT_EQ(range("bytes=10-19"), "206 10-19");
  EXPECT_EQ(range("bytes=10-"), "206 10-99");
  EXPECT_EQ(range("bytes=10-1000"), "206 10-99");
  EXPECT_EQ(range("bytes=-10"), "206 90-99");
  EXPECT_EQ(range("bytes=-1000"), "206 0-99");
  EXPECT_EQ(range("bytes=10-99999999999999999999999"), "206 10-99");
  EXPECT_EQ(range("bytes=-99999999999999999999999"), "206 0-99");
}

TEST(ARange, MustBeInTheFile) {
  for (const char* header : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"})
    EXPECT_EQ(range(header), "416") << header;
  EXPECT_EQ(range("bytes=0-", 0), "416");
  EXPECT_EQ(range("bytes=-1", 0), "416");
}

TEST(ARange, ThatIsNoneOrSeveralIsTheWhole) {
  for (const char* header :
       {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6", "bytes=0-,5-6", "bytes=-5,0-1",
        "bytes=+1-2", "bytes=1--2", "bytes=1", "lines=1-2", "bytes 1-2"})
    EXPECT_EQ(range(header), "200 0-99") << header;
}

TEST(ARange, IsForAGetOnly) {
  EXPECT_EQ(status({{"range", "bytes=0-1"}}, "HEAD"), 200);
}

TEST(ARange, MayHoldForOneVersionOfTheFileOnly) {
  const auto if_range = [](const std::string& condition) {
    return status({{"range", "bytes=0-1"}, {"if-range", condition}});
  };
  EXPECT_EQ(if_range("\"abc\""), 206);
  EXPECT_EQ(if_range(http_date(then)), 206);
  for (const std::string& condition : {std::string("\"x\""), std::string("W/\"abc\""), http_date(then + 1)})
    EXPECT_EQ(if_range(condition), 200) << condition;
}

TEST(ARange, ComesAfterTheConditions) {
  EXPECT_EQ(status({{"range", "bytes=0-1"}, {"if-none-match", "\"abc\""}}), 304);
  EXPECT_EQ(status({{"range", "bytes=1000-"}, {"if-match", "\"x\""}}), 412);
}

TEST(HttpDates, HaveOneFormAndTwoOlderOnes) {
  EXPECT_EQ(http_date(then), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    EXPECT_EQ(read_http_date(text), then) << text;
  for (const char* text :
       {"", "then", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1", "1994-11-06"})
    EXPECT_EQ(read_http_date(text), std::nullopt) << text;
}

}  // namespace
}  // namespace transport
