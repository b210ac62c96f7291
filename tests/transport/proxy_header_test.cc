#include "transport/proxy/proxy_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/transport/proxy_headers.h"

namespace transport {
namespace {

using testing::HasSubstr;

// "SIZE CLIENT", "more", or the reason of the error.
std::string read(const std::string& bytes) {
  const auto read = read_proxy_header(bytes);
  if (const auto* error = std::get_if<ProxyHeaderError>(&read)) return error->reason;
  if (std::holds_alternative<ProxyHeaderNeedsMore>(read)) return "more";
  const auto& header = std::get<ProxyHeader>(read);
  return std::to_string(header.size) + " " + header.client;
}

TEST(ProxyHeader, TellsAClientOfIpv4) {
  EXPECT_EQ(read(proxy_v2_tcp4()), "28 203.0.113.7:4242");
  EXPECT_EQ(read(proxy_v2_tcp4() + "GET / HTTP/1.1"), "28 203.0.113.7:4242");
}

TEST(ProxyHeader, TellsAClientOfIpv6) {
  std::string address("\x20\x01\x0D\xB8", 4);
  address.append(11, '\0').push_back('\x01');
  EXPECT_EQ(read(proxy_v2(0x21, 0x21, address + std::string(16, '\0') + std::string("\x10\x92\0\x50", 4))),
            "52 [2001:db8::1]:4242");
}

TEST(ProxyHeader, TellsAnIpv4AddressInIpv6AsIpv4) {
  std::string address(10, '\0');
  address.append("\xFF\xFF\x0A\x01\x02\x03");
  EXPECT_EQ(read(proxy_v2(0x21, 0x21, address + std::string(16, '\0') + std::string("\x10\x92\0\x50", 4))),
            "52 10.1.2.3:4242");
}

TEST(ProxyHeader, TellsAClientOfAUnixSocket) {
  EXPECT_EQ(read(proxy_v2(0x21, 0x31, std::string(216, '\0'))), "232 unix:");
}

TEST(ProxyHeader, TellsNoClientIfTheProxySpeaksForItselfOrDoesNotKnow) {
  EXPECT_EQ(read(proxy_v2(0x20, 0x00, "")), "16 ");
  EXPECT_EQ(read(proxy_v2(0x20, 0x11, "too short")), "25 ");
  EXPECT_EQ(read(proxy_v2(0x21, 0x00, "what")), "20 ");
}

TEST(ProxyHeader, PassesOverExtensions) {
  const std::string extension("\x02\0\x09localhost", 12);
  EXPECT_EQ(read(proxy_v2(0x21, 0x11, proxy_v2_tcp4().substr(16) + extension)), "40 203.0.113.7:4242");
}

TEST(ProxyHeader, WaitsForAllOfIt) {
  for (const std::string& whole : {proxy_v2_tcp4(), std::string("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n")})
    for (size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(read(whole.substr(0, size)), "more") << size;
}

TEST(ProxyHeader, IsRefusedIfItIsMalformed) {
  EXPECT_THAT(read(proxy_v2(0x11, 0x11, std::string(12, 'a'))), HasSubstr("version is not 2"));
  EXPECT_THAT(read(proxy_v2(0x22, 0x11, std::string(12, 'a'))), HasSubstr("neither LOCAL nor PROXY"));
  EXPECT_THAT(read(proxy_v2(0x21, 0x12, std::string(12, 'a'))), HasSubstr("not of TCP"));
  EXPECT_THAT(read(proxy_v2(0x21, 0x11, std::string(11, 'a'))), HasSubstr("too short for its addresses"));
  EXPECT_THAT(read(proxy_v2(0x21, 0x21, std::string(35, 'a'))), HasSubstr("too short for its addresses"));
  EXPECT_THAT(read(proxy_v2(0x21, 0x31, std::string(215, 'a'))), HasSubstr("too short for its addresses"));
  EXPECT_THAT(read("GET / HTTP/1.1\r\n"), HasSubstr("begins otherwise"));
  EXPECT_THAT(read("\r\n\r\nX"), HasSubstr("begins otherwise"));
  EXPECT_THAT(read("\x16\x03\x01"), HasSubstr("begins otherwise"));
}

TEST(ProxyHeader, MayNotBeLongerThanTheBoundWhateverItSays) {
  std::string hostile = proxy_v2_tcp4();
  hostile[14] = hostile[15] = '\xFF';
  EXPECT_THAT(read(hostile), HasSubstr("longer than 4096 bytes"));
  hostile[14] = '\x0F';
  hostile[15] = '\xF1';
  EXPECT_THAT(read(hostile), HasSubstr("longer than 4096 bytes"));
  hostile[15] = '\xF0';
  EXPECT_EQ(read(hostile), "more");
  hostile.resize(max_proxy_header);
  EXPECT_EQ(read(hostile), "4096 203.0.113.7:4242");
}

TEST(ProxyHeader, OfVersion1IsUnderstood) {
  EXPECT_EQ(read("PROXY TCP4 203.0.113.7 198.51.100.1 4242 443\r\nGET"), "46 203.0.113.7:4242");
  EXPECT_EQ(read("PROXY TCP6 2001:db8::1 ::1 4242 443\r\n"), "37 [2001:db8::1]:4242");
  EXPECT_EQ(read("PROXY UNKNOWN\r\n"), "15 ");
  EXPECT_EQ(read("PROXY UNKNOWN ffff::1 ::2 1 2\r\n"), "31 ");
}

TEST(ProxyHeader, OfVersion1IsRefusedIfItIsMalformed) {
  for (const char* line :
       {"PROXY TCP5 1.2.3.4 5.6.7.8 9 10\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9\r\n", "PROXY TCP4 \r\n",
        "PROXY TCP4 1.2.3 5.6.7.8 9 10\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 70000 10\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 x 10\r\n", "PROXY TCP4 ::1 ::1 9 10\r\n",
        "PROXY TCP6 1.2.3.4 ::1 9 10\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11\r\n",
        "PROXY TCP4  1.2.3.4 5.6.7.8 9\r\n", "PROXY TCP6 [::1] ::1 9 10\r\n"})
    EXPECT_THAT(read(line), HasSubstr("its line is not")) << line;
  EXPECT_EQ(read("PROXY " + std::string(100, 'x')), "more");
  EXPECT_THAT(read("PROXY " + std::string(101, 'x')), HasSubstr("its line does not end"));
}

}  // namespace
}  // namespace transport
