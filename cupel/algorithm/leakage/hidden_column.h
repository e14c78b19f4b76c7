// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A column of a table that an attacker does not know: its possible values, and what he can compute of a
/// record without it, with and without the model.

#include <cstdint>
#include <memory>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::algorithm::leakage {

/// The most values a hidden column may have.
inline constexpr std::size_t kMostHiddenValues = 32;

class HiddenColumn {
 public:
  /// columns: one coded column, or the columns of a one-hot code together. The values are the distinct rows
  /// of those columns in `data`, sorted. Errors: kInvalidArgument for a column outside, fewer than two values
  /// or more than kMostHiddenValues.
  static Result<HiddenColumn> Create(const data::dataset::Dataset& data,
                                     const std::vector<std::int64_t>& columns);

  std::size_t value_count() const { return values_.size(); }
  /// Index of a record's value; -1 when no record of the data had it.
  std::int32_t ValueOf(std::span<const float> record) const;
  /// The record with another value put in.
  std::vector<float> With(std::span<const float> record, std::size_t value) const;
  /// The record without the hidden columns.
  std::vector<float> Without(std::span<const float> record) const;

 private:
  std::vector<std::size_t> columns_;
  std::vector<std::vector<float>> values_;
};

/// What is known of n records.
struct KnownRecords {
  std::size_t n = 0;
  std::vector<std::int32_t> value;             ///< [n] the hidden truth; -1: none of the values.
  std::vector<std::vector<float>> background;  ///< [n] other columns, and the label as one-hot.
  /// [n] log-odds of the true label for each hidden value put in; then, if asked for, the logits of the
  /// answer to the record itself.
  std::vector<std::vector<float>> answers;
};

/// record_answer: whether the attacker saw the model's answer to the record itself.
Result<KnownRecords> Know(const executor::Classifier& model, const data::dataset::Dataset& data,
                          const HiddenColumn& hidden, bool record_answer, int workers);

}  // namespace cupel::algorithm::leakage
