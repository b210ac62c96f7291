// The reader of PROXY headers says the same however the bytes come, never takes what is behind the header,
// and whatever client it names is an address.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "transport/proxy/proxy_header.h"
#include "transport/socket/address.h"

namespace {

using namespace transport;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(input), size);
  const auto whole = read_proxy_header(bytes);
  require(size < max_proxy_header || !std::holds_alternative<ProxyHeaderNeedsMore>(whole));
  if (const auto* header = std::get_if<ProxyHeader>(&whole)) {
    require(header->size <= size && header->size <= max_proxy_header);
    require(header->client.empty() || header->client == "unix:" ||
            normalized_peer(header->client) == header->client);
    // What is behind it changes nothing, and without its last byte it is not there yet.
    const auto alone = read_proxy_header(bytes.substr(0, header->size));
    require(std::get<ProxyHeader>(alone).client == header->client);
    const auto shorter = read_proxy_header(bytes.substr(0, header->size - 1));
    require(std::holds_alternative<ProxyHeaderNeedsMore>(shorter));
  }
  if (std::holds_alternative<ProxyHeaderNeedsMore>(whole)) {
    for (size_t part = 0; part < size; ++part)
      require(std::holds_alternative<ProxyHeaderNeedsMore>(read_proxy_header(bytes.substr(0, part))));
  }
  const auto peer = normalized_peer(bytes);
  require(!peer || normalized_peer(*peer) == peer);
  AddressRanges ranges;
  if (ranges.add(bytes)) ranges.contains(bytes);
  return 0;
}
