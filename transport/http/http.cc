#include "transport/http/http.h"

namespace transport {

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

HttpResponse text_response(int status, std::string_view reason) {
  HttpResponse response;
  response.status = status;
  response.body.append(reason).append("\n");
  return response;
}

std::string reason_of(const HttpResponse& response) {
  return response.body.substr(0, response.body.rfind('\n'));
}

}  // namespace transport
