// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a piece of Cupel's evidence claims, read from its predicate and checked against itself.
///
/// Promises: a requirement counts as passed only when its verdict, its `passed` and the arithmetic all say
/// so, and a claim only when every requirement does and there is at least one; a predicate that contradicts
/// itself is refused. So a document can be read as worse than it says, never as better.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::application::projection {

/// From best to worst.
enum class Outcome { kPassed, kWarned, kFailed };
std::string_view OutcomeName(Outcome outcome);  ///< "PASSED", "WARNED", "FAILED"

struct RequirementClaim {
  std::string text;  ///< "robust_accuracy >= 0.4"
  std::string verdict;
  std::string bound;  ///< "lower", "upper", "value"
  Json compared;      ///< The number, or null when it could not be measured.
  Outcome outcome = Outcome::kFailed;
};

struct EvidenceClaim {
  std::string check;   ///< "inspect.pgd"
  std::string subset;  ///< "first 500"
  std::string verdict;
  std::int64_t sample_size = 0;
  std::string assurance_level;
  std::string engine_version;
  Digest engine;  ///< Of the program.
  Digest plan;
  std::vector<RequirementClaim> requirements;  ///< At least one.
  Outcome outcome = Outcome::kFailed;
};

/// Errors: kUnsupported for a statement of another kind, and for a measurement of which nothing was required;
/// kCorrupt, naming the member; kVerificationFailed when the predicate contradicts itself.
Result<EvidenceClaim> ReadClaim(const ledger::evidence::Statement& statement);

}  // namespace cupel::application::projection
