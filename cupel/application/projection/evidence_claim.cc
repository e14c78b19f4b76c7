// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/evidence_claim.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/application/projection/predicate_type.h"
#include "cupel/ledger/evidence/json_field.h"

namespace cupel::application::projection {
namespace {

using ledger::evidence::ArrayField;
using ledger::evidence::ObjectField;
using ledger::evidence::TextField;

/// A check's or requirement's verdict. Only "pass" passes; what could not be measured counts as failed.
Result<Outcome> OutcomeOf(const std::string& verdict) {
  if (verdict == "pass") return Outcome::kPassed;
  if (verdict == "warn") return Outcome::kWarned;
  if (verdict == "fail" || verdict == "not-run" || verdict == "not-applicable") return Outcome::kFailed;
  return Fail(ErrorCode::kCorrupt, fmt::format("unknown verdict \"{}\"", verdict), "\"verdict\"");
}

Result<bool> Holds(double compared, const std::string& comparator, double threshold) {
  if (comparator == ">=") return compared >= threshold;
  if (comparator == "<=") return compared <= threshold;
  if (comparator == ">") return compared > threshold;
  if (comparator == "<") return compared < threshold;
  return Fail(ErrorCode::kCorrupt, fmt::format("unknown comparator \"{}\"", comparator));
}

tl::unexpected<Error> Contradiction(std::string message) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), "", "do not rely on this evidence");
}

Result<RequirementClaim> ReadRequirement(const Json& json) {
  RequirementClaim claim;
  CUPEL_TRY(const std::string metric, TextField(json, "metric"));
  CUPEL_TRY(const std::string comparator, TextField(json, "comparator"));
  CUPEL_TRY(claim.verdict, TextField(json, "verdict"));
  CUPEL_TRY(claim.bound, TextField(json, "bound"));
  const Json* threshold = json.Find("threshold");
  const Json* passed = json.Find("passed");
  const Json* compared = json.Find("compared");
  if (threshold == nullptr || !threshold->IsNumber())
    return Fail(ErrorCode::kCorrupt, "\"threshold\" must be a number");
  if (passed == nullptr || !passed->IsBool())
    return Fail(ErrorCode::kCorrupt, "\"passed\" must be true or false");
  if (compared == nullptr || !(compared->IsNumber() || compared->IsNull())) {
    return Fail(ErrorCode::kCorrupt, "\"compared\" must be a number or null");
  }
  claim.compared = *compared;
  claim.text = fmt::format("{} {} {}", metric, comparator, JsonNumber(threshold->AsNumber()));
  CUPEL_TRY(claim.outcome, OutcomeOf(claim.verdict));
  if (passed->AsBool() != (claim.outcome == Outcome::kPassed)) {
    return Contradiction(fmt::format("\"{}\" has the verdict {} but passed is {}", claim.text, claim.verdict,
                                     passed->AsBool()));
  }
  bool holds = false;
  if (compared->IsNumber()) {
    CUPEL_TRY(holds, Holds(compared->AsNumber(), comparator, threshold->AsNumber()));
  }
  if (claim.outcome == Outcome::kPassed && !holds) {
    return Contradiction(fmt::format("\"{}\" is said to pass with {}", claim.text, compared->Canonical()));
  }
  return claim;
}

Result<Digest> Sha256Of(const Json& parent, std::string_view member) {
  CUPEL_TRY(const Json* object, ObjectField(parent, member));
  CUPEL_TRY(const std::string hex, TextField(*object, "sha256"));
  return Digest::FromHex(hex);
}

/// Who measured what, by which plan.
Status ReadCircumstances(const Json& predicate, EvidenceClaim& claim) {
  CUPEL_TRY(const Json* check, ObjectField(predicate, "check"));
  CUPEL_TRY(claim.check, TextField(*check, "id"));
  CUPEL_TRY(claim.subset, TextField(*check, "subset"));
  CUPEL_TRY(claim.assurance_level, TextField(predicate, "assuranceLevel"));
  const Json* samples = predicate.Find("sampleSize");
  if (samples == nullptr || !samples->IsInteger())
    return Fail(ErrorCode::kCorrupt, "\"sampleSize\" must be an integer");
  claim.sample_size = samples->AsInteger();
  CUPEL_TRY(const Json* engine, ObjectField(predicate, "engine"));
  CUPEL_TRY(claim.engine_version, TextField(*engine, "version"));
  CUPEL_TRY(claim.engine, Sha256Of(*engine, "executable"));
  CUPEL_TRY(const Json* plan, ObjectField(predicate, "plan"));
  CUPEL_TRY(claim.plan, Sha256Of(*plan, "digest"));
  return {};
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed: return "PASSED";
    case Outcome::kWarned: return "WARNED";
    case Outcome::kFailed: return "FAILED";
  }
  return "FAILED";
}

Result<EvidenceClaim> ReadClaim(const ledger::evidence::Statement& statement) {
  if (statement.predicate_type != kEvidencePredicate) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("only evidence of a check can be projected, got a statement of type {}",
                            statement.predicate_type),
                "", "give one of evidence/NNNN-<check>.sigstore.json");
  }
  const Json& predicate = statement.predicate;
  EvidenceClaim claim;
  CUPEL_TRY_STATUS(ReadCircumstances(predicate, claim));
  CUPEL_TRY(claim.verdict, TextField(predicate, "verdict"));
  CUPEL_TRY(claim.outcome, OutcomeOf(claim.verdict));
  const Outcome stated = claim.outcome;
  CUPEL_TRY(const Json* requirements, ArrayField(predicate, "requirements"));
  for (std::size_t i = 0; i < requirements->AsArray().size(); ++i) {
    auto requirement = ReadRequirement(requirements->AsArray()[i]);
    if (!requirement) return FailAt(fmt::format("requirements[{}]", i), std::move(requirement).error());
    claim.outcome = std::max(claim.outcome, requirement->outcome);
    claim.requirements.push_back(*std::move(requirement));
  }
  if (claim.requirements.empty()) {
    return Fail(ErrorCode::kUnsupported,
                "nothing was required of this measurement, so nothing passed or failed", "",
                "state a requirement in the plan");
  }
  if (claim.outcome != stated) {
    return Contradiction(fmt::format("the verdict is {} but a requirement's is worse", claim.verdict));
  }
  return claim;
}

}  // namespace cupel::application::projection
