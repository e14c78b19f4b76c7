// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Asking another server: small requests and small answers, for witnesses and their logs.
///
/// Promises: an answer of any status is a value; it ends after a bounded time and a bounded size, whatever
/// the server does; redirects are not followed (whoever answers is whom the policy names). https is verified:
/// the certificate's chain, its dates and the host's name. Does not promise: to look at revocation. Errors:
/// kInvalidArgument for a text that is no http or https URL; kNotFound when nobody answers there;
/// kVerificationFailed when the server's certificate is not to be trusted; kResourceLimit when the answer is
/// too large.

#include <cstddef>
#include <filesystem>
#include <string>

#include "cupel/application/server/http.h"
#include "cupel/base/error.h"
#include "cupel/ledger/witness/cosign.h"

namespace cupel::application::server {

struct ClientOptions {
  int timeout_ms = 10000;  ///< From the beginning to the end of one request.
  std::size_t answer_bytes = std::size_t{1} << 20;
  /// Certificates (PEM) of the authorities that are trusted instead of the system's; empty for the system's.
  std::filesystem::path authorities{};
};

Result<HttpReply> HttpGet(const std::string& url, const ClientOptions& options = {});
Result<HttpReply> HttpPost(const std::string& url, const std::string& body,
                           const ClientOptions& options = {});

/// Carries requests to the witness whose submission prefix is `prefix`, over one connection as long as the
/// witness keeps it; when it fails, the witness is asked once more over a new one. For one thread at a time.
ledger::witness::Post PostToWitness(std::string prefix, const ClientOptions& options = {});

}  // namespace cupel::application::server
