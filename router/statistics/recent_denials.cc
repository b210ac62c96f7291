#include "router/statistics/recent_denials.h"

#include <utility>

#include "text/utf8.h"

namespace router {

void RecentDenials::add(Denial denial) {
  for (std::string* const text :
       {&denial.authid, &denial.authrole, &denial.peer, &denial.uri, &denial.reason})
    if (text->size() > longest_text) text->resize(text::utf8_prefix(*text, longest_text));
  const Lock lock(mutex_);
  denials_.push_back(std::move(denial));
  if (denials_.size() > most) denials_.pop_front();
}

std::vector<Denial> RecentDenials::all() const {
  const Lock lock(mutex_);
  return {denials_.begin(), denials_.end()};
}

}  // namespace router
