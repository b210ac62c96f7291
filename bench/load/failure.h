// Why the load cannot be brought about: for people, and for who chooses an exit status by it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench::load {

class Failure : public std::runtime_error {
 public:
  enum class Kind : uint8_t {
    cannot_connect,  // nobody is there, or nobody who speaks that
    aborted,         // ABORT instead of WELCOME, or we would say so: for the reason uri()
    refused,         // ERROR uri() to the first request
    late,            // there is somebody, who has not answered in time
    lost,            // the connection of a session that had joined
    interrupted,
  };

  Failure(Kind kind, const std::string& what, std::string uri = {})
      : std::runtime_error(what), kind_(kind), uri_(std::move(uri)) {}
  Kind kind() const { return kind_; }
  const std::string& uri() const { return uri_; }

 private:
  Kind kind_;
  std::string uri_;
};

}  // namespace bench::load
