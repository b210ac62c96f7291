// Calls of the router's own procedures.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/router/support/realm_harness.h"

namespace router {

class MetaTest : public testing::Test {
 protected:
  // Calls a procedure of the router; the answer without its type and request.
  std::string call(Peer& caller, const std::string& procedure, const std::string& payload = "") {
    const std::string request = std::to_string(++request_);
    caller.says("[48," + request + ",{},\"" + procedure + "\"" + (payload.empty() ? "" : ",") + payload +
                "]");
    std::string answer = caller.hears();
    for (const std::string& head : {"[50," + request + ",{}", "[8,48," + request + ",{},"})
      if (answer.starts_with(head)) return answer.substr(head.size());
    return answer;
  }

  int request_ = 0;
};

}  // namespace router
