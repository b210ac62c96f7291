// What the allocator takes for what is asked of it: glibc's malloc puts a word in front of each block and
// rounds up.
//
// Others do about the same. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace transport {

constexpr size_t allocated(size_t bytes) {
  constexpr size_t word = 8, least = 32, step = 16;
  return bytes == 0 ? 0 : std::max(least, (bytes + word + step - 1) / step * step);
}

// What is outside of the object itself.
inline size_t allocated(const std::string& text) {
  constexpr size_t most_inside = 15;
  return text.capacity() <= most_inside ? 0 : allocated(text.capacity() + 1);
}
template <class T>
size_t allocated(const std::vector<T>& elements) {
  return allocated(elements.capacity() * sizeof(T));
}

// Empties it. Assigning {} to a string or a vector keeps the room that it has.
template <class Container>
void give_back(Container& container) {
  Container().swap(container);
}

}  // namespace transport
