// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Evidence in the words of others: the same claim as an in-toto test result, a Simple Verification Result or
/// a SLSA verification summary, for tools that read those and not Cupel's own predicate.
///
///     test-result/v0.1   result, one test a requirement, the plan, program and source bundle as
///     configuration svr/v0.2           a property for each requirement that passed, and one for the check
///     when all did VSA v1             PASSED or FAILED, the plan as policy, the source bundle as the only
///     input attestation
///
/// Promises: pure functions; monotone (nothing that failed, warned or was not run comes out as PASSED; where
/// a format knows no warning, a warning is FAILED); every projection names the source bundle by digest and
/// repeats the requirements under one extension field, so no meaning is lost. Does not promise that the
/// source's signature is good: open it first (TrustPolicy::Open). Source:
/// https://github.com/in-toto/attestation (spec/predicates/test-result.md, svr.md),
/// https://slsa.dev/spec/v1.0/verification_summary

#include <cstdint>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::application::projection {

enum class Target { kTestResult, kSvr, kVsa };
/// "test-result", "svr", "vsa". Errors: kInvalidArgument, naming the nearest.
Result<Target> ParseTarget(std::string_view text);

struct Source {
  ledger::evidence::Statement statement;      ///< Verified.
  ledger::evidence::ResourceDescriptor file;  ///< The bundle it came from, by digest.
};

struct Options {
  std::int64_t unix_seconds = 0;  ///< When the projection is made.
  std::string resource_uri;       ///< Of the subject, for a VSA; "": its digest as an RFC 6920 URI.
};

/// A statement about the same subjects. Errors: as ReadClaim; kUnsupported for an SVR when no requirement
/// passed (it can list only what did).
Result<ledger::evidence::Statement> Project(const Source& source, Target target, const Options& options);

/// "ni:///sha-256;<base64url>", RFC 6920: names a thing by its digest.
std::string NamedInformationUri(const Digest& sha256);

}  // namespace cupel::application::projection
