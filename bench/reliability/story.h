// What a visitor would say to the router from connecting to leaving, part by part, if nothing cut it short.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "bench/load/options.h"

namespace bench::reliability {

using Random = std::mt19937_64;

// Below `bound`.
inline uint64_t any(Random& random, uint64_t bound) {
  return random() % bound;
}

struct Story {
  bool rawsocket = false;  // so it can also be told over a Unix socket
  std::vector<std::string> parts;
};

// Of any kind: WebSocket or RawSocket, JSON or MessagePack, let in at once or challenged; or plain HTTP.
Story any_story(Random& random, const load::Options& options);

// URIs that visitors share with those who stay.
inline constexpr const char* kShared = "churn.shared";       // many visitors register it
inline constexpr const char* kEcho = "churn.steady.echo";    // answered at once
inline constexpr const char* kNever = "churn.steady.never";  // answered when it is interrupted
inline constexpr const char* kTopics = "churn.topic.";       // prefix of 16 topics

// The user of ticket authentication that the configuration must have.
inline constexpr const char* kUser = "joe";
inline constexpr const char* kTicket = "secret";

}  // namespace bench::reliability
