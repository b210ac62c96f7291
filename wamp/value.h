// A value of options, details, or of a payload that the router itself reads or makes.
//
// Payloads that are only routed never become values. A string is UTF-8. An integer is an int64_t wherever it
// fits, a uint64_t only above INT64_MAX.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wamp {

class Value;
struct DictEntry;

using List = std::vector<Value>;

struct Binary {
  std::string bytes;
  friend bool operator==(const Binary&, const Binary&) = default;
};

// A dictionary in its order of insertion. Small: looked up by a scan. Empty, as most options and details are,
// it costs a null pointer.
class Dict {
 public:
  Dict() = default;
  Dict(const Dict& other) : entries_(other.copied_entries()) {}
  Dict(Dict&& other) noexcept = default;
  Dict& operator=(const Dict& other) {
    entries_ = other.copied_entries();
    return *this;
  }
  Dict& operator=(Dict&& other) noexcept = default;
  ~Dict() = default;
  Dict(std::initializer_list<DictEntry> entries);

  // The value of that key, or null. Of a key that came twice the last one counts.
  const Value* find(std::string_view key) const { return entries_ ? find_in_entries(key) : nullptr; }
  // Adds, or replaces.
  void set(std::string_view key, Value value);
  // Adds without looking for the key: for decoders.
  void append(std::string key, Value value);

  bool empty() const { return !entries_; }
  // Entries that there is memory for.
  size_t room() const;
  size_t size() const;
  const DictEntry* begin() const;
  const DictEntry* end() const;

  // Regardless of order.
  friend bool operator==(const Dict& a, const Dict& b);

 private:
  using Entries = std::vector<DictEntry>;
  // DictEntry is complete only after Value, which holds a Dict.
  struct Delete {
    void operator()(Entries* entries) const;
  };
  using OwnedEntries = std::unique_ptr<Entries, Delete>;

  const Value* find_in_entries(std::string_view key) const;
  OwnedEntries copied_entries() const { return entries_ ? copy_entries() : nullptr; }
  OwnedEntries copy_entries() const;

  OwnedEntries entries_;  // null or not empty
};

class Value {
 public:
  using Variant =
      std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Binary, List, Dict>;

  Value() = default;
  Value(bool value) : variant_(value) {}
  Value(int value) : variant_(int64_t{value}) {}
  Value(int64_t value) : variant_(value) {}
  Value(uint64_t value)
      : variant_(value > static_cast<uint64_t>(INT64_MAX) ? Variant(value)
                                                          : Variant(static_cast<int64_t>(value))) {}
  Value(double value) : variant_(value) {}
  Value(const char* value) : variant_(std::string(value)) {}
  Value(std::string_view value) : variant_(std::string(value)) {}
  Value(std::string value) : variant_(std::move(value)) {}
  Value(Binary value) : variant_(std::move(value)) {}
  Value(List value) : variant_(std::move(value)) {}
  Value(Dict value) : variant_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(variant_); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&variant_);
  }
  template <class T>
  T* get() {
    return std::get_if<T>(&variant_);
  }
  const Variant& variant() const { return variant_; }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Variant variant_;
};

struct DictEntry {
  std::string key;
  Value value;
  friend bool operator==(const DictEntry&, const DictEntry&) = default;
};

inline const DictEntry* Dict::begin() const {
  return entries_ ? entries_->data() : nullptr;
}
inline const DictEntry* Dict::end() const {
  return entries_ ? entries_->data() + entries_->size() : nullptr;
}
inline size_t Dict::size() const {
  return entries_ ? entries_->size() : 0;
}
inline size_t Dict::room() const {
  return entries_ ? entries_->capacity() : 0;
}

// About how much memory it takes.
size_t byte_size(const Value& value);
size_t byte_size(const Dict& dict);

// What a value is called in error messages: "a string", "an integer", ...
std::string_view type_name(const Value& value);

}  // namespace wamp
