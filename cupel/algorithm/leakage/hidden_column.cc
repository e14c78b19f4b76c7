// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/hidden_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/leakage/signals.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::leakage {
namespace {

using data::dataset::Dataset;

Result<std::vector<float>> RecordAt(const Dataset& data, std::int64_t index) {
  std::vector<float> record(static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read({&index, 1}, record));
  return record;
}

std::vector<float> Picked(std::span<const float> record, const std::vector<std::size_t>& columns) {
  std::vector<float> values;
  for (const std::size_t column : columns) values.push_back(record[column]);
  return values;
}

// What the attacker asks about a record: every value put in and, if he saw that answer, the record itself.
void AskAbout(const std::vector<float>& record, const HiddenColumn& hidden, bool record_answer,
              std::vector<float>& asked) {
  for (std::size_t value = 0; value < hidden.value_count(); ++value) {
    const std::vector<float> candidate = hidden.With(record, value);
    asked.insert(asked.end(), candidate.begin(), candidate.end());
  }
  if (record_answer) asked.insert(asked.end(), record.begin(), record.end());
}

// Fills records first .. first + count - 1 of `known`.
Status KnowPiece(const executor::Classifier& model, const Dataset& data, const HiddenColumn& hidden,
                 bool record_answer, std::int64_t first, std::int64_t count, KnownRecords& known) {
  const auto classes = static_cast<std::size_t>(model.class_count());
  const std::size_t queries = hidden.value_count() + (record_answer ? 1 : 0);
  std::vector<float> asked;
  for (std::int64_t index = first; index < first + count; ++index) {
    CUPEL_TRY(const std::vector<float> record, RecordAt(data, index));
    const auto i = static_cast<std::size_t>(index);
    known.value[i] = hidden.ValueOf(record);
    known.background[i] = hidden.Without(record);
    for (std::size_t c = 0; c < classes; ++c)
      known.background[i].push_back(static_cast<std::size_t>(data.labels()[i]) == c ? 1.0F : 0.0F);
    AskAbout(record, hidden, record_answer, asked);
  }
  CUPEL_TRY(const std::vector<float> logits,
            evaluate::LogitsInTiles(model, asked, count * static_cast<std::int64_t>(queries)));
  for (std::int64_t index = first; index < first + count; ++index) {
    const auto i = static_cast<std::size_t>(index);
    const auto answers = std::span(logits).subspan(
        static_cast<std::size_t>(index - first) * queries * classes, queries * classes);
    for (std::size_t value = 0; value < hidden.value_count(); ++value) {
      const auto row = answers.subspan(value * classes, classes);
      known.answers[i].push_back(static_cast<float>(SignalsOf(row, data.labels()[i]).log_odds));
    }
    const auto rest = answers.subspan(hidden.value_count() * classes);
    known.answers[i].insert(known.answers[i].end(), rest.begin(), rest.end());
  }
  return {};
}

}  // namespace

Result<HiddenColumn> HiddenColumn::Create(const Dataset& data, const std::vector<std::int64_t>& columns) {
  HiddenColumn hidden;
  for (const std::int64_t column : columns) {
    if (column < 0 || column >= data.info().SampleSize()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("column must be in [0, {}), got {}", data.info().SampleSize(), column));
    }
    hidden.columns_.push_back(static_cast<std::size_t>(column));
  }
  std::set<std::vector<float>> values;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    CUPEL_TRY(const std::vector<float> record, RecordAt(data, i));
    values.insert(Picked(record, hidden.columns_));
    if (values.size() > kMostHiddenValues) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the hidden column has more than {} values", kMostHiddenValues), "",
                  "choose a column with few values, such as a sex or a yes and no");
    }
  }
  if (values.size() < 2)
    return Fail(ErrorCode::kInvalidArgument, "the hidden column has the same value in every record");
  hidden.values_.assign(values.begin(), values.end());
  return hidden;
}

std::int32_t HiddenColumn::ValueOf(std::span<const float> record) const {
  const auto found = std::ranges::find(values_, Picked(record, columns_));
  return found == values_.end() ? -1 : static_cast<std::int32_t>(found - values_.begin());
}

std::vector<float> HiddenColumn::With(std::span<const float> record, std::size_t value) const {
  std::vector<float> changed(record.begin(), record.end());
  for (std::size_t i = 0; i < columns_.size(); ++i) changed[columns_[i]] = values_[value][i];
  return changed;
}

std::vector<float> HiddenColumn::Without(std::span<const float> record) const {
  std::vector<float> rest;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (std::ranges::find(columns_, i) == columns_.end()) rest.push_back(record[i]);
  }
  return rest;
}

Result<KnownRecords> Know(const executor::Classifier& model, const Dataset& data, const HiddenColumn& hidden,
                          bool record_answer, int workers) {
  KnownRecords known;
  known.n = static_cast<std::size_t>(data.size());
  known.value.resize(known.n);
  known.background.resize(known.n);
  known.answers.resize(known.n);
  const std::int64_t pieces = (data.size() + evaluate::kPiece - 1) / evaluate::kPiece;
  CUPEL_TRY_STATUS(ForEachPiece(pieces, workers, [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::int64_t first = piece * evaluate::kPiece;
    return KnowPiece(model, data, hidden, record_answer, first,
                     std::min(evaluate::kPiece, data.size() - first), known);
  }));
  return known;
}

}  // namespace cupel::algorithm::leakage
