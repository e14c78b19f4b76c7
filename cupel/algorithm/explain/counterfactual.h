// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Counterfactuals for rows of a table: the smallest change found after which the model answers otherwise.
///
/// Starts from real rows that the model answers otherwise (so that a counterfactual lies where data lie),
/// nearest first; gives back every feature that the new answer does not need, smallest change first; then
/// moves what is left towards the original by bisection, together and feature by feature. Columns that hold
/// whole numbers keep them. Validity is by construction: the last row kept was answered otherwise. Does not
/// promise the nearest counterfactual there is: the distance is an upper bound.
/// Sources: Wachter, Mittelstadt, Russell: Counterfactual explanations without opening the black box, 2017;
/// Mothilal, Sharma, Tan: DiCE, FAT* 2020 (validity, proximity, sparsity, actionability).

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/explain/explained_model.h"

namespace cupel::algorithm::explain {

/// Real rows and what the model answers to them.
class CounterfactualPool {
 public:
  /// rows: [n, d]. Errors: those of the model; kInvalidArgument when it is empty.
  static Result<CounterfactualPool> Create(const ExplainedModel& model, std::vector<float> rows);

  std::int64_t d() const { return static_cast<std::int64_t>(scales_.size()); }
  /// The unit of each feature: its median absolute deviation; where that is 0, its mean absolute deviation,
  /// and 1 for a constant.
  std::span<const double> scales() const { return scales_; }
  std::span<const float> row(std::size_t index) const {
    return std::span(rows_).subspan(index * scales_.size(), scales_.size());
  }
  std::size_t size() const { return answers_.size(); }
  std::int32_t answer(std::size_t index) const { return answers_[index]; }
  bool is_whole(std::size_t feature) const { return whole_[feature]; }

  /// sum_i |a_i - b_i| / scale_i.
  double Distance(std::span<const float> a, std::span<const float> b) const;

 private:
  std::vector<float> rows_;
  std::vector<std::int32_t> answers_;
  std::vector<double> scales_;
  std::vector<bool> whole_;
};

struct Counterfactual {
  std::vector<float> x;     ///< [d]
  std::int32_t answer = 0;  ///< Not the original's.
  double distance = 0;      ///< In the pool's units.
  std::int64_t changed = 0;
};

struct CounterfactualOptions {
  std::vector<bool> fixed;  ///< [d]: features that must not change; empty: none.
  std::int64_t starts = 5;  ///< Rows tried at most.
  std::int64_t bisections = 12;
};

/// The nearest of those found, or nothing when no start led to another answer. `answer`: the model's to x.
/// Errors: those of the model.
Result<std::optional<Counterfactual>> FindCounterfactual(const ExplainedModel& model,
                                                         const CounterfactualPool& pool,
                                                         std::span<const float> x, std::int32_t answer,
                                                         const CounterfactualOptions& options);

/// The class with the largest logit, the first among equals, [n].
Result<std::vector<std::int32_t>> AnswersTo(const ExplainedModel& model, std::span<const float> rows,
                                            std::int64_t n);

}  // namespace cupel::algorithm::explain
