// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/predictions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "cupel/base/file.h"
#include "cupel/base/nearest.h"
#include "cupel/data/dataset/csv.h"
#include "cupel/data/dataset/groups.h"

namespace cupel::data::dataset {
namespace {

constexpr float kSmallestProb = 1e-38f;
constexpr std::string_view kScorePrefix = "score_", kGroupPrefix = "group_";
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

enum class Form { kScores, kScore, kPrediction };

bool IsIndex(const std::string& text) {
  return !text.empty() && text.size() <= 6 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class PredictionsReader {
 public:
  Status TakeHeader(const CsvFields& header) {
    for (std::size_t column = 0; column < header.size(); ++column)
      CUPEL_TRY_STATUS(TakeColumn(header, column));
    if (label_ == kNone) return Missing("label", header);
    const int forms = (scores_.empty() ? 0 : 1) + (score_ == kNone ? 0 : 1) + (prediction_ == kNone ? 0 : 1);
    if (forms == 0) return Missing("score_<class>, score or prediction", header);
    if (forms > 1) {
      return Fail(ErrorCode::kCorrupt, "only one of score_<class>, score and prediction may be there", "",
                  "remove the others");
    }
    form_ = !scores_.empty() ? Form::kScores : score_ != kNone ? Form::kScore : Form::kPrediction;
    if (form_ == Form::kScore) out_.class_names = {"0", "1"};
    if (form_ == Form::kScores && scores_.size() < 2) {
      return Fail(ErrorCode::kCorrupt,
                  "there is one score_<class> column; a classifier has two classes or more");
    }
    out_.c = static_cast<std::int64_t>(out_.class_names.size());
    return {};
  }

  Status TakeRow(const CsvFields& fields, const std::string& place) {
    CUPEL_TRY_STATUS(TakeIndex(fields, place));
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      CUPEL_TRY_STATUS(groups_[i].Add(fields[group_columns_[i]], place));
    }
    ++out_.n;
    if (form_ == Form::kPrediction) return TakeAnswer(fields, place);
    CUPEL_TRY(const std::int32_t label, ParseLabel(fields[label_], out_.class_names, place));
    out_.labels.push_back(label);
    return form_ == Form::kScore ? TakeScore(fields, place) : TakeScores(fields, place);
  }

  Result<Predictions> Finish(const std::string& file_name) {
    if (out_.n == 0) return Fail(ErrorCode::kInvalidArgument, "there is no row", file_name);
    if (form_ == Form::kPrediction) CUPEL_TRY_STATUS(ResolveAnswers(file_name));
    for (GroupCollector& group : groups_) out_.groups.push_back(group.Finish());
    return std::move(out_);
  }

 private:
  Status TakeColumn(const CsvFields& header, std::size_t column) {
    const std::string& name = header[column];
    if (name == "label") {
      label_ = column;
    } else if (name == "score") {
      score_ = column;
    } else if (name == "prediction") {
      prediction_ = column;
    } else if (name == "index") {
      index_ = column;
    } else if (name.starts_with(kScorePrefix) && name.size() > kScorePrefix.size()) {
      scores_.push_back(column);
      score_names_.push_back(name);
      out_.class_names.push_back(name.substr(kScorePrefix.size()));
    } else if (name.starts_with(kGroupPrefix) && name.size() > kGroupPrefix.size()) {
      group_columns_.push_back(column);
      groups_.emplace_back(name.substr(kGroupPrefix.size()));
    } else {
      static const std::vector<std::string> kKnown = {"label", "score",         "prediction",
                                                      "index", "score_<class>", "group_<attribute>"};
      return Fail(ErrorCode::kCorrupt, fmt::format("unknown column \"{}\"", name), "",
                  NearestRemedy(name, kKnown));
    }
    return {};
  }

  static tl::unexpected<Error> Missing(std::string_view column, const CsvFields& header) {
    return Fail(ErrorCode::kCorrupt, fmt::format("there is no column {}", column), "",
                fmt::format("found: {}", fmt::join(header, ", ")));
  }

  Status TakeIndex(const CsvFields& fields, const std::string& place) {
    std::int64_t index = out_.n;
    if (index_ != kNone) {
      const std::string& text = fields[index_];
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
      if (text.empty() || error != std::errc() || end != text.data() + text.size() || index < 0) {
        return Fail(ErrorCode::kCorrupt, fmt::format("index must be an integer >= 0, got \"{}\"", text),
                    place);
      }
    }
    out_.sample_index.push_back(index);
    return {};
  }

  static Result<float> ParseProb(const std::string& text, const std::string& column,
                                 const std::string& place) {
    CUPEL_TRY(const float prob, ParseNumber(text, column, place));
    if (prob >= 0 && prob <= 1) return prob;
    return Fail(ErrorCode::kCorrupt,
                fmt::format("column \"{}\" must hold a probability in [0, 1], got {}", column, text), place,
                "write softmax probabilities, not logits");
  }

  void AppendProb(float prob) { out_.scores.push_back(std::log(std::max(prob, kSmallestProb))); }

  Status TakeScore(const CsvFields& fields, const std::string& place) {
    CUPEL_TRY(const float prob, ParseProb(fields[score_], "score", place));
    AppendProb(1 - prob);
    AppendProb(prob);
    return {};
  }

  Status TakeScores(const CsvFields& fields, const std::string& place) {
    double sum = 0;
    for (std::size_t i = 0; i < scores_.size(); ++i) {
      CUPEL_TRY(const float prob, ParseProb(fields[scores_[i]], score_names_[i], place));
      AppendProb(prob);
      sum += prob;
    }
    if (std::abs(sum - 1) <= 0.01) return {};
    return Fail(ErrorCode::kCorrupt, fmt::format("the scores of a row must sum to 1, got {:.6g}", sum), place,
                "write softmax probabilities");
  }

  /// Classes are only known after the last row.
  Status TakeAnswer(const CsvFields& fields, const std::string& place) {
    for (const std::size_t column : {label_, prediction_}) {
      if (fields[column].empty()) return Fail(ErrorCode::kCorrupt, "a label or prediction is empty", place);
    }
    label_texts_.push_back(fields[label_]);
    answer_texts_.push_back(fields[prediction_]);
    names_.insert({fields[label_], fields[prediction_]});
    if (names_.size() > 100000)
      return Fail(ErrorCode::kResourceLimit, "there are more than 100000 classes", place);
    return {};
  }

  Status ResolveAnswers(const std::string& file_name) {
    const bool are_indices = std::ranges::all_of(names_, IsIndex);
    if (are_indices) {
      std::int64_t largest = 0;
      for (const std::string& name : names_) largest = std::max<std::int64_t>(largest, std::stoll(name));
      out_.class_names = NumberedClasses(std::max<std::int64_t>(largest + 1, 2));
    } else {
      out_.class_names.assign(names_.begin(), names_.end());
      if (out_.class_names.size() < 2) {
        return Fail(ErrorCode::kCorrupt,
                    fmt::format("all labels and predictions are \"{}\"; a classifier has two classes or more",
                                out_.class_names.front()),
                    file_name);
      }
    }
    out_.c = static_cast<std::int64_t>(out_.class_names.size());
    constexpr std::int64_t kMaxScores = std::int64_t{1} << 30;
    if (out_.c > kMaxScores / out_.n) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("{} rows of {} classes are too many", out_.n, out_.c), file_name);
    }
    out_.scores.assign(static_cast<std::size_t>(out_.n * out_.c), std::log(kSmallestProb));
    for (std::size_t i = 0; i < label_texts_.size(); ++i) {
      CUPEL_TRY(const std::int32_t label, Resolve(label_texts_[i], are_indices));
      CUPEL_TRY(const std::int32_t answer, Resolve(answer_texts_[i], are_indices));
      out_.labels.push_back(label);
      out_.scores[i * static_cast<std::size_t>(out_.c) + static_cast<std::size_t>(answer)] = 0;
    }
    return {};
  }

  Result<std::int32_t> Resolve(const std::string& text, bool is_index) const {
    if (is_index) return static_cast<std::int32_t>(std::stol(text));  // "07" is class 7.
    return static_cast<std::int32_t>(std::ranges::lower_bound(out_.class_names, text) -
                                     out_.class_names.begin());
  }

  Predictions out_;
  Form form_ = Form::kScores;
  std::size_t label_ = kNone, score_ = kNone, prediction_ = kNone, index_ = kNone;
  std::vector<std::size_t> scores_, group_columns_;
  std::vector<std::string> score_names_;
  std::vector<GroupCollector> groups_;
  std::vector<std::string> label_texts_, answer_texts_;
  std::set<std::string> names_;
};

std::string Quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n \t") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

/// Softmax in double.
std::vector<double> Probabilities(std::span<const float> row) {
  const double largest = *std::ranges::max_element(row);
  std::vector<double> probs(row.size());
  double sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) sum += probs[i] = std::exp(row[i] - largest);
  for (double& prob : probs) prob /= sum;
  return probs;
}

/// Whether all are in least .. count - 1.
bool AllBelow(std::span<const std::int32_t> indices, std::int64_t least, std::size_t count) {
  return std::ranges::all_of(
      indices, [&](std::int64_t i) { return i >= least && i < static_cast<std::int64_t>(count); });
}

bool SizesFit(const Predictions& predictions) {
  const auto n = static_cast<std::size_t>(predictions.n), c = static_cast<std::size_t>(predictions.c);
  return c >= 2 && predictions.scores.size() == n * c && predictions.labels.size() == n &&
         predictions.sample_index.size() == n && predictions.class_names.size() == c &&
         AllBelow(predictions.labels, 0, c) &&
         std::ranges::all_of(predictions.groups, [&](const GroupAttribute& group) {
           return group.group_of.size() == n && AllBelow(group.group_of, -1, group.group_names.size());
         });
}

}  // namespace

std::int32_t Predictions::Predicted(std::int64_t i) const {
  const auto row = Row(i);
  return static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin());
}

Result<Predictions> ParsePredictions(const Blob& blob, const std::string& file_name) {
  PredictionsReader reader;
  const CsvHandlers handlers = {
      [&](const CsvFields& header) { return reader.TakeHeader(header); },
      [&](const CsvFields& fields, const std::string& place) { return reader.TakeRow(fields, place); }};
  CUPEL_TRY_STATUS(ReadCsv(blob, file_name, handlers));
  return reader.Finish(file_name);
}

Result<Predictions> ReadPredictionsFile(const std::filesystem::path& path) {
  CUPEL_TRY(const LoadedFile file, LoadFile(path, StorageLimits{}));
  return ParsePredictions(*file.blob, path.string());
}

Status WritePredictionsFile(const Predictions& predictions, const std::filesystem::path& path) {
  if (!SizesFit(predictions)) {
    return Fail(ErrorCode::kInvalidArgument, "the predictions' sizes, labels and groups do not fit together",
                path.string());
  }
  std::string text = "index,label";
  for (const std::string& name : predictions.class_names) text += "," + Quoted("score_" + name);
  for (const GroupAttribute& group : predictions.groups) text += "," + Quoted("group_" + group.name);
  text += '\n';
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::string& label = predictions.class_names[static_cast<std::size_t>(predictions.labels[at])];
    text += fmt::format("{},{}", predictions.sample_index[at], Quoted(label));
    for (const double prob : Probabilities(predictions.Row(i))) {
      if (!std::isfinite(prob)) {
        return Fail(ErrorCode::kInvalidArgument, fmt::format("the scores of row {} are no probabilities", i),
                    path.string());
      }
      text += fmt::format(",{:.9g}", prob);
    }
    for (const GroupAttribute& group : predictions.groups) {
      const std::int32_t of = group.group_of[at];
      text += "," + (of < 0 ? "" : Quoted(group.group_names[static_cast<std::size_t>(of)]));
    }
    text += '\n';
  }
  return WriteFileAtomic(path, text);
}

}  // namespace cupel::data::dataset
