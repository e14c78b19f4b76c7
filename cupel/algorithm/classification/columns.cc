// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <map>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::classification {
namespace {

constexpr std::string_view kScore = "score_", kGroup = "group_", kTrue = "true_", kPredicted = "predicted_";

bool HasName(const std::string& column, std::string_view prefix) {
  return column.starts_with(prefix) && column.size() > prefix.size();
}

struct Builder {
  Columns columns;
  std::map<std::string, std::size_t> predicted;

  Status Take(const std::string& name, std::size_t at) {
    if (name == "label") {
      columns.label = at;
    } else if (name == "prediction") {
      columns.prediction = at;
    } else if (name == "score") {
      columns.score = at;
    } else if (name == "weight") {
      columns.weight = at;
    } else if (HasName(name, kScore)) {
      columns.scores.push_back(at);
      columns.class_names.push_back(name.substr(kScore.size()));
    } else if (HasName(name, kTrue)) {
      columns.truths.push_back(at);
      columns.class_names.push_back(name.substr(kTrue.size()));
    } else if (HasName(name, kPredicted)) {
      predicted[name.substr(kPredicted.size())] = at;
    } else if (name != "index" && !HasName(name, kGroup)) {
      static const std::vector<std::string> kKnown = {"label",         "prediction",   "score",
                                                      "score_<class>", "true_<label>", "predicted_<label>",
                                                      "index",         "weight",       "group_<attribute>"};
      return Fail(ErrorCode::kCorrupt, fmt::format("unknown column \"{}\"", name), "",
                  NearestRemedy(name, kKnown));
    }
    return {};
  }

  Status TakePredicted() {
    for (const std::string& label : columns.class_names) {
      const auto found = predicted.find(label);
      if (found == predicted.end()) {
        return Fail(ErrorCode::kCorrupt, fmt::format("there is no column predicted_{}", label));
      }
      columns.predicted.push_back(found->second);
    }
    if (predicted.size() == columns.truths.size()) return {};
    return Fail(ErrorCode::kCorrupt, "every predicted_<label> needs its true_<label>");
  }
};

Status CheckColumns(const Columns& columns, bool has_predicted, const data::dataset::CsvFields& header) {
  const bool one_label = columns.label != kNoColumn;
  const bool answers =
      columns.prediction != kNoColumn || columns.score != kNoColumn || !columns.scores.empty();
  if (columns.IsMultilabel() || has_predicted) {
    if (!one_label && !answers && columns.IsMultilabel()) return {};
    return Fail(ErrorCode::kCorrupt,
                "true_<label> and predicted_<label> go together, without label, prediction or scores");
  }
  if (!one_label || !answers) {
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("there is no column {}", one_label ? "score_<class>, score or prediction" : "label"), "",
        fmt::format("found: {}", fmt::join(header, ", ")));
  }
  if (columns.score != kNoColumn && !columns.scores.empty()) {
    return Fail(ErrorCode::kCorrupt, "only one of score and score_<class> may be there");
  }
  if (columns.scores.size() == 1) {
    return Fail(ErrorCode::kCorrupt,
                "there is one score_<class> column; a classifier has two classes or more");
  }
  return {};
}

}  // namespace

Result<Columns> ReadColumns(const data::dataset::CsvFields& header) {
  Builder builder;
  for (std::size_t at = 0; at < header.size(); ++at) CUPEL_TRY_STATUS(builder.Take(header[at], at));
  Columns& columns = builder.columns;
  CUPEL_TRY_STATUS(CheckColumns(columns, !builder.predicted.empty(), header));
  if (columns.IsMultilabel()) CUPEL_TRY_STATUS(builder.TakePredicted());
  if (columns.score != kNoColumn) columns.class_names = {"0", "1"};
  if (columns.class_names.size() > kMaxClasses) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("there are {} classes, at most {} are read",
                                                       columns.class_names.size(), kMaxClasses));
  }
  return std::move(columns);
}

Result<double> ParseReal(const std::string& text, std::string_view column, const std::string& place) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (!text.empty() && end == last && error == std::errc() && std::isfinite(number)) return number;
  return Fail(ErrorCode::kCorrupt,
              fmt::format("column \"{}\" must hold a finite number, got \"{}\"", column, text), place);
}

Result<double> ParseWeight(const std::string& text, const std::string& place) {
  CUPEL_TRY(const double weight, ParseReal(text, "weight", place));
  if (weight >= 0) return weight;
  return Fail(ErrorCode::kCorrupt, fmt::format("weight must be >= 0, got {}", text), place);
}

}  // namespace cupel::algorithm::classification
