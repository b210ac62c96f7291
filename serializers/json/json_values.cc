#include <charconv>
#include <cmath>

#include "serializers/json/json_reader.h"
#include "serializers/json/json_text.h"
#include "serializers/json/unescape_json.h"

namespace serializers {
namespace {

// One pass over valid text, without recursion.
class JsonWalk {
 public:
  JsonWalk(std::string_view text, ValueSink& sink)
      : p_(text.data()), end_(text.data() + text.size()), sink_(sink) {}

  void value() {
    skip_space();
    do {
      if (*p_ == '{' || *p_ == '[')
        open();
      else
        scalar();
    } while (next());
  }

  void comma() {
    skip_space();
    ++p_;
  }

 private:
  struct Open {
    size_t count;  // of its elements so far
    bool is_dictionary;
  };

  void skip_space() {
    while (p_ != end_ && static_cast<unsigned char>(*p_) <= ' ') ++p_;
  }

  void open() {
    const bool is_dictionary = *p_++ == '{';
    if (is_dictionary)
      sink_.begin_dictionary(unknown_size);
    else
      sink_.begin_list(unknown_size);
    open_[depth_++] = {0, is_dictionary};
  }

  void close() {
    ++p_;
    const Open& closed = open_[--depth_];
    if (closed.is_dictionary)
      sink_.end_dictionary(closed.count);
    else
      sink_.end_list(closed.count);
  }

  // To the next value in what is open, out of the containers that end here. False: there is none.
  bool next() {
    for (; depth_ > 0; close()) {
      skip_space();
      if (*p_ == '}' || *p_ == ']') continue;
      Open& around = open_[depth_ - 1];
      if (around.count++ > 0) {
        ++p_;  // the comma
        skip_space();
      }
      if (around.is_dictionary) key();
      return true;
    }
    return false;
  }

  void key() {
    text([this](std::string_view key) { sink_.key(key); },
         [this](std::string_view bytes) { sink_.binary_key(bytes); });
    skip_space();
    ++p_;
    skip_space();
  }

  void scalar() {
    switch (*p_) {
      case '"':
        return text([this](std::string_view text) { sink_.string(text); },
                    [this](std::string_view bytes) { sink_.binary(bytes); });
      case 't':
        p_ += 4;
        return sink_.boolean(true);
      case 'f':
        p_ += 5;
        return sink_.boolean(false);
      case 'n':
        p_ += 4;
        return sink_.null();
    }
    number();
  }

  template <class Send, class SendBinary>
  void text(const Send& send, const SendBinary& send_binary) {
    const char* const begin = p_++;
    p_ = skip_plain_text<NonAscii::is_plain>(p_, end_);
    if (*p_ == '"') return send({begin + 1, p_++});
    while (*p_ != '"') p_ = skip_plain_text<NonAscii::is_plain>(p_ + 2, end_);
    const std::string plain = unescape_json({begin, ++p_});
    if (const auto bytes = decode_json_binary(plain))
      send_binary(*bytes);
    else
      send(plain);
  }

  void number() {
    const char* const begin = p_;
    int64_t integer;
    uint64_t big_integer;
    double value = 0;
    const auto whole = std::from_chars(begin, end_, integer);
    p_ = whole.ptr;
    const bool is_floating = p_ != end_ && (*p_ == '.' || *p_ == 'e' || *p_ == 'E');
    if (!is_floating && whole.ec == std::errc()) return sink_.integer(integer);
    if (!is_floating && std::from_chars(begin, end_, big_integer).ec == std::errc())
      return sink_.unsigned_integer(big_integer);
    const auto floating = std::from_chars(begin, end_, value);
    p_ = floating.ptr;
    // The scanner refuses what is too big, so this one is too small.
    if (floating.ec != std::errc()) value = std::copysign(0.0, *begin == '-' ? -1.0 : 1.0);
    sink_.floating(value);
  }

  const char* p_;
  const char* const end_;
  ValueSink& sink_;
  int depth_ = 0;
  Open open_[max_nesting];
};

}  // namespace

bool JsonReader::read_values(wamp::Payload payload, ValueSink& sink) {
  JsonWalk walk(payload.bytes, sink);
  for (int i = 0; i < payload.count; ++i) {
    if (i > 0) walk.comma();
    walk.value();
  }
  return true;
}

}  // namespace serializers
