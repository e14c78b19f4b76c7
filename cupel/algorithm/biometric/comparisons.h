// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One-to-one comparisons and enrolments: the input of the verification schemes.
///
/// CSV, one row an attempt:
///
///     kind         mated, non-mated or enrolment
///     score        similarity, higher is more alike; empty for an enrolment and where status is failed
///     status       optional: ok (also empty) or failed: no usable sample was acquired (mated, non-mated), or
///                  the subject could not be enrolled (enrolment)
///     subject      optional: who presented himself; attempts of one subject are not independent
///     transaction  optional: attempts of one try to be recognised; it succeeds when any of them matches
///
/// Rows keep their order, which the 10-fold protocol needs.

#include <filesystem>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::biometric {

struct Attempt {
  double score = 0;  ///< Meaningless unless acquired.
  bool is_mated = false;
  bool is_acquired = true;
  std::int32_t subject = -1;
  std::int32_t transaction = -1;  ///< -1: a transaction of its own.
};

struct Enrolment {
  bool has_failed = false;
  std::int32_t subject = -1;
};

class Comparisons : public scheme::Input {
 public:
  std::vector<Attempt> attempts;
  std::vector<Enrolment> enrolments;

  std::int64_t size() const override {
    return static_cast<std::int64_t>(attempts.size() + enrolments.size());
  }
  /// Of the acquired attempts.
  std::vector<double> Scores(bool mated) const;
};

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Comparisons> ReadComparisons(const std::filesystem::path& path);

extern const scheme::InputFormat kComparisons;

}  // namespace cupel::algorithm::biometric
