#include "transport/socket/address.h"

#include <gtest/gtest.h>

namespace transport {
namespace {

TEST(Address, HasAHostWithoutPortAndBrackets) {
  EXPECT_EQ(host_of("127.0.0.1:4242"), "127.0.0.1");
  EXPECT_EQ(host_of("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host_of("[::1]:4242"), "::1");
  EXPECT_EQ(host_of("[::1]"), "::1");
  EXPECT_EQ(host_of("::1"), "::1");
  EXPECT_EQ(host_of("unix:"), "unix");
  EXPECT_EQ(host_of(""), "");
  EXPECT_EQ(host_of("["), "");
  EXPECT_EQ(host_of("[::1"), "::1");
}

TEST(Address, HasOneFormOnly) {
  const auto normalized = [](std::string_view peer) { return normalized_peer(peer).value_or("none"); };
  EXPECT_EQ(normalized("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(normalized("10.1.2.3:80"), "10.1.2.3:80");
  EXPECT_EQ(normalized("::ffff:10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(normalized("[::ffff:10.1.2.3]:80"), "10.1.2.3:80");
  EXPECT_EQ(normalized("2001:DB8:0::1"), "[2001:db8::1]");
  EXPECT_EQ(normalized("[2001:db8::1]:443"), "[2001:db8::1]:443");
  for (const char* wrong : {"", "unknown", "_hidden", "10.1.2", "10.1.2.3:", "10.1.2.3:x", "10.1.2.3:65536",
                            "[::1", "[::1]x", "[::1]:", "[10.1.2.3", "10.1.2.3 ", "unix:", "[]", ":80"})
    EXPECT_EQ(normalized(wrong), "none") << wrong;
}

AddressRanges ranges(std::initializer_list<std::string_view> list) {
  AddressRanges all;
  for (const std::string_view range : list) EXPECT_TRUE(all.add(range)) << range;
  return all;
}

TEST(Address, IsOfANetworkThatOneClientHasAtItsWill) {
  EXPECT_EQ(network_of("10.0.0.1:80"), network_of("10.0.0.1"));
  EXPECT_EQ(network_of("10.0.0.1:80"), network_of("[::ffff:10.0.0.1]:80"));
  EXPECT_NE(network_of("10.0.0.1:80"), network_of("10.0.0.2:80"));
  EXPECT_EQ(network_of("[2001:db8:1:2::1]:80"), network_of("[2001:db8:1:2:ffff:ffff:ffff:ffff]"));
  EXPECT_NE(network_of("[2001:db8:1:2::1]"), network_of("[2001:db8:1:3::1]"));
  // However the zeros of the network are written.
  EXPECT_EQ(network_of("[2001:db8::1:2:3:4]"), network_of("[2001:db8:0:0:5:6:7:8]"));
  EXPECT_EQ(network_of("[2001:db8:1:2::1]", 48), network_of("[2001:db8:1:3::1]", 48));
  EXPECT_NE(network_of("[2001:db8:1::1]", 48), network_of("[2001:db8:2::1]", 48));
  EXPECT_EQ(network_of("unix:"), "");
  EXPECT_EQ(network_of(""), "");
}

TEST(AddressRanges, ContainTheAddressesOfTheirNetworks) {
  const AddressRanges some = ranges({"10.0.0.0/8", "192.168.1.128/25", "203.0.113.7", "2001:db8::/33"});
  for (const char* inside :
       {"10.0.0.0", "10.255.255.255:1", "192.168.1.128", "192.168.1.255:9", "203.0.113.7:443",
        "[::ffff:10.2.3.4]:5", "[2001:db8::1]:1", "[2001:db8:7fff::]"})
    EXPECT_TRUE(some.contains(inside)) << inside;
  for (const char* outside : {"11.0.0.0", "9.255.255.255", "192.168.1.127", "203.0.113.8",
                              "[2001:db8:8000::]", "[::10.2.3.4]", "unix:", "unknown", ""})
    EXPECT_FALSE(some.contains(outside)) << outside;
}

TEST(AddressRanges, ContainEverythingOrOneAddress) {
  EXPECT_TRUE(ranges({"0.0.0.0/0"}).contains("8.8.8.8:53"));
  EXPECT_FALSE(ranges({"0.0.0.0/0"}).contains("[2001:db8::1]:53"));
  EXPECT_TRUE(ranges({"::/0"}).contains("[2001:db8::1]:53"));
  EXPECT_TRUE(ranges({"::1"}).contains("[::1]:53"));
  EXPECT_FALSE(ranges({"::1/128"}).contains("[::2]:53"));
  EXPECT_TRUE(ranges({"unix"}).contains("unix:"));
  EXPECT_FALSE(AddressRanges().contains("127.0.0.1:1"));
}

TEST(AddressRanges, AreNotMadeOfAnythingElse) {
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host",
                            "10.0.0", "/8", "unix:", "[::1]", "10.0.0.0/8/8"})
    EXPECT_FALSE(AddressRanges().add(wrong)) << wrong;
}

}  // namespace
}  // namespace transport
