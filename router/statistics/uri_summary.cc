#include "router/statistics/uri_summary.h"

#include "text/utf8.h"

namespace router {

void SharedText::set(std::string_view text) {
  const std::string_view shown = text.substr(0, text::utf8_prefix(text, longest));
  size_t at = 0;
  for (std::atomic<uint64_t>& word : words_) {
    if (at >= shown.size()) break;
    uint64_t bytes = 0;
    shown.substr(at).copy(reinterpret_cast<char*>(&bytes), sizeof(bytes));
    word.store(bytes, std::memory_order_relaxed);
    at += sizeof(bytes);
  }
  size_.store(shown.size(), std::memory_order_relaxed);
}

std::string SharedText::get() const {
  const size_t size = size_.load(std::memory_order_relaxed);
  std::string text(size, '\0');
  for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
    const uint64_t bytes = words_[at / sizeof(uint64_t)].load(std::memory_order_relaxed);
    std::copy_n(reinterpret_cast<const char*>(&bytes), std::min(sizeof(bytes), size - at), &text[at]);
  }
  return text;
}

}  // namespace router
