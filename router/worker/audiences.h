// Who gets events on a worker, and one event on its way to them.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "router/mail/delivery.h"
#include "router/mail/event_backlog.h"
#include "router/mail/routed_payload.h"
#include "wamp/message.h"

namespace router {

// A worker's parts of the audiences that events are for.
//
// Its thread's only. They change by mail, in the order in which a realm has posted it, and no change needs
// memory. What comes for an audience that has no subscriber here finds nobody.
class Audiences {
 public:
  void join(JoinAudience&& change) noexcept;
  void leave(const LeaveAudience& change) noexcept;

  // Null: nobody is there.
  const PieceList<Subscriber>* find(AudienceId id) const;
  // Those of a list, the first of which has been looked up. Valid until something changes.
  class Found {
   public:
    Found(const Audiences& all, const AudienceList& list)
        : all_(all), others_(list.others), first_(all.find(list.first)) {}

    // At most one gets what is for them.
    bool is_one() const { return first_ && first_->size() == 1 && others_.empty(); }
    // visit(std::span<const Subscriber>) for all of them, a piece at a time.
    template <class Visit>
    void for_each_piece(const Visit& visit) const {
      if (first_) first_->for_each_piece(visit);
      for (const AudienceId id : others_)
        if (const auto* const other = all_.find(id)) other->for_each_piece(visit);
    }

   private:
    const Audiences& all_;
    const std::vector<AudienceId>& others_;
    const PieceList<Subscriber>* const first_;
  };
  Found find(const AudienceList& audiences) const { return {*this, audiences}; }
  // visit(const Subscriber&) for each of all of them.
  template <class Visit>
  void for_each(const AudienceList& audiences, const Visit& visit) const {
    find(audiences).for_each_piece([&visit](std::span<const Subscriber> piece) {
      for (const Subscriber& subscriber : piece) visit(subscriber);
    });
  }
  size_t size() const { return table_.size(); }

 private:
  AudienceTable table_;
};

// One EVENT on its way to those of a worker's sessions that have subscribed to it: encoded once for each
// serializer and framing among them.
//
// Lives on the worker's thread while the event is delivered. What it refers to outlives it.
class EventRound {
 public:
  // As some of the receivers get it.
  struct Frame {
    serializers::Format format;
    transport::Framing framing;
    transport::BufferRef bytes;
  };

  // `frames`: space that is lent; empty before and afterwards.
  EventRound(EventDelivery& delivery, bool is_for_one, FrameEncoder& encoder, std::vector<Frame>& frames)
      : event_(std::move(delivery.event)),
        delivery_(delivery),
        encoder_(encoder),
        frames_(frames),
        is_plain_(is_for_one && event_.details.empty()),
        may_pass_over_(is_plain_ || delivery.filter) {}
  ~EventRound() { frames_.clear(); }
  EventRound(const EventRound&) = delete;

  // Null: whoever has subscribed gets it.
  const EventFilter* filter() const { return delivery_.filter.get(); }
  const transport::BufferRef& frame(serializers::Format format, transport::Framing framing) {
    // Nearly all want the frame that the one before them got.
    if (last_ && last_->format == format && last_->framing == framing) [[likely]]
      return last_->bytes;
    return other_frame(format, framing);
  }
  // For those who must wait for it.
  EventShare& share() { return share_; }

  // Its filter does not admit one.
  void pass_over() { ++passed_over_; }
  size_t passed_over() const { return passed_over_; }

  // It is for one only and has no details: its frame may be built around the payload, which is gone then.
  bool is_plain() const { return is_plain_; }
  // It has a filter or is plain.
  bool may_pass_over() const { return may_pass_over_; }
  const wamp::Event& event() const { return event_; }
  size_t payload_size() const { return delivery_.payload.bytes().size(); }
  const RoutedPayload& payload() const { return delivery_.payload; }
  RoutedPayload take_payload() { return std::move(delivery_.payload); }

  // There was no memory to make a frame, which would have been for all.
  bool lacks_memory() const { return is_making_; }

 private:
  const transport::BufferRef& other_frame(serializers::Format format, transport::Framing framing);

  const wamp::Event event_;
  EventDelivery& delivery_;
  FrameEncoder& encoder_;
  std::vector<Frame>& frames_;
  const Frame* last_ = nullptr;
  const bool is_plain_, may_pass_over_;
  bool is_making_ = false;
  size_t passed_over_ = 0;
  EventShare share_{event_, delivery_};
};

}  // namespace router
