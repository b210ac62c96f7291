// All that this node has to do with one other node: calls that go there, and calls that come from there.
//
// One more resident of a worker. In each realm that both serve it is a callee, which has a slot for each
// callee of the other node, and a caller, whose calls go to callees here only: so no call goes back or on.
// What it knows of the other node it is told (set_callees()); what it says to the link there goes by a Wire.
//
// On its worker's thread, all of it. Worker and wire outlive it; so do the names of the realms it serves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "router/link/linked_realm.h"

namespace router::link {

class Link {
 public:
  // The names of this node and of the other one.
  Link(Worker& worker, std::string here, std::string there, Wire& wire);
  Link(const Link&) = delete;

  // From now on, calls in this realm may come from there. `prefers_here`: callees here that are free get
  // calls first. False: it has begun to serve LinkedRealm::most_places times, and does not again.
  // Precondition: it serves no realm of that name, and the node is not lost.
  bool serve(std::shared_ptr<Realm> realm, bool prefers_here = true);

  // From now on not any more. To callers here it is as if the node were lost; the other node and the wire are
  // not told of calls that have not ended (docs/design/cluster.md, "Open of calls").
  void stop_serving(std::string_view realm);

  enum class Heard : uint8_t {
    done,
    other_policy,  // those who have the procedure already share it in another way: no call goes to the node
    no_room,       // other nodes have as many registrations as the realm may know of: the same
    no_realm,      // it does not serve that one
  };
  // The other node has so many callees in that registration now.
  Heard set_callees(std::string_view realm, std::string_view procedure, wamp::MatchPolicy match,
                    dealer::InvocationPolicy policy, uint32_t count);
  // Whether calls may be sent there for now. Those that nobody else takes wait.
  void set_takes_calls(bool takes);

  // What the other link has sent. Whatever it is, nothing breaks. False: it was wrong, or a CALL that has
  // come already. A wrong answer ends its call, a CALL that cannot be read is answered, and all else is
  // ignored; so are answers to what has ended, which are none of these.
  bool on_frame(std::string_view bytes);
  uint64_t ignored_frames() const { return ignored_; }

  // That call, of which the answer got lost, or may have got lost, ends with wamp.error.network_failure. It
  // is not sent again, as it may have been carried out.
  void fail_call(CallNumber call);
  // The node is lost: all calls end so that are there, and those end that came from there. What it offers is
  // forgotten.
  void lose() noexcept;

 private:
  bool take_frame(std::string_view bytes);

  Worker& worker_;
  const std::string there_;
  const Refusal failure_;
  const uint64_t here_hash_, there_hash_;
  Wire& wire_;
  serializers::Scratch scratch_;
  std::map<std::string, std::unique_ptr<LinkedRealm>, std::less<>> realms_;
  uint16_t last_place_ = 0;
  bool is_lost_ = false;
  uint64_t ignored_ = 0;
};

}  // namespace router::link
