// Why a connection is not read: one place for all who may want that, each of whom has a reason of its own.
//
// Plain values of the connection's thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace transport {

// The transport's own. Who sits on a connection has its own behind it, up to max_pauses in all.
enum class Pause : uint8_t {
  rate,  // the peer sends more than it may
  first_of_receiver,
};
constexpr size_t max_pauses = 8;
constexpr Pause pause_of_receiver(size_t place) {
  return static_cast<Pause>(static_cast<size_t>(Pause::first_of_receiver) + place);
}

class Pauses {
 public:
  bool any() const { return reasons_ != 0; }
  bool has(Pause reason) const { return reasons_ & bit(reason); }
  void add(Pause reason) {
    if (!ended_) reasons_ |= bit(reason);
  }
  // False: it was not there.
  bool remove(Pause reason) {
    const bool had = has(reason);
    reasons_ &= static_cast<uint8_t>(~bit(reason));
    return had;
  }
  // There is none from now on, whatever is added.
  void end() {
    reasons_ = 0;
    ended_ = true;
  }

 private:
  static constexpr uint8_t bit(Pause reason) {
    return static_cast<uint8_t>(1u << static_cast<unsigned>(reason));
  }

  uint8_t reasons_ = 0;
  bool ended_ = false;
};

}  // namespace transport
