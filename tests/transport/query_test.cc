// Queries of URLs.
#include "transport/http/query.h"

#include <gtest/gtest.h>

namespace transport {
namespace {

TEST(Queries, AreDecodedAsFormsAre) {
  const Query query("a=1&b=%20%2B+x&b=2&c&=e&d=%zz%4&e=%00");
  EXPECT_EQ(*query.find("a"), "1");
  EXPECT_EQ(*query.find("b"), " + x");
  EXPECT_EQ(query.all("b"), (std::vector<std::string>{" + x", "2"}));
  EXPECT_EQ(*query.find("c"), "");
  EXPECT_EQ(*query.find("d"), "%zz%4");
  EXPECT_EQ(*query.find("e"), std::string(1, '\0'));
  EXPECT_EQ(query.find("f"), nullptr);
  EXPECT_EQ(query.parameters().size(), 7u);
}

TEST(Queries, AreWellFormedIfTheyCanBeReadInOneWayOnly) {
  for (const char* const good : {"", "a=1&b", "a=%C3%BC+%41", "&&=&"})
    EXPECT_TRUE(Query(good).is_well_formed());
  for (const char* const bad : {"a=%zz", "%4=1", "a=%", "a=%ff", "%00", "a=1&b=\xff", "a=%-1", "a=%c3"})
    EXPECT_FALSE(Query(bad).is_well_formed()) << bad;
}

}  // namespace
}  // namespace transport
