// Who tells a realm that it is time.
#pragma once

#include <memory>
#include <vector>

#include "router/realm/realm.h"

namespace transport {
class Loop;
}

namespace router {

// The realm does what is due by the clock on the threads of these loops, which are the workers'. Before
// anybody joins; the loops outlive the realm.
void keep_time_on(const std::vector<transport::Loop*>& loops, const std::shared_ptr<Realm>& realm);

}  // namespace router
