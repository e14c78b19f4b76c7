// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The members that the statements of this module have in common, and the two ways of turning a statement
/// into bytes and back. Not for other modules. Reading is as strict as ledger/evidence/json_field.h:
/// kCorrupt, naming the member.

#include <string>
#include <string_view>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::ledger::hallmark {

/// {"sha256": "<64 lower-case hexadecimal digits>"}
Json DigestSet(const Digest& digest);
Result<Digest> DigestSetField(const Json& object, std::string_view member);
/// The same, where the set itself is the value.
Result<Digest> ReadDigestSet(const Json& set);
/// The sha256 of a subject, which must be its only digest.
Result<Digest> SubjectSha256(const evidence::ResourceDescriptor& subject);

/// "2026-11-21T02:38:00Z".
Result<std::int64_t> TimeField(const Json& object, std::string_view member);
/// A token (conditions.h).
Result<std::string> TokenField(const Json& object, std::string_view member);

/// The error of a rule, as the reader or the writer reports it.
template <typename T>
Result<T> WithCode(ErrorCode code, Result<T> result) {
  if (!result) result.error().code = code;
  return result;
}

/// Parses a payload of the one form and of the predicate's type.
/// Errors: kCorrupt; kUnsupported for another type.
Result<evidence::Statement> ParseOneForm(BytesView payload, std::string_view predicate_type);

}  // namespace cupel::ledger::hallmark
