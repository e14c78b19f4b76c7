// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/assignment.h"

#include <limits>
#include <utility>

#include "cupel/base/error.h"

namespace cupel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t At(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

std::span<const std::int32_t> Assigner::Minimize(std::span<const double> costs, std::int64_t rows,
                                                 std::int64_t columns) {
  return Solve(costs, 1, rows, columns);
}

std::span<const std::int32_t> Assigner::Maximize(std::span<const double> scores, std::int64_t rows,
                                                 std::int64_t columns) {
  return Solve(scores, -1, rows, columns);
}

std::span<const std::int32_t> Assigner::Solve(std::span<const double> values, double sign, std::int64_t rows,
                                              std::int64_t columns) {
  CUPEL_CHECK(rows >= 0 && columns >= 0 && rows < std::numeric_limits<std::int32_t>::max() &&
              columns < std::numeric_limits<std::int32_t>::max());
  CUPEL_CHECK(values.size() == static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  const bool transposed = columns < rows;
  const auto r = static_cast<std::size_t>(rows);
  const auto c = static_cast<std::size_t>(columns);
  n_ = transposed ? c : r;
  m_ = transposed ? r : c;
  costs_.resize(values.size());
  for (std::size_t i = 0; i < r; ++i) {
    for (std::size_t j = 0; j < c; ++j) {
      const double value = values[i * c + j];
      CUPEL_CHECK(value - value == 0);
      costs_[transposed ? j * r + i : i * c + j] = sign * value;
    }
  }
  Prepare();
  for (std::size_t row = 0; row < n_; ++row) {
    const auto start = static_cast<std::int32_t>(row);
    double length = 0;
    const std::int32_t sink = ShortestPath(start, length);
    Augment(start, sink, length);
  }
  return transposed ? row_of_column_ : column_of_row_;
}

void Assigner::Prepare() {
  row_price_.assign(n_, 0);
  column_price_.assign(m_, 0);
  column_of_row_.assign(n_, -1);
  row_of_column_.assign(m_, -1);
  from_.assign(m_, -1);
  open_.resize(m_);
}

/// Dijkstra over columns with reduced costs, from an unpaired row to the nearest unpaired column. Columns are
/// tried from the last to the first, and of equally near ones an unpaired one is taken: that decides ties.
std::int32_t Assigner::ShortestPath(std::int32_t start, double& length) {
  distance_.assign(m_, kInfinity);
  for (std::size_t k = 0; k < m_; ++k) open_[k] = static_cast<std::int32_t>(m_ - 1 - k);
  reached_columns_.clear();
  reached_rows_.clear();
  std::size_t left = m_;
  std::int32_t row = start;
  length = 0;
  for (;;) {
    reached_rows_.push_back(row);
    const double* const costs = costs_.data() + At(row) * m_;
    const double price = row_price_[At(row)];
    std::size_t nearest = 0;
    double lowest = kInfinity;
    for (std::size_t k = 0; k < left; ++k) {
      const std::size_t j = At(open_[k]);
      const double through = length + costs[j] - price - column_price_[j];
      if (through < distance_[j]) {
        from_[j] = row;
        distance_[j] = through;
      }
      if (distance_[j] < lowest || (distance_[j] == lowest && row_of_column_[j] < 0)) {
        lowest = distance_[j];
        nearest = k;
      }
    }
    length = lowest;
    const std::int32_t column = open_[nearest];
    reached_columns_.push_back(column);
    if (row_of_column_[At(column)] < 0) return column;
    row = row_of_column_[At(column)];
    open_[nearest] = open_[--left];
  }
}

/// Updates the prices so that reduced costs stay >= 0, then swaps pairs along the path.
void Assigner::Augment(std::int32_t start, std::int32_t sink, double length) {
  row_price_[At(start)] += length;
  for (const std::int32_t row : reached_rows_) {
    if (row != start) row_price_[At(row)] += length - distance_[At(column_of_row_[At(row)])];
  }
  for (const std::int32_t column : reached_columns_) {
    column_price_[At(column)] -= length - distance_[At(column)];
  }
  for (std::int32_t column = sink;;) {
    const std::int32_t row = from_[At(column)];
    row_of_column_[At(column)] = row;
    std::swap(column_of_row_[At(row)], column);
    if (row == start) return;
  }
}

}  // namespace cupel
