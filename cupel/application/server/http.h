// SPDX-License-Identifier: Apache-2.0
#pragma once

/// HTTP as values: what a site sees of a request and what it answers. No library's types, so that sites are
/// plain functions that tests call without a network.

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cupel::application::server {

struct HttpReply {
  int status = 200;
  std::string content_type;
  std::string body;
  std::string cache_control;  ///< Empty for none.
};

/// What a server hands out. The server answers HEAD from `get`, and any other method with 405.
struct Site {
  /// Given the decoded path, "/checkpoint", without a query.
  std::function<HttpReply(std::string_view path)> get;
  /// The paths that take a POST, for example "/add-checkpoint", and nothing else. Letters, '-' and '/'.
  std::map<std::string, std::function<HttpReply(std::string_view body)>, std::less<>> post;
};

/// A reason as one line of text, never cached.
HttpReply PlainReply(int status, std::string_view reason);

}  // namespace cupel::application::server
