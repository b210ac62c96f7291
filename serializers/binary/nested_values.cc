#include "serializers/binary/nested_values.h"

namespace serializers {

void NestedValues::string(std::string_view value) {
  if (is_at_key())
    sink_.key(value);
  else
    sink_.string(value);
  end_value();
}

void NestedValues::binary(std::string_view bytes) {
  if (is_at_key()) {
    keys_are_strings_ = false;
    sink_.binary_key(bytes);
  } else {
    sink_.binary(bytes);
  }
  end_value();
}

void NestedValues::begin_list(size_t size) {
  sink_.begin_list(sizes_at_ == SizesAt::begin ? size : unknown_size);
  open({Type::list, size, 0, 0});
}

void NestedValues::begin_dictionary(size_t size) {
  const size_t values = size == unknown_size ? size : 2 * size;
  if (dictionaries_ == Dictionaries::as_lists) return begin_list(values);
  sink_.begin_dictionary(sizes_at_ == SizesAt::begin ? size : unknown_size);
  open({Type::dictionary, values, 0, 0});
}

void NestedValues::end() {
  close();
  end_value();
}

void NestedValues::end_value() {
  while (depth_ > 0) {
    Open& around = open_[depth_ - 1];
    if (++around.count != around.size) return;
    close();
  }
}

void NestedValues::open(const Open& open) {
  open_[depth_++] = open;
  if (open.size == 0) end();
}

void NestedValues::close() {
  const Open& closed = open_[--depth_];
  const bool is_told = sizes_at_ == SizesAt::end;
  if (closed.type == Type::list)
    sink_.end_list(is_told ? closed.count : unknown_size);
  else if (closed.type == Type::dictionary)
    sink_.end_dictionary(is_told ? closed.count / 2 : unknown_size);
}

}  // namespace serializers
