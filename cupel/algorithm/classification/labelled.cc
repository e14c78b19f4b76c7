// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/labelled.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/classification/class_index.h"
#include "cupel/algorithm/classification/columns.h"

namespace cupel::algorithm::classification {
namespace {

using data::dataset::CsvFields;
using data::dataset::ParseLabel;

class LabelledReader {
 public:
  Status TakeHeader(const CsvFields& header) {
    CUPEL_TRY(columns_, ReadColumns(header));
    out_.class_names = columns_.class_names;
    out_.is_single_score = columns_.score != kNoColumn;
    out_.is_multilabel = columns_.IsMultilabel();
    for (const std::size_t column : columns_.scores) score_names_.push_back(header[column]);
    return {};
  }

  Status TakeRow(const CsvFields& fields, const std::string& place) {
    ++out_.n;
    if (columns_.weight != kNoColumn) {
      CUPEL_TRY(const double weight, ParseWeight(fields[columns_.weight], place));
      out_.weights.push_back(weight);
    }
    if (out_.is_multilabel) return TakeLabels(fields, place);
    CUPEL_TRY_STATUS(TakeClass(fields[columns_.label], place, out_.labels));
    if (columns_.prediction != kNoColumn) {
      CUPEL_TRY_STATUS(TakeClass(fields[columns_.prediction], place, out_.answers));
    }
    if (out_.is_single_score) CUPEL_TRY_STATUS(TakeScore(fields[columns_.score], "score", place));
    for (std::size_t i = 0; i < columns_.scores.size(); ++i) {
      CUPEL_TRY_STATUS(TakeScore(fields[columns_.scores[i]], score_names_[i], place));
    }
    return {};
  }

  Result<Labelled> Finish(const std::string& file_name) {
    if (out_.n == 0) return Fail(ErrorCode::kInvalidArgument, "there is no row", file_name);
    if (!(out_.TotalWeight() > 0)) return Fail(ErrorCode::kInvalidArgument, "every weight is 0", file_name);
    if (columns_.class_names.empty()) {
      auto classes = index_.Finish();
      if (!classes) return FailAt(file_name, std::move(classes).error());
      out_.class_names = std::move(classes->class_names);
      for (std::int32_t& label : out_.labels) label = classes->index_of[static_cast<std::size_t>(label)];
      for (std::int32_t& answer : out_.answers) answer = classes->index_of[static_cast<std::size_t>(answer)];
    }
    out_.c = static_cast<std::int64_t>(out_.class_names.size());
    DeriveAnswers(out_);
    return std::move(out_);
  }

 private:
  Status TakeClass(const std::string& text, const std::string& place, std::vector<std::int32_t>& to) {
    CUPEL_TRY(const std::int32_t label, columns_.class_names.empty()
                                            ? index_.Add(text, place)
                                            : ParseLabel(text, columns_.class_names, place));
    to.push_back(label);
    return {};
  }

  Status TakeScore(const std::string& text, const std::string& name, const std::string& place) {
    CUPEL_TRY(const double score, ParseReal(text, name, place));
    out_.scores.push_back(score);
    return {};
  }

  Status TakeLabels(const CsvFields& fields, const std::string& place) {
    for (const bool is_truth : {true, false}) {
      for (const std::size_t column : is_truth ? columns_.truths : columns_.predicted) {
        const std::string& text = fields[column];
        if (text != "0" && text != "1") {
          return Fail(ErrorCode::kCorrupt, fmt::format("a label must be 0 or 1, got \"{}\"", text), place);
        }
        (is_truth ? out_.truths : out_.predictions).push_back(text == "1" ? 1 : 0);
      }
    }
    return {};
  }

  Columns columns_;
  std::vector<std::string> score_names_;
  ClassIndex index_;
  Labelled out_;
};

bool AreProbs(const Labelled& input) {
  const auto outside = [](double score) { return !(score >= 0 && score <= 1); };
  if (input.scores.empty() || std::ranges::any_of(input.scores, outside)) return false;
  if (input.is_single_score) return true;
  const auto c = static_cast<std::size_t>(input.c);
  for (auto row = input.scores.begin(); row != input.scores.end(); row += static_cast<std::ptrdiff_t>(c)) {
    if (std::abs(std::accumulate(row, row + static_cast<std::ptrdiff_t>(c), 0.0) - 1) > 0.01) return false;
  }
  return true;
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Labelled input, ReadLabelledFile(sources.predictions));
  return std::make_unique<Labelled>(std::move(input));
}

}  // namespace

double Labelled::TotalWeight() const {
  return weights.empty() ? static_cast<double>(n) : std::accumulate(weights.begin(), weights.end(), 0.0);
}

void DeriveAnswers(Labelled& input) {
  input.are_probs = AreProbs(input);
  if (!input.answers.empty() || input.scores.empty()) return;
  if (input.is_single_score) {
    if (!input.are_probs) return;
    for (const double score : input.scores) input.answers.push_back(score > 0.5 ? 1 : 0);
    return;
  }
  const auto c = static_cast<std::size_t>(input.c);
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    const auto row = std::span(input.scores).subspan(i * c, c);
    input.answers.push_back(static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin()));
  }
}

Result<Labelled> ParseLabelled(const data::dataset::Blob& blob, const std::string& file_name) {
  LabelledReader reader;
  const data::dataset::CsvHandlers handlers = {
      [&](const CsvFields& header) { return reader.TakeHeader(header); },
      [&](const CsvFields& fields, const std::string& place) { return reader.TakeRow(fields, place); }};
  CUPEL_TRY_STATUS(data::dataset::ReadCsv(blob, file_name, handlers));
  return reader.Finish(file_name);
}

Result<Labelled> ReadLabelledFile(const std::filesystem::path& path) {
  CUPEL_TRY(const data::dataset::LoadedFile file,
            data::dataset::LoadFile(path, data::dataset::StorageLimits{}));
  return ParseLabelled(*file.blob, path.string());
}

const scheme::InputFormat& LabelledFormat() {
  static const scheme::InputFormat format = {
      .name = "labelled",
      .meaning =
          {.en = "CSV: label and prediction, score or score_<class>, optionally weight; or true_<label> "
                 "and predicted_<label>, each 0 or 1, where a sample can have several labels.",
           .zh = "CSV: label 与 prediction、score 或 score_<class>，可选 weight；一个样本可有多个标签时用 "
                 "true_<label> 与 predicted_<label>（0 或 1）。"},
      .needs_truth = false,
      .read = Read};
  return format;
}

}  // namespace cupel::algorithm::classification
