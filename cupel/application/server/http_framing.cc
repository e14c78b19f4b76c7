// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/http_framing.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace cupel::application::server {
namespace {

bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != std::string_view::npos;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, IsTokenCharacter);
}

/// At most 18 digits: no size that anybody means, and no overflow.
bool IsLength(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<HttpReply> FramingFault(const httplib::Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (!IsHeaderName(name)) return PlainReply(400, "a malformed header name");
  }
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  const std::size_t encodings = request.get_header_value_count("Transfer-Encoding");
  if (lengths + encodings > 1) {
    return PlainReply(400, "more than one Content-Length or Transfer-Encoding");
  }
  if (lengths == 1 && !IsLength(request.get_header_value("Content-Length"))) {
    return PlainReply(400, "a malformed Content-Length");
  }
  if (encodings == 1) return PlainReply(411, "send the body with a Content-Length");
  return std::nullopt;
}

bool AnnouncesBody(const httplib::Request& request) {
  if (request.has_header("Transfer-Encoding")) return true;
  return request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0";
}

}  // namespace cupel::application::server
