// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers that were predicted, with their truth.
///
/// CSV, one row a sample:
///
///     truth        the true number
///     prediction   optional: the predicted number, or the quantile that a pinball loss judges
///     low, high    optional, together: a predicted interval, low <= high
///     member_*     optional: an ensemble, at least two columns; judged by CRPS
///     weight       optional, > 0; every scheme takes it that says so
///     unit         optional: the video, image or subject a sample belongs to; samples of one are not
///                  independent and are drawn together by the bootstrap

#include <filesystem>
#include <span>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::regression {

class Targets : public scheme::Input {
 public:
  std::vector<double> truth;       ///< [n]
  std::vector<double> prediction;  ///< [n], or empty.
  std::vector<double> low, high;   ///< [n], or empty.
  std::vector<double> members;     ///< [n, members_each], or empty.
  std::int64_t members_each = 0;
  std::vector<double> weight;      ///< [n], or empty.
  std::vector<std::int32_t> unit;  ///< [n], or empty.

  std::int64_t size() const override { return static_cast<std::int64_t>(truth.size()); }
  double WeightOf(std::size_t i) const { return weight.empty() ? 1 : weight[i]; }
};

/// Errors: kNotFound; kCorrupt with file and line; kInvalidArgument when there is no row.
Result<Targets> ReadTargets(const std::filesystem::path& path);

extern const scheme::InputFormat kTargets;

}  // namespace cupel::algorithm::regression
