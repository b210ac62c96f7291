#include "router/config/config.h"

#include "router/config/wording.h"

namespace router::config {

std::string to_text(const Notice& notice) {
  return located(notice.file, notice.line, notice.column) + "at " + notice.path + ": " + notice.what;
}

}  // namespace router::config
