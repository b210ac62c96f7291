// For what may be left undone, or done later, if there is no memory for it.
#pragma once

#include <new>
#include <utility>

namespace transport {

// Does it. False: there was not enough memory for it.
template <class Work>
bool has_memory_for(Work&& work) {
  try {
    std::forward<Work>(work)();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace transport
