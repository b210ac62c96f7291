// A story of several peers, made from any bytes: for the fuzzer and for the test that tells random ones.
#pragma once

#include <cstdint>
#include <span>

namespace router {

// Connects peers, lets them say well-formed, odd and broken things, and breaks their connections. Aborts the
// program if the router sends what cannot be decoded, or keeps anything after the last peer has gone.
void run_session_script(std::span<const uint8_t> script);

}  // namespace router
