#include "text/base64.h"

#include <gtest/gtest.h>

namespace text {
namespace {

// RFC 4648 section 10.
TEST(Base64, HasTheVectorsOfItsSpecification) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, ComesBackForAllBytes) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(decode_base64(to_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST(Base64, RefusesOtherText) {
  for (const char* text : {"A", "AA", "AAA", "AAAAA", "A===", "====", "=AAA", "A=AA", "AA=A",
                           "AAAA====", "AA==AAAA", "AA-A", "AA_A", "AA A", "AAA\n",
                           "AA\x80"
                           "A",
                           "AAAA\n"})
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
}

TEST(Base64, IsOneTextForTheSameBytes) {
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(decode_base64("Zm9vYh=="), "foob");
  for (const char* wrong :
       {"Zm9vYg", "Zm9vYg=", "Zm9vYg==\n", " Zm9vYg==", "Zm9vYh==", "Zm9v!g==", "====", "=", "Z==="})
    EXPECT_EQ(from_base64(wrong), std::nullopt) << wrong;
}

TEST(Base64, OfUrlsHasNoPadding) {
  for (const std::string& bytes :
       {std::string(), std::string("f"), std::string("fo"), std::string("\xfb\xff\xbf")})
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  for (const char* wrong : {"Zg==", "Zh", "Z", "+_8", "Zm9v\n", "Zm9v."})
    EXPECT_EQ(from_base64url(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace text
