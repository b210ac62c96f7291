#include "client/command/settings/private_file.h"

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "client/command/output/output.h"

namespace client::command {
namespace {

// Zero, or why it is not there whole.
int write_whole(int descriptor, std::string_view text) {
  const int error = write_all(descriptor, text) && ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return error;
}

}  // namespace

void write_for_owner_only(const std::filesystem::path& file, std::string_view text) {
  std::string draft = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // a name that nobody has, with mode 0600
  int error = descriptor < 0 ? errno : write_whole(descriptor, text);
  if (error == 0 && ::rename(draft.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return;
  if (descriptor >= 0) ::unlink(draft.c_str());
  throw std::runtime_error(file.string() + ": " + std::generic_category().message(error));
}

}  // namespace client::command
