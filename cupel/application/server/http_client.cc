// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/http_client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <chrono>

namespace cupel::application::server {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;

struct Url {
  std::string server;  // scheme, host and port
  std::string path;
};

Result<Url> ParseUrl(const std::string& url) {
  const auto wrong = [&](std::string message) {
    return Fail(ErrorCode::kInvalidArgument, std::move(message), url.substr(0, kMaxUrlBytes),
                "give it as http://host:port/path");
  };
  const std::size_t scheme = url.find("://");
  if (url.size() > kMaxUrlBytes || (!url.starts_with("http://") && !url.starts_with("https://"))) {
    return wrong("expected an http or https URL");
  }
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return wrong("a URL must not contain spaces");
  }
  const std::size_t slash = std::min(url.find('/', scheme + 3), url.size());
  if (slash == scheme + 3) return wrong("the URL has no host");
  return Url{url.substr(0, slash), slash == url.size() ? "/" : url.substr(slash)};
}

Result<HttpReply> Ask(const std::string& method, const std::string& url, const std::string& body,
                      const ClientLimits& limits) {
  CUPEL_TRY(const Url parts, ParseUrl(url));
  const std::chrono::milliseconds timeout(limits.timeout_ms);
  httplib::Client client(parts.server);
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
  client.set_follow_location(false);

  HttpReply reply;
  bool too_large = false;
  httplib::Request request;
  request.method = method;
  request.path = parts.path;
  request.body = body;
  if (method == "POST") request.set_header("Content-Type", "text/plain; charset=utf-8");
  request.content_receiver = [&](const char* data, std::size_t size, auto, auto) {
    too_large = reply.body.size() + size > limits.answer_bytes;
    if (!too_large) reply.body.append(data, size);
    return !too_large;
  };
  const httplib::Result result = client.send(request);
  if (too_large) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("the answer has more than {} bytes", limits.answer_bytes), url);
  }
  if (!result) {
    return Fail(ErrorCode::kNotFound, fmt::format("no answer: {}", httplib::to_string(result.error())), url,
                "check the address, and that the server is running");
  }
  reply.status = result->status;
  reply.content_type = result->get_header_value("Content-Type");
  reply.cache_control = result->get_header_value("Cache-Control");
  return reply;
}

/// The library's exceptions stop here.
Result<HttpReply> AskGuarded(const std::string& method, const std::string& url, const std::string& body,
                             const ClientLimits& limits) {
  try {
    return Ask(method, url, body, limits);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInternal, fmt::format("the HTTP client failed: {}", error.what()), url);
  }
}

}  // namespace

Result<HttpReply> HttpGet(const std::string& url, const ClientLimits& limits) {
  return AskGuarded("GET", url, "", limits);
}

Result<HttpReply> HttpPost(const std::string& url, const std::string& body, const ClientLimits& limits) {
  return AskGuarded("POST", url, body, limits);
}

ledger::witness::Post PostToWitness(std::string prefix, const ClientLimits& limits) {
  while (prefix.ends_with('/')) prefix.pop_back();
  return
      [url = prefix + "/add-checkpoint", limits](const std::string& body) -> Result<ledger::witness::Answer> {
        CUPEL_TRY(HttpReply reply, HttpPost(url, body, limits));
        return ledger::witness::Answer{reply.status, std::move(reply.content_type), std::move(reply.body)};
      };
}

}  // namespace cupel::application::server
