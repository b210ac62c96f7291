// Listening on a Unix domain socket: its file, and who may connect.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/raw_client.h"
#include "tests/transport/server.h"

namespace transport {
namespace {

using test_support::RawClient;
using testing::HasSubstr;

class UnixSocket : public testing::Test {
 protected:
  UnixSocket() {
    std::string pattern = std::filesystem::temp_directory_path() / "wampd-test-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    options.path = folder_ / "socket";
  }
  ~UnixSocket() override { std::filesystem::remove_all(folder_); }

  std::string error() const {
    try {
      const Server server(patient_limits(), options);
      return "";
    } catch (const std::runtime_error& e) {
      return e.what();
    }
  }

  std::filesystem::path folder_;
  ListenOptions options;
};

TEST_F(UnixSocket, ServesAllThatTcpDoes) {
  Server server(patient_limits(), options);
  EXPECT_EQ(server.listener().address(), "unix:" + options.path);
  EXPECT_EQ(server.listener().port(), 0);
  RawClient websocket = RawClient::over_unix(options.path);
  EXPECT_EQ(websocket.handshake().status, 101);
  EXPECT_TRUE(server.log.has("peer unix:"));
  RawClient rawsocket = RawClient::over_unix(options.path);
  rawsocket.send({"\x7F\xF1\x00\x00", 4});
  EXPECT_EQ(rawsocket.read(4), std::string("\x7F\xF1\x00\x00", 4));
}

TEST_F(UnixSocket, HasTheModeItWasGiven) {
  options.mode = 0640;
  const Server server(patient_limits(), options);
  struct stat status {};
  ASSERT_EQ(::stat(options.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(UnixSocket, IsRemovedAtTheEnd) {
  { const Server server(patient_limits(), options); }
  EXPECT_FALSE(std::filesystem::exists(options.path));
}

TEST_F(UnixSocket, OfSomebodyElseIsLeftAtTheEnd) {
  {
    const Server server(patient_limits(), options);
    std::filesystem::remove(options.path);
    std::ofstream(options.path) << "another file";
  }
  EXPECT_TRUE(std::filesystem::exists(options.path));
}

TEST_F(UnixSocket, ThatNobodyListensOnIsReplaced) {
  std::filesystem::path left_behind = folder_ / "left";
  {
    const Server crashed(patient_limits(), options);
    std::filesystem::create_hard_link(options.path, left_behind);
  }
  std::filesystem::rename(left_behind, options.path);
  EXPECT_EQ(error(), "");
}

TEST_F(UnixSocket, InUseIsRefused) {
  const Server first(patient_limits(), options);
  EXPECT_EQ(error(), "cannot listen on unix:" + options.path + ": the socket is in use");
  EXPECT_TRUE(std::filesystem::exists(options.path));
}

TEST_F(UnixSocket, InThePlaceOfAnotherFileIsRefused) {
  std::ofstream(options.path) << "precious";
  EXPECT_EQ(error(), "cannot listen on unix:" + options.path + ": there is a file that is not a socket");
  EXPECT_EQ(std::filesystem::file_size(options.path), 8u);
}

TEST_F(UnixSocket, WithAPathThatCannotBeIsRefused) {
  options.path = folder_ / "missing" / "socket";
  EXPECT_THAT(error(), HasSubstr("No such file or directory"));
  options.path = folder_ / std::string(200, 'x');
  EXPECT_THAT(error(), HasSubstr("the path is longer than 107 bytes"));
}

TEST_F(UnixSocket, TellsThoseThatAreTooMany) {
  options.max_connections = 1;
  options.refusal = "no room";
  Server server(patient_limits(), options);
  RawClient first = RawClient::over_unix(options.path);
  EXPECT_EQ(first.handshake().status, 101);
  RawClient second = RawClient::over_unix(options.path);
  EXPECT_EQ(second.read_to_end(), "no room");
}

}  // namespace
}  // namespace transport
