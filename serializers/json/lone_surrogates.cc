#include "serializers/json/lone_surrogates.h"

#include <algorithm>

#include "serializers/json/json_text.h"

namespace serializers {

std::optional<std::string> without_lone_surrogates(std::string_view json) {
  std::optional<std::string> replaced;
  const char* const end = json.data() + json.size();
  for (const char* p = std::find(json.data(), end, '\\'); p != end; p = std::find(p, end, '\\')) {
    const int unit = escaped_code_unit(p, end);
    if (is_high_surrogate(unit) && is_low_surrogate(escaped_code_unit(p + 6, end))) {
      p += 12;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
      if (!replaced) replaced.emplace(json);
      replaced->replace(static_cast<size_t>(p - json.data()), 6, "\\ufffd");
      p += 6;
    } else {
      p += std::min<std::ptrdiff_t>(2, end - p);
    }
  }
  return replaced;
}

}  // namespace serializers
