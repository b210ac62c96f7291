#include "router/server/listen_failure.h"

#include <cerrno>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace router {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string failure(int error, uint16_t port, const std::string& place = "wampd.jsonc:4:7, $.endpoint") {
  config::Transport transport;
  transport.port = port;
  transport.place = place;
  return listen_failure(std::system_error(error, std::generic_category(), "cannot listen on x"), transport);
}

TEST(ListenFailure, NamesTheSettingAndWhatHelps) {
  EXPECT_EQ(
      failure(EADDRINUSE, 8080),
      "cannot listen on x: Address already in use (wampd.jsonc:4:7, $.endpoint). Something else listens "
      "there, perhaps another wampd: end it, or choose another \"port\".");
  EXPECT_THAT(failure(EACCES, 80), HasSubstr("$.endpoint). A port below 1024 needs a right: `setcap"));
  EXPECT_THAT(failure(EADDRNOTAVAIL, 80), HasSubstr("choose another \"interface\""));
}

TEST(ListenFailure, SaysNoMoreThanItKnows) {
  config::Transport on_socket;
  on_socket.place = "wampd.jsonc:4:7, $.endpoint";
  EXPECT_EQ(listen_failure(std::runtime_error("cannot listen on unix:x: the socket is in use"), on_socket),
            "cannot listen on unix:x: the socket is in use (wampd.jsonc:4:7, $.endpoint)");
  EXPECT_EQ(failure(EACCES, 8080), "cannot listen on x: Permission denied (wampd.jsonc:4:7, $.endpoint)");
  EXPECT_THAT(
      failure(EADDRINUSE, 8080, ""),
      StartsWith("cannot listen on x: Address already in use (no file is given: --config names one). "));
}

}  // namespace
}  // namespace router
