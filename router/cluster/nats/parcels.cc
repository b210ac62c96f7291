#include "router/cluster/nats/parcels.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace router::cluster {

namespace {

enum Kind : char { texts_follow = 0, part_follows = 1 };

constexpr size_t header_size = 8 + 1;
constexpr size_t length_size = 4;
constexpr size_t part_header_size = 8 + 4 + 4;
constexpr size_t max_partial_texts = 256;

template <class Number>
void append(std::string& to, Number number) {
  for (size_t i = 0; i < sizeof number; ++i) to += static_cast<char>(number >> (8 * i));
}

// Precondition: so many bytes are there.
template <class Number>
Number take(std::string_view& from) {
  Number number = 0;
  for (size_t i = 0; i < sizeof number; ++i)
    number |= static_cast<Number>(static_cast<Number>(static_cast<unsigned char>(from[i])) << (8 * i));
  from.remove_prefix(sizeof number);
  return number;
}

std::string message_of(uint64_t sender, Kind kind) {
  std::string message;
  append(message, sender);
  message += kind;
  return message;
}

}  // namespace

ParcelWriter::ParcelWriter(uint64_t sender) : sender_(sender) {}

void ParcelWriter::add(std::string_view text) {
  texts_.emplace_back(text);
}

std::vector<std::string> ParcelWriter::take(size_t max_size) {
  std::vector<std::string> messages;
  bool is_open = false;  // the last one takes more
  for (const std::string& text : std::exchange(texts_, {})) {
    const size_t size = length_size + text.size();
    if (header_size + size > max_size) {
      take_in_parts(text, max_size, messages);
      is_open = false;
      continue;
    }
    if (!is_open || messages.back().size() + size > max_size)
      messages.push_back(message_of(sender_, texts_follow));
    is_open = true;
    append(messages.back(), static_cast<uint32_t>(text.size()));
    messages.back() += text;
  }
  return messages;
}

void ParcelWriter::take_in_parts(std::string_view text, size_t max_size, std::vector<std::string>& messages) {
  const size_t part_size = max_size - header_size - part_header_size;
  const size_t count = (text.size() + part_size - 1) / part_size;
  ++last_long_;
  for (size_t i = 0; i < count; ++i) {
    std::string& message = messages.emplace_back(message_of(sender_, part_follows));
    append(message, last_long_);
    append(message, static_cast<uint32_t>(i));
    append(message, static_cast<uint32_t>(count));
    message += text.substr(i * part_size, part_size);
  }
}

ParcelReader::ParcelReader(size_t max_partial) : max_partial_(max_partial) {}

uint64_t ParcelReader::sender(std::string_view message) {
  return message.size() < header_size ? 0 : take<uint64_t>(message);
}

bool ParcelReader::read(std::string_view message, std::vector<std::string_view>& texts) {
  texts.clear();
  if (message.size() < header_size) return false;
  const auto sender = take<uint64_t>(message);
  const char kind = message.front();
  message.remove_prefix(1);
  if (kind == part_follows) return read_part(sender, message, texts);
  if (kind != texts_follow) return false;
  while (!message.empty()) {
    if (message.size() < length_size) return false;
    const auto size = take<uint32_t>(message);
    if (size > message.size()) return false;
    texts.push_back(message.substr(0, size));
    message.remove_prefix(size);
  }
  return true;
}

bool ParcelReader::read_part(uint64_t sender, std::string_view rest, std::vector<std::string_view>& texts) {
  if (rest.size() < part_header_size) return false;
  const auto number = take<uint64_t>(rest);
  const auto index = take<uint32_t>(rest);
  const auto count = take<uint32_t>(rest);
  if (index >= count) return false;
  auto found = partial_.find(sender);
  if (index == 0) {
    if (found == partial_.end()) found = partial_.try_emplace(sender).first;
    partial_bytes_ -= found->second.text.size();
    found->second = {number, 0, count, {}};
  }
  // What is not the next part is of a text of which one was lost, or it came twice.
  if (found == partial_.end() || found->second.number != number || found->second.next != index ||
      found->second.count != count)
    return true;
  Partial& partial = found->second;
  partial.text += rest;
  partial_bytes_ += rest.size();
  if (++partial.next == count) {
    partial_bytes_ -= partial.text.size();
    whole_ = std::move(partial.text);
    partial_.erase(found);
    texts.emplace_back(whole_);
  }
  make_room();
  return true;
}

void ParcelReader::make_room() {
  while (partial_bytes_ > max_partial_ || partial_.size() > max_partial_texts) {
    const auto largest = std::ranges::max_element(
        partial_, {}, [](const auto& partial) { return partial.second.text.size(); });
    partial_bytes_ -= largest->second.text.size();
    partial_.erase(largest);
  }
}

}  // namespace router::cluster
