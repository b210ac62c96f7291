#include "client/command/settings/private_file.h"

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "client/command/output/output.h"

namespace client::command {
namespace {

// Zero, or why it is not there whole.
int write_whole(const std::filesystem::path& file, std::string_view text) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno;
  const int error = write_all(descriptor, text) && ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

}  // namespace

void write_for_owner_only(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path draft = file.string() + ".new";
  ::unlink(draft.c_str());
  int error = write_whole(draft, text);
  if (error == 0 && ::rename(draft.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(draft.c_str());
  throw std::runtime_error(file.string() + ": " + std::generic_category().message(error));
}

}  // namespace client::command
