// With what status a subcommand ends, and what ends it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "client/messages.h"

namespace client::command {

enum class ExitStatus : int {
  done = 0,
  application_error = 1,  // an ERROR that is none of those below; whatever else failed
  usage = 2,
  cannot_connect = 3,
  login_refused = 4,
  not_authorized = 5,
  no_such = 6,  // procedure, realm, session, context
  timeout = 7,
  connection_lost = 8,
  interrupted = 130,
};

// Ends the subcommand; what() is told on standard error, unless it is empty.
class Failure : public std::runtime_error {
 public:
  Failure(ExitStatus status, const std::string& what) : std::runtime_error(what), status_(status) {}
  ExitStatus status() const { return status_; }

 private:
  ExitStatus status_;
};

// Of the URI of an ERROR.
ExitStatus status_of(std::string_view error_uri);
// Of the end of a session that we have not ended ourselves.
ExitStatus status_of(const End& end);

}  // namespace client::command
