#include "transport/websocketpp/websocketpp_door.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <websocketpp/close.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/processors/hybi13.hpp>

#include "transport/framing/close_code.h"
#include "transport/memory/allocated.h"

namespace transport {
namespace {

namespace ws = websocketpp;

// What hybi13 asks of a message, and no more.
struct Message {
  using ptr = std::shared_ptr<Message>;
  explicit Message(ws::frame::opcode::value o) : opcode(o) {}
  ws::frame::opcode::value get_opcode() const { return opcode; }
  void set_opcode(ws::frame::opcode::value o) { opcode = o; }
  std::string& get_raw_payload() { return payload; }
  const std::string& get_payload() const { return payload; }
  void set_header(const std::string& h) { header = h; }
  bool get_compressed() const { return false; }
  void set_compressed(bool) {}
  bool get_prepared() const { return prepared; }
  void set_prepared(bool p) { prepared = p; }
  bool get_fin() const { return true; }

  ws::frame::opcode::value opcode;
  std::string header;
  std::string payload;
  bool prepared = false;
};

// Makes messages that reserve nothing: the announced size is the peer's word only.
struct MessageMaker {
  using ptr = std::shared_ptr<MessageMaker>;
  Message::ptr get_message(ws::frame::opcode::value opcode, size_t) {
    return std::make_shared<Message>(opcode);
  }
};

// Nothing is sent through here, so no masks are drawn.
struct NoMasks {
  uint32_t operator()() { return 0; }
};

struct NoDeflate {
  using Negotiated = std::pair<ws::lib::error_code, std::string>;
  bool is_implemented() const { return false; }
  bool is_enabled() const { return false; }
  Negotiated negotiate(const ws::http::attribute_list&) { return {}; }
  ws::lib::error_code init(bool) { return {}; }
  std::string generate_offer() const { return {}; }
  ws::lib::error_code compress(const std::string&, std::string&) { return {}; }
  ws::lib::error_code decompress(const uint8_t*, size_t, std::string&) { return {}; }
};

struct Config {
  using request_type = ws::http::parser::request;
  using response_type = ws::http::parser::response;
  using message_type = Message;
  using con_msg_manager_type = MessageMaker;
  using rng_type = NoMasks;
  using permessage_deflate_type = NoDeflate;
  static constexpr bool enable_extensions = false;
  static constexpr size_t max_message_size = 0;
};

NoMasks no_masks;

FrameError frame_error(const ws::lib::error_code& ec) {
  const uint16_t code = ws::processor::error::to_ws(ec);
  // hybi13 has no code of its own for lengths that are not minimal; they too break the protocol.
  const bool known = code == close_code::invalid_payload || code == close_code::message_too_big;
  return {known ? code : close_code::protocol_error, ec.message()};
}

}  // namespace

class MessageAssembler::Processor : public ws::processor::hybi13<Config> {
 public:
  Processor(size_t max_message_size, Role role)
      : hybi13(false, role == Role::server, std::make_shared<MessageMaker>(), no_masks) {
    set_max_message_size(max_message_size);
  }

  size_t message_size() const { return m_data_msg.msg_ptr ? m_data_msg.msg_ptr->payload.size() : 0; }
  size_t held() const {
    return allocated(sizeof(Processor)) +
           (m_data_msg.msg_ptr ? allocated(sizeof(Message)) + allocated(m_data_msg.msg_ptr->payload) : 0);
  }
  std::string beginning(size_t max_size) const {
    return m_data_msg.msg_ptr ? m_data_msg.msg_ptr->payload.substr(0, max_size) : std::string();
  }
  bool idle() const {
    return m_state == HEADER_BASIC && m_bytes_needed == ws::frame::BASIC_HEADER_LENGTH && !m_data_msg.msg_ptr;
  }
  Opcode opcode() const { return static_cast<Opcode>(m_current_msg->msg_ptr->opcode); }

  // hybi13 looks at the last frame's opcode to know whether the text must end with a whole character, and so
  // misses it in fragmented messages.
  bool ends_inside_character() {
    return ready() && !ws::frame::opcode::is_control(m_current_msg->msg_ptr->opcode) &&
           !m_current_msg->validator.complete();
  }

  // consume() reserves the announced size of a continuation frame; this gives back what is far from being
  // there.
  void trim_reserve() {
    if (!m_data_msg.msg_ptr) return;
    constexpr size_t slack = 64 * 1024;
    std::string& payload = m_data_msg.msg_ptr->payload;
    if (payload.capacity() > 2 * payload.size() + slack) payload.shrink_to_fit();
  }
};

MessageAssembler::MessageAssembler(size_t max_message_size, Role role)
    : processor_(std::make_unique<Processor>(max_message_size, role)) {}
MessageAssembler::~MessageAssembler() = default;

FrameError MessageAssembler::consume(std::span<char> bytes) {
  try {
    ws::lib::error_code ec;
    processor_->consume(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size(), ec);
    processor_->trim_reserve();
    if (ec) return frame_error(ec);
    if (processor_->ends_inside_character())
      return frame_error(make_error_code(ws::processor::error::invalid_utf8));
    return {};
  } catch (const std::exception& e) {
    return {close_code::internal_error, e.what()};
  }
}

bool MessageAssembler::ready() const {
  return processor_->ready();
}
Opcode MessageAssembler::opcode() const {
  return processor_->opcode();
}
std::string MessageAssembler::take_message() {
  return std::move(processor_->get_message()->payload);
}
size_t MessageAssembler::message_size() const {
  return processor_->message_size();
}
size_t MessageAssembler::held() const {
  return processor_->held();
}
std::string MessageAssembler::beginning(size_t max_size) const {
  return processor_->beginning(max_size);
}
bool MessageAssembler::idle() const {
  return processor_->idle();
}

std::variant<ClosePayload, FrameError> read_close_payload(const std::string& payload) {
  ws::lib::error_code ec;
  const uint16_t code = ws::close::extract_code(payload, ec);
  if (ec)
    return FrameError{close_code::protocol_error, "a close frame with an invalid code: " + ec.message()};
  std::string reason = ws::close::extract_reason(payload, ec);
  if (ec) return FrameError{close_code::invalid_payload, "the reason in a close frame is not valid UTF-8"};
  return ClosePayload{code, std::move(reason)};
}

std::variant<RawHead, std::string> parse_head(std::string_view head) {
  ws::http::parser::request request;
  // Bodies are refused by those who know the method; the parser shall not wait for one.
  request.set_max_body_size(SIZE_MAX);
  try {
    constexpr std::string_view empty_line = "\r\n";
    request.consume(head.data(), head.size() - empty_line.size());
    // The parser asks for a Host, which HTTP/1.0 may do without (RFC 9112, section 3.2): HAProxy's health
    // checks do.
    const bool hostless = request.get_version() == "HTTP/1.0" && request.get_header("Host").empty();
    if (hostless) request.replace_header("Host", "?");
    request.consume(empty_line.data(), empty_line.size());
    if (hostless) request.remove_header("Host");
  } catch (const std::exception& e) {
    return std::string(e.what());
  }
  RawHead result{request.get_method(), request.get_uri(), request.get_version(), {}};
  for (const auto& [name, value] : request.get_headers())
    result.headers.emplace_back(ws::utility::to_lower(name), value);
  return result;
}

// Where the three digits of "HTTP/1.1 101 ..." begin; npos: there are none.
static size_t status_at(std::string_view head) {
  constexpr size_t digits = 3;
  const size_t begin = head.find(' ') + 1;
  const std::string_view status = head.substr(std::min(begin, head.size()), digits);
  const bool are_digits = status.size() == digits && std::all_of(status.begin(), status.end(),
                                                                 [](char c) { return c >= '0' && c <= '9'; });
  const std::string_view behind = are_digits ? head.substr(begin + digits, 1) : "";
  return are_digits && (behind == " " || behind == "\r" || behind == "\n") ? begin : head.npos;
}

std::variant<RawResponse, std::string> parse_response_head(std::string_view head) {
  const size_t status_begin = status_at(head);
  if (status_begin == head.npos) return "it has no status";
  // Those that there are end at 599, and those that the library has a name for at 505.
  constexpr std::string_view known = "200";
  const int status = std::stoi(std::string(head.substr(status_begin, known.size())));
  std::string readable(head);
  readable.replace(status_begin, known.size(), known);
  ws::http::parser::response response;
  try {
    response.consume(readable.data(), readable.size());
  } catch (const std::exception& e) {
    return std::string(e.what());
  }
  if (!response.headers_ready()) return "it does not end";
  RawResponse result{status, response.get_status_msg(), {}};
  for (const auto& [name, value] : response.get_headers())
    result.headers.emplace_back(ws::utility::to_lower(name), value);
  return result;
}

std::optional<std::vector<std::string>> parse_token_list(const std::string& value) {
  constexpr std::string_view white = " \t";
  std::vector<std::string> tokens;
  for (size_t at = 0, end = 0; at <= value.size(); at = end + 1) {
    end = std::min(value.find(',', at), value.size());
    const size_t begin = value.find_first_not_of(white, at);
    if (begin >= end) continue;
    std::string token = value.substr(begin, value.find_last_not_of(white, end - 1) + 1 - begin);
    if (!std::all_of(token.begin(), token.end(), ws::http::is_token_char)) return std::nullopt;
    tokens.push_back(std::move(token));
  }
  if (tokens.empty()) return std::nullopt;
  return tokens;
}

std::string accept_key(const std::string& key) {
  ws::http::parser::request request;
  ws::http::parser::response response;
  request.replace_header("Sec-WebSocket-Key", key);
  ws::processor::hybi13<Config>(false, true, nullptr, no_masks).process_handshake(request, {}, response);
  return response.get_header("Sec-WebSocket-Accept");
}

std::string http_reason_phrase(int status) {
  constexpr int misdirected = 421;  // RFC 9110, section 15.5.20; the library does not know it
  if (status == misdirected) return "Misdirected Request";
  return ws::http::status_code::get_string(static_cast<ws::http::status_code::value>(status));
}

}  // namespace transport
