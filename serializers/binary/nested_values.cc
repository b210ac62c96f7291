#include "serializers/binary/nested_values.h"

namespace serializers {

void NestedValues::begin_key() {
  if (++key_nesting_ > 1) return;
  key_text_.clear();
  key_writer_.emplace(key_text_);
  key_is_sent_ = false;
}

void NestedValues::end_key() {
  if (--key_nesting_ > 0) return;
  key_writer_.reset();
  if (key_is_sent_) return;
  keys_are_strings_ = false;
  sink_.key(key_text_);
}

void NestedValues::string(std::string_view value) {
  begin_value();
  if (is_whole_key()) {
    sink_.key(value);
    key_is_sent_ = true;
  } else {
    target().string(value);
  }
  end_value();
}

void NestedValues::binary(std::string_view bytes) {
  begin_value();
  if (is_whole_key()) {
    sink_.binary_key(bytes);
    key_is_sent_ = true;
    keys_are_strings_ = false;
  } else {
    target().binary(bytes);
  }
  end_value();
}

void NestedValues::begin_list(size_t size) {
  begin_value();
  target().begin_list(sizes_at_ == SizesAt::begin ? size : unknown_size);
  open({Type::list, size, 0, 0});
}

void NestedValues::begin_dictionary(size_t size) {
  begin_value();
  const size_t told = sizes_at_ == SizesAt::begin ? size : unknown_size;
  if (key_writer_)
    key_writer_->begin_list(told);
  else
    sink_.begin_dictionary(told);
  open({Type::dictionary, size == unknown_size ? size : 2 * size, 0, 0});
}

void NestedValues::begin_tag(uint64_t number) {
  begin_value();
  open({Type::tag, 1, 0, number});
}

void NestedValues::end() {
  close();
  end_value();
}

void NestedValues::end_value() {
  while (depth_ > 0) {
    Open& around = open_[depth_ - 1];
    if (around.is_at_key()) end_key();
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
  if (closed.type == Type::tag) return;
  const bool is_dictionary = closed.type == Type::dictionary;
  const size_t size = is_dictionary ? closed.count / 2 : closed.count;
  const size_t told = sizes_at_ == SizesAt::end ? size : unknown_size;
  if (!is_dictionary)
    target().end_list(told);
  else if (key_writer_)
    key_writer_->end_list(told);
  else
    sink_.end_dictionary(told);
}

}  // namespace serializers
