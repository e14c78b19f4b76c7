// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/fields.h"

#include <fmt/format.h>

#include "cupel/base/clock.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/hallmark/conditions.h"

namespace cupel::ledger::hallmark {
namespace {

/// Digest::FromHex also reads capitals; here a digest has one form.
Result<Digest> ReadLowerHex(std::string_view hex) {
  CUPEL_TRY(const Digest digest, Digest::FromHex(hex));
  if (digest.Hex() != hex) return Fail(ErrorCode::kCorrupt, "a sha256 must be in lower-case hexadecimal");
  return digest;
}

}  // namespace

Json DigestSet(const Digest& digest) { return Json::Object{{"sha256", digest.Hex()}}; }

Result<Digest> ReadDigestSet(const Json& set) {
  CUPEL_TRY_STATUS(evidence::OnlyMembers(set, {"sha256"}));
  CUPEL_TRY(const std::string hex, evidence::TextField(set, "sha256"));
  return ReadLowerHex(hex);
}

Result<Digest> DigestSetField(const Json& object, std::string_view member) {
  CUPEL_TRY(const Json* set, evidence::ObjectField(object, member));
  auto digest = ReadDigestSet(*set);
  if (!digest) return FailAt(fmt::format("\"{}\"", member), std::move(digest).error());
  return digest;
}

Result<Digest> SubjectSha256(const evidence::ResourceDescriptor& subject) {
  const auto found = subject.digest.find("sha256");
  if (found == subject.digest.end() || subject.digest.size() != 1) {
    return Fail(ErrorCode::kCorrupt, "a subject must have a sha256 and no other digest");
  }
  return ReadLowerHex(found->second);
}

Result<std::int64_t> TimeField(const Json& object, std::string_view member) {
  CUPEL_TRY(const std::string text, evidence::TextField(object, member));
  auto time = ParseUtc(text);
  if (!time) return FailAt(fmt::format("\"{}\"", member), std::move(time).error());
  return time;
}

Result<std::string> TokenField(const Json& object, std::string_view member) {
  CUPEL_TRY(std::string text, evidence::TextField(object, member));
  if (!IsToken(text)) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("\"{}\" must be 1 to 64 of a-z 0-9 . _ : / -, got \"{}\"", member, text));
  }
  return text;
}

Result<evidence::Statement> ParseOneForm(BytesView payload, std::string_view predicate_type) {
  CUPEL_TRY(evidence::Statement statement, evidence::Statement::Parse(payload));
  if (statement.predicate_type != predicate_type) {
    return Fail(ErrorCode::kUnsupported, fmt::format("\"predicateType\" must be {}, got {}", predicate_type,
                                                     statement.predicate_type));
  }
  const auto again = statement.ToPayload();
  if (!again || AsText(*again) != AsText(payload)) {
    return Fail(ErrorCode::kCorrupt,
                "the statement is not in its one form: canonical JSON without unknown members");
  }
  return statement;
}

}  // namespace cupel::ledger::hallmark
