// Headers of the PROXY protocol, version 2, as a proxy says them.
#pragma once

#include <string>

namespace transport {

inline std::string proxy_v2(int version_and_command, int family, const std::string& rest) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  for (const int byte :
       {version_and_command, family, static_cast<int>(rest.size() >> 8), static_cast<int>(rest.size() & 255)})
    header.push_back(static_cast<char>(byte));
  return header + rest;
}

// For 203.0.113.7:4242, which connected to 198.51.100.1:443.
inline std::string proxy_v2_tcp4() {
  return proxy_v2(0x21, 0x11, std::string("\xCB\x00\x71\x07\xC6\x33\x64\x01\x10\x92\x01\xBB", 12));
}

}  // namespace transport
