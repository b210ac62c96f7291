#include "transport/websocket/compression.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "transport/http/http_text.h"

namespace transport {
namespace {

constexpr unsigned largest_window_bits = 15, smallest_window_bits = 8;
constexpr unsigned smallest_of_zlib = 9;  // that it compresses with

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};

struct Offer {
  std::string name;
  std::vector<Parameter> parameters;
};

// RFC 6455, section 9.1.
class OfferReader {
 public:
  explicit OfferReader(std::string_view text) : left_(text) {}

  // Nothing: that is no list of extensions.
  std::optional<std::vector<Offer>> read() {
    std::vector<Offer> offers;
    do {
      Offer offer{token(), {}};
      while (take(';')) offer.parameters.push_back(parameter());
      offers.push_back(std::move(offer));
    } while (take(','));
    if (is_malformed_ || !left_.empty()) return std::nullopt;
    return offers;
  }

 private:
  void skip_space() { left_.remove_prefix(std::min(left_.find_first_not_of(" \t"), left_.size())); }

  bool take(char c) {
    skip_space();
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }

  std::string token() {
    skip_space();
    const auto end = std::find_if_not(left_.begin(), left_.end(), is_token_character);
    const std::string found(left_.begin(), end);
    left_.remove_prefix(found.size());
    is_malformed_ |= found.empty();
    return found;
  }

  // What is in the quotes must be a token, too.
  std::string quoted_token() {
    std::string found;
    while (!left_.empty() && left_.front() != '"') {
      if (left_.front() == '\\') left_.remove_prefix(1);
      if (left_.empty()) break;
      found += left_.front();
      left_.remove_prefix(1);
    }
    is_malformed_ |=
        !take('"') || found.empty() || !std::all_of(found.begin(), found.end(), is_token_character);
    return found;
  }

  Parameter parameter() {
    Parameter read{token(), {}};
    if (take('=')) read.value = take('"') ? quoted_token() : token();
    return read;
  }

  std::string_view left_;
  bool is_malformed_ = false;
};

// "8" to "15".
std::optional<unsigned> window_bits_of(const std::string& text) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && text[0] != '0';
  if (!is_number || bits < smallest_window_bits || bits > largest_window_bits) return std::nullopt;
  return bits;
}

// What an offer of permessage-deflate asks for.
struct Wanted {
  std::optional<unsigned> window_bits;  // of the server, at most
  std::optional<unsigned>
      client_window_bits;  // there: it may be told how many at most, and has no more than these
};

// Nothing: the offer must be declined, as it has a parameter that is unknown, given twice or of a wrong
// value.
std::optional<Wanted> read_parameters(const std::vector<Parameter>& parameters) {
  Wanted wanted;
  for (auto parameter = parameters.begin(); parameter != parameters.end(); ++parameter) {
    const std::string& name = parameter->name;
    const auto& value = parameter->value;
    if (std::any_of(parameters.begin(), parameter,
                    [&](const Parameter& before) { return before.name == name; }))
      return std::nullopt;
    const auto bits = value ? window_bits_of(*value) : std::nullopt;
    if (name == "server_no_context_takeover" || name == "client_no_context_takeover") {
      if (value) return std::nullopt;
    } else if (name == "server_max_window_bits") {
      if (!bits) return std::nullopt;
      wanted.window_bits = bits;
    } else if (name == "client_max_window_bits") {
      if (value && !bits) return std::nullopt;
      wanted.client_window_bits = bits.value_or(largest_window_bits);
    } else {
      return std::nullopt;
    }
  }
  return wanted;
}

// Any that is no larger than what the client asks for will do (section 7.1.2.1): one for all who take less
// than ours, else they could make each event be compressed once for each of the windows.
unsigned window_bits_for(const Wanted& wanted, const CompressionOptions& options) {
  const bool takes_ours = wanted.window_bits.value_or(largest_window_bits) >= options.window_bits;
  return takes_ours ? options.window_bits : smallest_of_zlib;
}

AgreedCompression accept(const Wanted& wanted, const CompressionOptions& options) {
  const unsigned bits = window_bits_for(wanted, options);
  std::string response = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  if (wanted.window_bits || bits < largest_window_bits)
    response += "; server_max_window_bits=" + std::to_string(bits);
  if (wanted.client_window_bits && options.client_window_bits < *wanted.client_window_bits)
    response += "; client_max_window_bits=" + std::to_string(options.client_window_bits);
  return {Compression(bits, options.memory_level), std::move(response)};
}

}  // namespace

std::optional<AgreedCompression> agree_on_compression(std::string_view offers,
                                                      const CompressionOptions& options) {
  const auto all = OfferReader(offers).read();
  for (const Offer& offer : all.value_or(std::vector<Offer>{})) {
    if (offer.name != "permessage-deflate") continue;
    const auto wanted = read_parameters(offer.parameters);
    if (wanted && wanted->window_bits.value_or(largest_window_bits) >= smallest_of_zlib)
      return accept(*wanted, options);
  }
  return std::nullopt;
}

}  // namespace transport
