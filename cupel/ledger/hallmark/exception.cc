// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/exception.h"

#include <fmt/format.h>

#include "cupel/base/clock.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/secure_random.h"
#include "cupel/ledger/evidence/envelope.h"
#include "cupel/ledger/evidence/json_field.h"
#include "cupel/ledger/hallmark/conditions.h"
#include "cupel/ledger/hallmark/fields.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::size_t kSaltBytes = 32;
constexpr std::string_view kPlanName = "plan.json";

}  // namespace

ReasonText ReasonText::Of(std::string text) {
  ReasonText reason{Bytes(kSaltBytes), std::move(text)};
  crypto::SecureRandom().Fill(reason.salt);
  return reason;
}

Digest ReasonText::Commitment() const { return crypto::Sha256(salt, AsBytes(text)); }

std::string ReasonText::ToText() const {
  return Json(Json::Object{{"salt", ToBase64(salt)}, {"text", text}}).Canonical() + "\n";
}

Result<ReasonText> ReasonText::Parse(std::string_view text) {
  CUPEL_TRY(const Json json, Json::Parse(text));
  CUPEL_TRY_STATUS(evidence::OnlyMembers(json, {"salt", "text"}));
  ReasonText reason;
  CUPEL_TRY(reason.salt, evidence::BytesField(json, "salt"));
  CUPEL_TRY(reason.text, evidence::TextField(json, "text"));
  if (reason.salt.size() != kSaltBytes) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the salt must have {} bytes, got {}", kSaltBytes, reason.salt.size()));
  }
  return reason;
}

Result<evidence::Bundle> Exception::Sign(const crypto::SigningKey& vote_key) const {
  for (const auto& [what, value] : {std::pair{"check", &check}, std::pair{"approver", &approver}}) {
    if (!IsToken(*value)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the {} must be 1 to 64 of a-z 0-9 . _ : / -, got \"{}\"", what, *value), "",
                  "give an opaque id; free text and names belong into the reason's file");
    }
  }
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256(std::string(kPlanName), plan)};
  statement.predicate_type = kExceptionPredicate;
  statement.predicate["check"] = check;
  statement.predicate["approver"] = approver;
  statement.predicate["expires"] = FormatUtc(expires);
  statement.predicate["text"] = DigestSet(text);
  CUPEL_TRY(Bytes payload, statement.ToPayload());
  return evidence::Bundle::Of(
      evidence::SignEnvelope(evidence::kStatementPayloadType, std::move(payload), vote_key));
}

Result<Exception> Exception::Parse(BytesView payload) {
  CUPEL_TRY(const evidence::Statement statement, ParseOneForm(payload, kExceptionPredicate));
  Exception exception;
  CUPEL_TRY(exception.plan, SubjectSha256(statement.subjects[0]));
  if (statement.subjects !=
      std::vector{evidence::ResourceDescriptor::OfSha256(std::string(kPlanName), exception.plan)}) {
    return Fail(ErrorCode::kCorrupt, fmt::format("an exception must have one subject, \"{}\"", kPlanName));
  }
  const Json& predicate = statement.predicate;
  CUPEL_TRY_STATUS(evidence::OnlyMembers(predicate, {"check", "approver", "expires", "text"}));
  CUPEL_TRY(exception.check, TokenField(predicate, "check"));
  CUPEL_TRY(exception.approver, TokenField(predicate, "approver"));
  CUPEL_TRY(exception.expires, TimeField(predicate, "expires"));
  CUPEL_TRY(exception.text, DigestSetField(predicate, "text"));
  return exception;
}

}  // namespace cupel::ledger::hallmark
