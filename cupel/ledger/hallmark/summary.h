// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The hallmark's twin for tools that know SLSA and not Cupel: a Verification Summary Attestation.
///
/// Promises: it says nothing that the hallmark does not say: PASSED, the class as a verified level
/// (`CUPEL_E2`), and all inputs by digest. Does not promise: conditions, validity and revocation, for which
/// the format has no place: no runtime admits by it. Source: https://slsa.dev/spec/v1.0/verification_summary

#include <cstdint>
#include <string_view>

#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/hallmark/hallmark.h"

namespace cupel::ledger::hallmark {

inline constexpr std::string_view kSummaryPredicate = "https://slsa.dev/verification_summary/v1";

/// Subjects, policy and times are the hallmark's. Errors: as Hallmark::ToStatement.
Result<evidence::Statement> SummaryOf(const Hallmark& hallmark);

}  // namespace cupel::ledger::hallmark
