#include "transport/websocket/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transport {
namespace {

using testing::Optional;

constexpr CompressionOptions narrow{.window_bits = 11, .memory_level = 3, .client_window_bits = 12};

std::optional<std::string> response_to(std::string_view offers, const CompressionOptions& options = {}) {
  auto agreed = agree_on_compression(offers, options);
  return agreed ? std::optional(agreed->response) : std::nullopt;
}

// What they all begin with.
std::string accepted(const std::string& more = "") {
  return "permessage-deflate; server_no_context_takeover; client_no_context_takeover" + more;
}

TEST(Compression, IsAgreedOnWithoutContextTakeoverWhateverTheClientOffers) {
  for (const char* offer :
       {"permessage-deflate", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover", "permessage-deflate; client_no_context_takeover",
        "permessage-deflate; client_max_window_bits=15; client_no_context_takeover; "
        "server_no_context_takeover"})
    EXPECT_THAT(response_to(offer), Optional(accepted())) << offer;
}

TEST(Compression, IsOfTheConfiguredWindowAndMemory) {
  const auto agreed = agree_on_compression("permessage-deflate", narrow);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->compression, Compression(11, 3));
  EXPECT_EQ(agreed->compression.window_bits(), 11);
  EXPECT_EQ(agreed->compression.memory_level(), 3);
  EXPECT_EQ(agreed->response, accepted("; server_max_window_bits=11"));
}

TEST(Compression, HasNoLargerWindowThanTheClientTakes) {
  const auto agreed = agree_on_compression("permessage-deflate; server_max_window_bits=9", narrow);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->compression, Compression(9, 3));
  EXPECT_EQ(agreed->response, accepted("; server_max_window_bits=9"));
  EXPECT_THAT(response_to("permessage-deflate; server_max_window_bits=14", narrow),
              Optional(accepted("; server_max_window_bits=11")));
  EXPECT_THAT(response_to("permessage-deflate; server_max_window_bits=15"),
              Optional(accepted("; server_max_window_bits=15")))
      << "this is how such an offer is accepted";
}

// A message for many clients is compressed once for each window that one of them has. Section 7.1.2.1 lets
// the server's be any that is no larger than what was asked for.
TEST(Compression, HasOneSmallWindowForAllClientsThatTakeNoFullOne) {
  for (const unsigned full : {15u, 11u, 9u}) {
    const CompressionOptions options{.window_bits = static_cast<uint8_t>(full)};
    for (unsigned bits = 9; bits <= 15; ++bits) {
      const auto agreed =
          agree_on_compression("permessage-deflate; server_max_window_bits=" + std::to_string(bits), options);
      ASSERT_TRUE(agreed);
      const unsigned window = bits >= full ? full : 9;
      EXPECT_EQ(agreed->compression, Compression(window, 8)) << bits;
      EXPECT_EQ(agreed->response, accepted("; server_max_window_bits=" + std::to_string(window))) << bits;
    }
  }
}

// Section 7.1.2.2.
TEST(Compression, AsksClientsForASmallerWindowOnlyIfTheySayThatTheyMayBeAsked) {
  const CompressionOptions options{.client_window_bits = 12};
  EXPECT_THAT(response_to("permessage-deflate; client_max_window_bits", options),
              Optional(accepted("; client_max_window_bits=12")));
  EXPECT_THAT(response_to("permessage-deflate; client_max_window_bits=13", options),
              Optional(accepted("; client_max_window_bits=12")));
  EXPECT_THAT(response_to("permessage-deflate; client_max_window_bits=8", options), Optional(accepted()))
      << "it has a smaller one anyway";
  EXPECT_THAT(response_to("permessage-deflate", options), Optional(accepted()));
}

TEST(Compression, IsAgreedOnByTheFirstOfferThatIsGood) {
  EXPECT_THAT(response_to("x-webkit-deflate-frame, permessage-bzip2; a=1,"
                          "permessage-deflate; unheard_of, permessage-deflate; server_max_window_bits=10,"
                          "permessage-deflate"),
              Optional(accepted("; server_max_window_bits=9")));
}

TEST(Compression, IsDeclinedForParametersThatAreUnknownGivenTwiceOrOfAWrongValue) {
  for (const char* parameters :
       {"unheard_of", "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=09", "server_max_window_bits=1e1", "client_max_window_bits=0",
        "client_max_window_bits=16", "client_max_window_bits=99999999999999999999",
        "client_no_context_takeover=1", "server_no_context_takeover=true",
        "client_max_window_bits; client_max_window_bits=10",
        "server_no_context_takeover; server_no_context_takeover"})
    EXPECT_FALSE(response_to("permessage-deflate; " + std::string(parameters))) << parameters;
}

TEST(Compression, IsDeclinedForTheOneWindowThatZlibDoesNotMake) {
  EXPECT_FALSE(response_to("permessage-deflate; server_max_window_bits=8"));
}

TEST(Compression, TakesValuesInQuotesAndSpaceWhereItMayBe) {
  for (const char* offer :
       {"permessage-deflate; server_max_window_bits=\"10\"", "permessage-deflate;server_max_window_bits=10",
        " permessage-deflate\t; server_max_window_bits = \"1\\0\" "})
    EXPECT_THAT(response_to(offer), Optional(accepted("; server_max_window_bits=9"))) << offer;
}

TEST(Compression, IsDeclinedIfTheOffersAreMalformed) {
  for (const char* offers :
       {"", ",", "permessage-deflate;", "permessage-deflate,", ";", "permessage-deflate; =10",
        "permessage-deflate; server_max_window_bits=", "permessage-deflate; server_max_window_bits=\"10",
        "permessage-deflate; server_max_window_bits=\"\"",
        "permessage-deflate; server_max_window_bits=\"1 0\"",
        "permessage-deflate; server_max_window_bits=\"10\\", "permessage-deflate server_max_window_bits",
        "permessage deflate", "permessage-deflate, {"})
    EXPECT_FALSE(response_to(offers)) << offers;
}

}  // namespace
}  // namespace transport
