// All promises of a cluster that are checked.
#pragma once

#include <memory>
#include <vector>

#include "tests/simulation/cluster/promise.h"

namespace cluster_simulation {

class Promises {
 public:
  Promises(const World& world, Journal& journal);

  template <class... Parameters, class... Arguments>
  void tell(void (Promise::*what)(Parameters...), const Arguments&... arguments) {
    for (const auto& promise : all_) ((*promise).*what)(arguments...);
  }

 private:
  std::vector<std::unique_ptr<Promise>> all_;
};

}  // namespace cluster_simulation
