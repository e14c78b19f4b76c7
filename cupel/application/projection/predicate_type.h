// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of Cupel's predicates and of those that evidence is projected to. They name a format and never
/// change; another format has another name.

namespace cupel::application::projection {

inline constexpr const char* kPlanPredicate = "https://cupel.dev/predicate/plan/v0.1";
inline constexpr const char* kEvidencePredicate = "https://cupel.dev/predicate/evidence/v0.1";
inline constexpr const char* kReportPredicate = "https://cupel.dev/predicate/report/v0.1";

inline constexpr const char* kTestResultPredicate = "https://in-toto.io/attestation/test-result/v0.1";
inline constexpr const char* kSvrPredicate = "https://in-toto.io/attestation/svr/v0.2";
inline constexpr const char* kVsaPredicate = "https://slsa.dev/verification_summary/v1";

}  // namespace cupel::application::projection
