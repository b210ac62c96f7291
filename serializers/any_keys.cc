#include "serializers/any_keys.h"

namespace serializers {

void AnyKeys::begin_key() {
  if (++key_nesting_ > 1) return;
  key_text_.clear();
  key_writer_.emplace(key_text_);
  key_is_sent_ = false;
}

void AnyKeys::end_key() {
  if (--key_nesting_ > 0) return;
  key_writer_.reset();
  if (key_is_sent_) return;
  keys_are_strings_ = false;
  sink_.key(key_text_);
}

void AnyKeys::string(std::string_view value) {
  if (!is_whole_key()) return target().string(value);
  sink_.key(value);
  key_is_sent_ = true;
}

void AnyKeys::binary(std::string_view bytes) {
  if (!is_whole_key()) return target().binary(bytes);
  sink_.binary_key(bytes);
  key_is_sent_ = true;
  keys_are_strings_ = false;
}

void AnyKeys::begin_dictionary(size_t size) {
  if (key_writer_)
    key_writer_->begin_list(unknown_size);
  else
    sink_.begin_dictionary(size);
}

void AnyKeys::end_dictionary(size_t size) {
  if (key_writer_)
    key_writer_->end_list(unknown_size);
  else
    sink_.end_dictionary(size);
}

}  // namespace serializers
