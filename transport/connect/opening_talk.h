// The opening of a connection that was made: TLS, then the request for a WebSocket or RawSocket and its
// answer.
//
// Lives on its stream's thread, which owns it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "transport/connect/connector.h"
#include "transport/memory/allocated.h"
#include "transport/messages/message_talk.h"
#include "transport/stream/stream.h"
#include "transport/stream/talk.h"

namespace transport {

// Who waits for it.
class OpeningWaiter {
 public:
  virtual Service::Upgrade on_agreed(const UpgradeAnswer* websocket) = 0;
  // The stream is no more. At the end of a turn.
  virtual void on_not_opened(ConnectFailure failure) = 0;

 protected:
  ~OpeningWaiter() = default;
};

class OpeningTalk final : public Talk {
 public:
  OpeningTalk(Stream& stream, std::variant<UpgradeRequest, RawSocketOffer> opening,
              std::shared_ptr<OpeningWaiter> waiter)
      : Talk(stream), opening_(std::move(opening)), waiter_(std::move(waiter)) {}

  size_t own_bytes() const override { return sizeof(OpeningTalk); }
  void begin() override { ask_if_ready(); }
  void on_heard() override { ask_if_ready(); }
  void receive(std::span<char> bytes) override;
  // Who has made it looks at the clock.
  void sweep(Loop::Clock::time_point) override {}
  Held held_input() const override { return {allocated(unread_), 0}; }
  void give_back_input() override { give_back(unread_); }
  void tell_end() override;

  // The request is out.
  bool has_asked() const { return has_asked_; }

 private:
  void ask_if_ready();
  void receive_upgrade(const UpgradeRequest& request);
  void receive_rawsocket(const RawSocketOffer& offer);
  void open(Agreed agreed, Service::Upgrade upgrade, std::string_view rest);
  void refuse(std::string why, bool for_now = false);
  ConnectFailure failure() const;

  const std::variant<UpgradeRequest, RawSocketOffer> opening_;
  const std::shared_ptr<OpeningWaiter> waiter_;
  std::string unread_;  // of the answer, so far
  std::optional<ConnectFailure> refusal_;
  bool has_asked_ = false;
};

}  // namespace transport
