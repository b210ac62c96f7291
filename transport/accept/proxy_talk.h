// What comes before a client's first byte where a proxy tells whose connection it is.
//
// Lives on its stream's thread, which owns it.
#pragma once

#include <string>

#include "transport/memory/allocated.h"
#include "transport/stream/talk.h"

namespace transport {

class ProxyTalk final : public Talk {
 public:
  using Talk::Talk;

  size_t own_bytes() const override { return sizeof(ProxyTalk); }
  bool on_readable() override {
    read_header();
    return true;
  }
  void receive(std::span<char>) override {}
  void sweep(Loop::Clock::time_point now) override;
  Held held_input() const override;
  void give_back_input() override;

 private:
  // No byte of what is behind it is taken: that may be TLS.
  void read_header();
  void count_refused(const std::string& why);

  std::string header_;  // so far
};

}  // namespace transport
