#include "serializers/json/json_values.h"

#include <charconv>
#include <cmath>

#include "serializers/base/limits.h"
#include "serializers/json/json_text.h"
#include "serializers/json/unescape_json.h"

namespace serializers {
namespace {

double to_double(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // The scanner refuses what is too big, so this one is too small.
  if (error != std::errc()) value = std::copysign(0.0, text.front() == '-' ? -1.0 : 1.0);
  return value;
}

// One pass over valid text, without recursion.
class JsonWalk {
 public:
  JsonWalk(std::string_view text, ValueSink& sink)
      : p_(text.data()), end_(text.data() + text.size()), sink_(sink) {}

  void value() {
    skip_space();
    for (;;) {
      if (*p_ == '{' || *p_ == '[') {
        if (!open()) continue;
      } else {
        scalar();
      }
      if (!next()) return;
    }
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

  // Into a list or dictionary. True if it is empty.
  bool open() {
    const bool is_dictionary = *p_++ == '{';
    if (is_dictionary)
      sink_.begin_dictionary(unknown_size);
    else
      sink_.begin_list(unknown_size);
    open_[depth_++] = {0, is_dictionary};
    skip_space();
    if (*p_ == (is_dictionary ? '}' : ']')) {
      close();
      return true;
    }
    if (is_dictionary) key();
    return false;
  }

  void close() {
    ++p_;
    const Open& closed = open_[--depth_];
    if (closed.is_dictionary)
      sink_.end_dictionary(closed.count);
    else
      sink_.end_list(closed.count);
  }

  // From behind a value to the next one, out of the containers that end there. False: there is none.
  bool next() {
    while (depth_ > 0) {
      Open& around = open_[depth_ - 1];
      ++around.count;
      skip_space();
      if (*p_ == ',') {
        ++p_;
        skip_space();
        if (around.is_dictionary) key();
        return true;
      }
      close();
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
    bool is_floating = false;
    for (; p_ != end_ &&
           (*p_ == '-' || *p_ == '+' || *p_ == '.' || (*p_ | 0x20) == 'e' || (*p_ >= '0' && *p_ <= '9'));
         ++p_)
      is_floating = is_floating || *p_ == '.' || (*p_ | 0x20) == 'e';
    int64_t integer;
    uint64_t unsigned_integer;
    if (is_floating)
      sink_.floating(to_double({begin, p_}));
    else if (std::from_chars(begin, p_, integer).ec == std::errc())
      sink_.integer(integer);
    else if (*begin != '-' && std::from_chars(begin, p_, unsigned_integer).ec == std::errc())
      sink_.unsigned_integer(unsigned_integer);
    else
      sink_.floating(to_double({begin, p_}));
  }

  const char* p_;
  const char* const end_;
  ValueSink& sink_;
  int depth_ = 0;
  Open open_[max_nesting];
};

}  // namespace

bool read_json(wamp::Payload payload, ValueSink& sink) {
  JsonWalk walk(payload.bytes, sink);
  for (int i = 0; i < payload.count; ++i) {
    if (i > 0) walk.comma();
    walk.value();
  }
  return true;
}

}  // namespace serializers
