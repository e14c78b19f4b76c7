// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Asking another server: small requests and small answers, for witnesses and their logs.
///
/// Promises: an answer of any status is a value; it ends after a bounded time and a bounded size; redirects
/// are not followed (whoever answers is whom the policy names). https is verified with the system's
/// certificates. Errors: kInvalidArgument for a text that is no http or https URL; kNotFound when nobody
/// answers there; kResourceLimit when the answer is too large.

#include <cstddef>
#include <string>
#include <string_view>

#include "cupel/application/server/http.h"
#include "cupel/base/error.h"
#include "cupel/ledger/witness/cosign.h"

namespace cupel::application::server {

struct ClientLimits {
  int timeout_ms = 10000;  ///< To connect, and for each piece of the answer.
  std::size_t answer_bytes = std::size_t{1} << 20;
};

Result<HttpReply> HttpGet(const std::string& url, const ClientLimits& limits = {});
Result<HttpReply> HttpPost(const std::string& url, const std::string& body, const ClientLimits& limits = {});

/// Carries requests to the witness whose submission prefix is `prefix`.
ledger::witness::Post PostToWitness(std::string prefix, const ClientLimits& limits = {});

}  // namespace cupel::application::server
