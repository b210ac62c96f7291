// Who asks over HTTP on one worker: the members of each path, by what they have proved.
//
// On the worker's thread only. A member is kept until its login ends, or until nothing was asked of it for a
// minute; they are bounded for each path, and the one that was used longest ago gives way.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

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
  using ByKey = std::map<std::string, std::shared_ptr<Member>>;
  struct OfPath {
    std::shared_ptr<const Entrance> entrance;
    ByKey by_key;
    std::vector<std::shared_ptr<Member>> leaving;
    size_t in_flight = 0, streams = 0;
  };
  static void retire(OfPath& path, ByKey::iterator member);
  static bool make_room(OfPath& path);

  Desk& desk_;
  std::map<std::string, OfPath> paths_;
};

}  // namespace router::http
