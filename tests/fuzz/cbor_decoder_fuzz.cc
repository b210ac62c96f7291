// CBOR from the wire: our scanner agrees with libcbor, and whatever is a message survives encoding
// and transcoding.
#include <cstdio>
#include <cstdlib>

#include "tests/serializers/differential.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const std::string& problem : {serializers::differs_from_libcbor(text),
                                     serializers::breaks_codec(serializers::Format::cbor, text)}) {
    if (problem.empty()) continue;
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::abort();
  }
  return 0;
}
