#include "transport/http/request_head.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

#include "text/hex.h"
#include "transport/http/http_text.h"
#include "transport/websocketpp/websocketpp_door.h"

namespace transport {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool has_token(std::string_view header, std::string_view token) {
  const auto tokens = parse_token_list(std::string(header));
  return tokens && std::any_of(tokens->begin(), tokens->end(),
                               [&](const std::string& t) { return equal_ignoring_case(t, token); });
}

// Control characters in a head are an attack or another protocol; websocketpp's parser lets them pass.
bool has_control_characters(std::string_view head) {
  return std::any_of(head.begin(), head.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F;
  });
}

// A space before the colon, or a folded line, is how heads are smuggled past proxies (RFC 9112,
// sections 5.1, 5.2).
bool has_loose_header_lines(std::string_view head) {
  for (size_t end = head.find("\r\n"); end != head.npos && end + 2 < head.size();
       end = head.find("\r\n", end + 2)) {
    const std::string_view line = head.substr(end + 2, head.find("\r\n", end + 2) - end - 2);
    const size_t name_end = line.find_first_of(" \t:");
    if (!line.empty() && (name_end == 0 || name_end == line.npos || line[name_end] != ':')) return true;
  }
  return false;
}

// Precondition: !has_loose_header_lines(head).
std::vector<std::pair<std::string, std::string>> header_lines_of(std::string_view head) {
  constexpr std::string_view white = " \t";
  std::vector<std::pair<std::string, std::string>> lines;
  for (size_t begin = head.find("\r\n") + 2, end = 0; (end = head.find("\r\n", begin)) > begin;
       begin = end + 2) {
    if (end == head.npos) break;
    const std::string_view line = head.substr(begin, end - begin);
    const size_t colon = line.find(':');
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(white), value.size()));
    lines.emplace_back(in_small_letters(std::string(line.substr(0, colon))),
                       value.substr(0, value.find_last_not_of(white) + 1));
  }
  return lines;
}

// Method, target and version, parted by spaces (RFC 9112, section 3).
bool has_request_line(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  return std::count(line.begin(), line.end(), ' ') >= 2;
}

// "http://host/path" must be understood too (RFC 9112, section 3.2.2).
std::string_view origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  const size_t scheme_end = target.find("://");
  if (scheme_end == target.npos) return {};
  const size_t path = target.find_first_of("/?", scheme_end + 3);
  if (path == target.npos) return "/";
  return target[path] == '/' ? target.substr(path) : std::string_view{};
}

bool known_version(std::string_view version) {
  return version == "HTTP/1.1" || version == "HTTP/1.0";
}

bool is_key(std::string_view key) {
  // 16 bytes in base64 (RFC 6455, section 4.1): 22 digits and two pads.
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2,
                     [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; });
}

bool asks_for_upgrade(const HttpRequest& request) {
  return has_token(request.header("upgrade"), "websocket") &&
         has_token(request.header("connection"), "upgrade");
}

bool has_body(const HttpRequest& request) {
  const std::string_view length = request.header("content-length");
  return !request.header("transfer-encoding").empty() || (!length.empty() && length != "0");
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? text::hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? text::hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    result += c;
  }
  return result;
}

bool may_begin_request(std::string_view bytes) {
  const size_t line_end = bytes.find('\n');
  const std::string_view line = bytes.substr(0, line_end);
  return std::isalpha(static_cast<unsigned char>(bytes[0])) && !has_control_characters(line) &&
         (line_end == bytes.npos || has_request_line(bytes));
}

std::variant<HttpRequest, HttpResponse> read_request_head(std::string_view head, std::string peer_address) {
  if (has_control_characters(head)) return text_response(400, "control characters in the request's head");
  if (has_loose_header_lines(head)) return text_response(400, "a header line that is not \"name: value\"");
  if (!has_request_line(head))
    return text_response(400, "malformed request: its first line is not \"METHOD PATH HTTP/1.1\"");
  auto parsed = parse_head(head);
  if (auto* error = std::get_if<std::string>(&parsed))
    return text_response(400, "malformed request: " + *error);
  auto& raw = std::get<RawHead>(parsed);

  if (!raw.version.starts_with("HTTP/")) return text_response(400, "malformed request: no HTTP version");
  if (!known_version(raw.version)) return text_response(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
  const std::string_view target = origin_form(raw.target);
  const size_t path_end = std::min(target.find('?'), target.size());
  auto path = percent_decoded(target.substr(0, path_end));
  if (!path || path->empty())
    return text_response(400, "the request's target is not a path, or badly escaped");

  HttpRequest request;
  request.method = std::move(raw.method);
  request.version = std::move(raw.version);
  request.path = std::move(*path);
  if (path_end < target.size()) request.query = target.substr(path_end + 1);
  request.headers = std::move(raw.headers);
  request.header_lines = header_lines_of(head);
  if (request.header_lines.size() == request.headers.size()) request.header_lines.clear();
  request.peer_address = std::move(peer_address);
  if (const auto expected = request.header("expect"); !expected.empty() && !expects_continue(request))
    return text_response(417,
                         "nothing else is expected here than 100-continue, found " + std::string(expected));
  if ((request.method == "GET" || request.method == "HEAD") && has_body(request))
    return text_response(400, "a " + request.method + " with a body is not served here");
  return request;
}

HttpResponse method_not_allowed(const HttpRequest& request, std::string_view allowed) {
  HttpResponse response =
      text_response(405, request.method + " is not served on this path, only " + std::string(allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

std::variant<size_t, HttpResponse> read_body_size(const HttpRequest& request) {
  if (!request.header("transfer-encoding").empty())
    return text_response(411, "a body must have a Content-Length here");
  const std::string_view text = request.header("content-length");
  size_t size = 0;
  if (text.empty()) return size;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size())
    return text_response(400, "Content-Length is not a number");
  return size;
}

bool expects_continue(const HttpRequest& request) {
  return equal_ignoring_case(request.header("expect"), "100-continue");
}

bool keeps_alive(const HttpRequest& request) {
  return request.version == "HTTP/1.1" && !has_token(request.header("connection"), "close");
}

bool asks_for_websocket(const HttpRequest& request) {
  return asks_for_upgrade(request) || !request.header("sec-websocket-key").empty();
}

std::variant<Handshake, HttpResponse> read_handshake(const HttpRequest& request) {
  if (request.method != "GET") return text_response(400, "a WebSocket handshake must be a GET");
  if (!asks_for_upgrade(request))
    return text_response(
        400,
        "a WebSocket handshake without \"Upgrade: websocket\" and \"Connection: Upgrade\": does a "
        "proxy in between not pass them on?");
  if (request.version != "HTTP/1.1")
    return text_response(400, "a WebSocket handshake must be HTTP/1.1, not " + request.version +
                                  ": does a proxy in between speak that?");
  if (request.header("sec-websocket-version") != "13") {
    HttpResponse response = text_response(426, "only version 13 of WebSocket (RFC 6455) is spoken here");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  const std::string key(request.header("sec-websocket-key"));
  if (!is_key(key)) return text_response(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  const std::string offers(request.header("sec-websocket-protocol"));
  auto offered = offers.empty() ? std::vector<std::string>{} : parse_token_list(offers);
  if (!offered) return text_response(400, "Sec-WebSocket-Protocol is not a list of tokens");
  return Handshake{accept_key(key), std::move(*offered)};
}

std::string switching_protocols(const Handshake& handshake, std::string_view subprotocol,
                                const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  bytes += "Sec-WebSocket-Accept: " + handshake.accept + "\r\n";
  if (!subprotocol.empty()) bytes.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
  return bytes += "\r\n";
}

std::string response_head(const HttpResponse& response, bool keep_alive) {
  std::string bytes =
      "HTTP/1.1 " + std::to_string(response.status) + " " + http_reason_phrase(response.status) + "\r\n";
  constexpr int no_content = 204, not_modified = 304;
  if (response.status != no_content && response.status != not_modified) {
    bytes += "Content-Type: " + response.content_type + "\r\n";
    bytes += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : response.headers) bytes += name + ": " + value + "\r\n";
  bytes += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return bytes;
}

std::string response_bytes(const HttpResponse& response, bool head_only) {
  std::string bytes = response_head(response, false);
  if (!head_only) bytes += response.body;
  return bytes;
}

}  // namespace transport
