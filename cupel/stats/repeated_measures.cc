// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/repeated_measures.h"

#include <algorithm>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/stats/ranks.h"

namespace cupel::stats {
namespace {

// Rounding may leave -1e-16 where every method has the same sum.
ChiSquaredTest Judged(double statistic, std::int64_t k) {
  return ChiSquared(std::max(0.0, statistic), k - 1);
}

}  // namespace

ChiSquaredTest CochranQ(std::span<const std::uint8_t> answers, std::int64_t k) {
  const auto columns = static_cast<std::size_t>(k);
  CUPEL_CHECK(k >= 2 && !answers.empty() && answers.size() % columns == 0);
  std::vector<double> successes(columns);
  double total = 0;
  double row_squares = 0;
  for (std::size_t row = 0; row < answers.size(); row += columns) {
    double right = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      CUPEL_CHECK(answers[row + j] <= 1);
      successes[j] += answers[row + j];
      right += answers[row + j];
    }
    total += right;
    row_squares += right * right;
  }
  double column_squares = 0;
  for (const double count : successes) column_squares += count * count;
  const auto methods = static_cast<double>(k);
  const double spread = methods * total - row_squares;
  if (spread == 0) return {0, k - 1, 1};
  return Judged((methods - 1) * (methods * column_squares - total * total) / spread, k);
}

ChiSquaredTest Friedman(std::span<const double> values, std::int64_t k) {
  const auto columns = static_cast<std::size_t>(k);
  CUPEL_CHECK(k >= 3 && !values.empty() && values.size() % columns == 0);
  std::vector<double> sums(columns);
  double squared_ranks = 0;
  for (std::size_t row = 0; row < values.size(); row += columns) {
    const std::vector<double> ranks = Midranks(values.subspan(row, columns));
    for (std::size_t j = 0; j < columns; ++j) {
      sums[j] += ranks[j];
      squared_ranks += ranks[j] * ranks[j];
    }
  }
  const auto n = static_cast<double>(values.size() / columns);
  const auto methods = static_cast<double>(k);
  // Without ties the ranks' squares sum to n k (k + 1) (2 k + 1) / 6: this form needs no correction.
  const double mean = (methods + 1) / 2;
  double between = 0;
  for (const double sum : sums) between += (sum - n * mean) * (sum - n * mean);
  const double spread = squared_ranks - n * methods * mean * mean;
  if (spread == 0) return {0, k - 1, 1};
  return Judged((methods - 1) * between / spread, k);
}

}  // namespace cupel::stats
