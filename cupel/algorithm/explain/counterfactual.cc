// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/counterfactual.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cupel::algorithm::explain {
namespace {

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double ScaleOf(const std::vector<double>& values) {
  const double centre = Median(values);
  std::vector<double> deviations;
  double mean = 0;
  for (const double value : values) {
    deviations.push_back(std::abs(value - centre));
    mean += deviations.back() / static_cast<double>(values.size());
  }
  const double median = Median(deviations);
  if (median > 0) return median;
  return mean > 0 ? mean : 1;
}

// Works on one row: holds the original and asks the model.
class Search {
 public:
  Search(const ExplainedModel& model, const CounterfactualPool& pool, std::span<const float> x,
         std::int32_t answer, const CounterfactualOptions& options)
      : model_(model), pool_(pool), x_(x), answer_(answer), options_(options) {}

  // From a real row; nothing when its free features do not change the answer.
  Result<std::optional<Counterfactual>> From(std::span<const float> start) const {
    std::vector<float> row(x_.begin(), x_.end());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (options_.fixed.empty() || !options_.fixed[i]) row[i] = start[i];
    }
    CUPEL_TRY(const bool differs, Differs(row));
    if (!differs) return std::optional<Counterfactual>();
    CUPEL_TRY_STATUS(GiveBack(row));
    std::vector<std::size_t> changed = Changed(row);
    CUPEL_TRY_STATUS(MoveBack(row, changed));
    for (const std::size_t feature : changed) CUPEL_TRY_STATUS(MoveBack(row, {feature}));
    CUPEL_TRY_STATUS(GiveBack(row));
    CUPEL_TRY(const std::vector<std::int32_t> answers, AnswersTo(model_, row, 1));
    const double distance = pool_.Distance(row, x_);
    const auto count = static_cast<std::int64_t>(Changed(row).size());
    return std::optional<Counterfactual>({std::move(row), answers[0], distance, count});
  }

 private:
  Result<bool> Differs(std::span<const float> row) const {
    CUPEL_TRY(const std::vector<std::int32_t> answers, AnswersTo(model_, row, 1));
    return answers[0] != answer_;
  }

  // Features that differ from the original, smallest change first.
  std::vector<std::size_t> Changed(const std::vector<float>& row) const {
    std::vector<std::size_t> features;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] != x_[i]) features.push_back(i);
    }
    const auto size = [&](std::size_t i) { return std::abs(double{row[i]} - x_[i]) / pool_.scales()[i]; };
    std::ranges::stable_sort(features, {}, size);
    return features;
  }

  // Restores every feature that the other answer does not need.
  Status GiveBack(std::vector<float>& row) const {
    for (const std::size_t feature : Changed(row)) {
      const float value = std::exchange(row[feature], x_[feature]);
      CUPEL_TRY(const bool differs, Differs(row));
      if (!differs) row[feature] = value;
    }
    return {};
  }

  // Moves these features together as near to the original as bisection finds.
  Status MoveBack(std::vector<float>& row, const std::vector<std::size_t>& features) const {
    const std::vector<float> far = row;
    double low = 0;
    double high = 1;
    for (std::int64_t round = 0; round < options_.bisections; ++round) {
      const double middle = (low + high) / 2;
      std::vector<float> tried = row;
      for (const std::size_t i : features) {
        const double value = x_[i] + middle * (double{far[i]} - x_[i]);
        tried[i] = static_cast<float>(pool_.is_whole(i) ? std::round(value) : value);
      }
      CUPEL_TRY(const bool differs, Differs(tried));
      (differs ? high : low) = middle;
      if (differs) row = std::move(tried);
    }
    return {};
  }

  const ExplainedModel& model_;
  const CounterfactualPool& pool_;
  std::span<const float> x_;
  std::int32_t answer_;
  const CounterfactualOptions& options_;
};

}  // namespace

Result<std::vector<std::int32_t>> AnswersTo(const ExplainedModel& model, std::span<const float> rows,
                                            std::int64_t n) {
  CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, rows, n));
  std::vector<std::int32_t> answers;
  for (auto at = logits.begin(); at != logits.end(); at += model.class_count)
    answers.push_back(static_cast<std::int32_t>(std::max_element(at, at + model.class_count) - at));
  return answers;
}

Result<CounterfactualPool> CounterfactualPool::Create(const ExplainedModel& model, std::vector<float> rows) {
  std::int64_t d = 1;
  for (const std::int64_t length : model.sample_shape) d *= length;
  const auto n = static_cast<std::int64_t>(rows.size()) / d;
  if (n == 0) return Fail(ErrorCode::kInvalidArgument, "there are no rows to start counterfactuals from");
  CounterfactualPool pool;
  CUPEL_TRY(pool.answers_, AnswersTo(model, rows, n));
  for (std::int64_t i = 0; i < d; ++i) {
    std::vector<double> column;
    for (std::int64_t row = 0; row < n; ++row) column.push_back(rows[static_cast<std::size_t>(row * d + i)]);
    pool.whole_.push_back(std::ranges::all_of(column, [](double v) { return v == std::round(v); }));
    pool.scales_.push_back(ScaleOf(column));
  }
  pool.rows_ = std::move(rows);
  return pool;
}

double CounterfactualPool::Distance(std::span<const float> a, std::span<const float> b) const {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(double{a[i]} - b[i]) / scales_[i];
  return sum;
}

Result<std::optional<Counterfactual>> FindCounterfactual(const ExplainedModel& model,
                                                         const CounterfactualPool& pool,
                                                         std::span<const float> x, std::int32_t answer,
                                                         const CounterfactualOptions& options) {
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < pool.size(); ++k) {
    if (pool.answer(k) != answer) starts.push_back(k);
  }
  std::ranges::stable_sort(starts, {}, [&](std::size_t k) { return pool.Distance(pool.row(k), x); });
  const Search search(model, pool, x, answer, options);
  std::optional<Counterfactual> best;
  std::int64_t left = options.starts;
  for (const std::size_t k : starts) {
    if (left-- == 0) break;
    CUPEL_TRY(std::optional<Counterfactual> found, search.From(pool.row(k)));
    if (found && (!best || found->distance < best->distance)) best = std::move(found);
  }
  return best;
}

}  // namespace cupel::algorithm::explain
