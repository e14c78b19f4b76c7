// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/bracket.h"

#include <fmt/format.h>

#include "cupel/algorithm/certify/bracket.h"

namespace cupel::application::assess {
namespace {

struct Claims {
  std::vector<Json> certificates;
  std::vector<Json> attacks;
};

/// Witnesses of other kinds (flagged training samples, signs of masking) speak of neither.
Claims ClaimsOf(const CheckRun& run) {
  Claims claims;
  for (const Json& witness : run.result.witnesses) {
    if (witness.Find("certifies") != nullptr) {
      claims.certificates.push_back(witness);
    } else if (witness.Find("linf") != nullptr && witness.Find("margin") != nullptr) {
      claims.attacks.push_back(witness);
    }
  }
  return claims;
}

Status Hold(const std::vector<Json>& certificates, const std::vector<Json>& attacks, const CheckRun& one,
            const CheckRun& other) {
  if (certificates.empty() || attacks.empty()) return {};
  const Status holds = algorithm::certify::CheckBracket(certificates, attacks);
  if (holds) return {};
  return Fail(ErrorCode::kInternal, holds.error().message,
              fmt::format("{} against {}", one.check->description().id, other.check->description().id),
              "nothing of the two can be believed: please report this with the model and the plan");
}

}  // namespace

Status CheckBrackets(std::span<const CheckRun> earlier, const CheckRun& last) {
  const Claims now = ClaimsOf(last);
  CUPEL_TRY_STATUS(Hold(now.certificates, now.attacks, last, last));
  for (const CheckRun& run : earlier) {
    const Claims before = ClaimsOf(run);
    CUPEL_TRY_STATUS(Hold(now.certificates, before.attacks, last, run));
    CUPEL_TRY_STATUS(Hold(before.certificates, now.attacks, run, last));
  }
  return {};
}

}  // namespace cupel::application::assess
