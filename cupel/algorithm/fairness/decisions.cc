// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/decisions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::fairness {
namespace {

using data::dataset::GroupAttribute;
using data::dataset::Predictions;

Result<std::int32_t> PositiveClass(const Predictions& predictions, const std::string& name) {
  if (name.empty()) {
    if (predictions.c == 2) return 1;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("positive_class must be given: there are {} classes", predictions.c), "",
                "name the class that decisions are about");
  }
  const auto it = std::ranges::find(predictions.class_names, name);
  if (it == predictions.class_names.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("positive_class: unknown class \"{}\"", name), "",
                NearestRemedy(name, predictions.class_names));
  }
  return static_cast<std::int32_t>(it - predictions.class_names.begin());
}

/// Softmax of one class.
double Probability(std::span<const float> row, std::int32_t positive) {
  double sum = 0;
  for (const float score : row) {
    sum +=
        std::exp(static_cast<double>(score) - static_cast<double>(row[static_cast<std::size_t>(positive)]));
  }
  return 1 / sum;
}

Status CheckSizes(const Predictions& predictions) {
  const auto n = static_cast<std::size_t>(predictions.n);
  if (n == 0) return Fail(ErrorCode::kInvalidArgument, "there is no sample to evaluate");
  if (predictions.labels.size() != n ||
      predictions.scores.size() != n * static_cast<std::size_t>(predictions.c) ||
      predictions.class_names.size() != static_cast<std::size_t>(predictions.c)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("predictions disagree in size: {} samples of {} classes, {} labels, {} scores", n,
                            predictions.c, predictions.labels.size(), predictions.scores.size()));
  }
  return {};
}

Status CheckAttribute(const GroupAttribute& attribute, std::int64_t n) {
  if (static_cast<std::int64_t>(attribute.group_of.size()) != n) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("attribute \"{}\" names the group of {} samples, expected {}", attribute.name,
                            attribute.group_of.size(), n));
  }
  const auto groups = static_cast<std::int32_t>(attribute.group_names.size());
  if (std::ranges::any_of(attribute.group_of, [&](std::int32_t g) { return g < -1 || g >= groups; })) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("attribute \"{}\" has a group outside its {} names", attribute.name, groups));
  }
  return {};
}

}  // namespace

Result<Decisions> Decide(const Predictions& predictions, const check::Parameters& parameters) {
  CUPEL_TRY_STATUS(CheckSizes(predictions));
  CUPEL_TRY(const std::int32_t positive, PositiveClass(predictions, parameters.Text("positive_class")));
  const double threshold = parameters.Real("threshold");
  constexpr double kSlack = 1e-6;
  Decisions decisions;
  decisions.outcomes.reserve(static_cast<std::size_t>(predictions.n));
  std::set<double> distinct;
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    const double score = Probability(predictions.Row(i), positive);
    const bool selected = threshold > 0 ? score >= threshold - kSlack : predictions.Predicted(i) == positive;
    const bool is_positive = predictions.labels[static_cast<std::size_t>(i)] == positive;
    decisions.outcomes.push_back(static_cast<Outcome>((is_positive ? 2 : 0) + (selected ? 1 : 0)));
    decisions.scores.push_back(score);
    if (distinct.size() < 3) distinct.insert(score);
  }
  if (distinct.size() < 3) decisions.scores.clear();
  return decisions;
}

Result<std::vector<GroupAttribute>> CheckedAttributes(const Predictions& predictions) {
  for (const GroupAttribute& attribute : predictions.groups) {
    CUPEL_TRY_STATUS(CheckAttribute(attribute, predictions.n));
  }
  return predictions.groups;
}

Result<std::vector<GroupAttribute>> ChosenAttributes(const Predictions& predictions,
                                                     const check::Parameters& parameters) {
  CUPEL_TRY(std::vector<GroupAttribute> all, CheckedAttributes(predictions));
  const std::vector<std::string> wanted = parameters.Texts("attributes");
  if (wanted.empty() || all.empty()) return all;
  std::vector<std::string> known;
  for (const GroupAttribute& attribute : all) known.push_back(attribute.name);
  std::vector<GroupAttribute> chosen;
  for (const std::string& name : wanted) {
    const auto it = std::ranges::find(all, name, &GroupAttribute::name);
    if (it == all.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown group attribute \"{}\"", name), "",
                  NearestRemedy(name, known));
    }
    chosen.push_back(*it);
  }
  return chosen;
}

std::vector<check::ParameterSpec> InputSpecs() {
  check::ParameterSpec attributes;
  attributes.name = "attributes";
  attributes.type = check::ParameterType::kTextList;
  attributes.fallback = Json::Array{};
  attributes.meaning = {"Group attributes; empty: all", "分组属性；为空表示全部"};
  check::ParameterSpec positive;
  positive.name = "positive_class";
  positive.type = check::ParameterType::kText;
  positive.fallback = "";
  positive.meaning = {"Class that the decisions are about; empty: the second of two classes",
                      "决策所针对的类别；为空表示两个类别中的第二个"};
  check::ParameterSpec threshold;
  threshold.name = "threshold";
  threshold.fallback = 0.0;
  threshold.low = 0;
  threshold.high = 1;
  threshold.meaning = {"Selected means a probability of at least this; 0: the class that was answered",
                       "概率不低于该值即视为被选中；0 表示以模型给出的类别为准"};
  check::ParameterSpec level;
  level.name = "level";
  level.fallback = 0.95;
  level.low = 0.6;
  level.high = 0.9999;
  level.meaning = {"Nominal coverage of the confidence intervals", "置信区间的名义覆盖率"};
  return {attributes, positive, threshold, level};
}

check::ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high,
                                 std::string unit, check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kInteger;
  spec.unit = std::move(unit);
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace cupel::algorithm::fairness
