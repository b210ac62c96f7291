// Who asks over HTTP on one worker: the members of each path, by what they have proved.
//
// On the worker's thread only. A member is kept until its login ends, or until nothing was asked of it for a
// minute. They are bounded for each path: those who are in, of whom the one that was used longest ago gives
// way to the next; and as many who log in, who take no place of one who is in until their login is accepted.
// Their requests are bounded in the same way.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "router/entrance/entrance.h"
#include "router/http/client/member.h"

namespace router::http {

class Members {
 public:
  explicit Members(Desk& desk) : desk_(desk) {}

  // Of one path.
  struct Bounds {
    size_t members, requests_in_flight;
  };
  // Null: there are too many of them, or of their requests.
  std::shared_ptr<Member> find(const std::string& path, const std::shared_ptr<const Entrance>& entrance,
                               const Credentials& credentials, const std::string& peer, const Bounds& bounds);
  // Of streams that are open, of that path.
  size_t& streams(const std::string& path) { return paths_[path].streams; }

  void sweep(SteadyTime now);
  bool empty() const;

 private:
  struct Place {
    std::shared_ptr<Member> member;
    std::list<Member*> use;  // it alone, until it is among OfPath::by_use, which so needs no memory
    std::list<Member*>::iterator in_use;  // the same place, wherever it is
  };
  using ByKey = std::map<std::string, Place>;
  struct OfPath final : Member::Home {
    size_t joining() const { return by_key.size() - by_use.size(); }
    void on_used(Place& place);
    // What was asked of it is still answered.
    void retire(ByKey::iterator place) noexcept;
    bool make_room() noexcept;
    bool on_in(Member& member) noexcept override;
    void on_leaving(Member& member) noexcept override;

    std::shared_ptr<const Entrance> entrance;
    size_t most = 0;     // members who are in
    size_t streams = 0;  // that are open
    ByKey by_key;
    std::list<Member*> by_use;  // of these, who are in; the last one was used last
    std::multimap<std::string, Place> leaving;
  };

  Desk& desk_;
  std::map<std::string, OfPath> paths_;
};

}  // namespace router::http
