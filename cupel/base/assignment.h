// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The assignment problem: pairs rows with columns, each at most once, so that the sum of the pairs' costs is
/// least (or the sum of their scores largest).
///
/// Promises: the result is optimal and is a function of the matrix alone. The smaller side is paired whole,
/// so pairs of no use (score 0) are in the answer too; the caller drops them. Among several optima it returns
/// the one that scipy.optimize.linear_sum_assignment returns (1.4 and later), so matchings agree with
/// references that call it even where boxes coincide.
///
/// Source: Jonker and Volgenant 1987, shortest augmenting paths, in the form of Crouse 2016 ("On implementing
/// 2D rectangular assignment algorithms"). Cost: O(min(r, c)^2 max(r, c)) at worst, near r c for matrices
/// that are almost paired already.
///
///     Assigner assigner;                                    // keeps its buffers from call to call
///     for (frame ...) {
///       std::span<const std::int32_t> column = assigner.Maximize(scores, rows, columns);
///     }

#include <cstdint>
#include <span>
#include <vector>

namespace cupel {

class Assigner {
 public:
  /// costs: [rows, columns], row-major, finite. Returns for each row its column, -1 for none (only when there
  /// are more rows than columns); the span is valid until the next call. Aborts on another size and on a cost
  /// that is not finite. Either side may be 0.
  std::span<const std::int32_t> Minimize(std::span<const double> costs, std::int64_t rows,
                                         std::int64_t columns);

  /// The same with the largest sum.
  std::span<const std::int32_t> Maximize(std::span<const double> scores, std::int64_t rows,
                                         std::int64_t columns);

 private:
  std::span<const std::int32_t> Solve(std::span<const double> values, double sign, std::int64_t rows,
                                      std::int64_t columns);
  void Prepare();
  std::int32_t ShortestPath(std::int32_t start, double& length);
  void Augment(std::int32_t start, std::int32_t sink, double length);

  std::size_t n_ = 0;          ///< The smaller side, after transposing where there are more rows.
  std::size_t m_ = 0;          ///< The larger side.
  std::vector<double> costs_;  ///< [n, m]
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<double> distance_;             ///< [m], of the shortest path to each column.
  std::vector<std::int32_t> from_;           ///< [m], the row before it on that path.
  std::vector<std::int32_t> column_of_row_;  ///< [n]
  std::vector<std::int32_t> row_of_column_;  ///< [m]
  std::vector<std::int32_t> open_;           ///< Columns not yet reached, in the order they are tried.
  std::vector<std::int32_t> reached_columns_;
  std::vector<std::int32_t> reached_rows_;
};

}  // namespace cupel
