// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/predictions_input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace cupel::algorithm::evaluate {
namespace {

Status CheckSample(const data::dataset::Predictions& predictions, std::int64_t i) {
  const std::int32_t label = predictions.labels[static_cast<std::size_t>(i)];
  if (label < 0 || label >= predictions.c) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("label must be in [0, {}), got {}", predictions.c, label),
                fmt::format("sample {}", i), "the data set and the model must have the same classes");
  }
  // Minus infinity is the logarithm of a probability of 0; a row of nothing else is no answer.
  const std::span<const float> row = predictions.Row(i);
  const auto is_nan = [](float score) { return std::isnan(score); };
  if (std::ranges::any_of(row, is_nan) || !std::isfinite(*std::ranges::max_element(row))) {
    return Fail(ErrorCode::kInvalidArgument, "scores must not be NaN or infinite",
                fmt::format("sample {}", i));
  }
  return {};
}

}  // namespace

Result<const data::dataset::Predictions*> UsablePredictions(const check::Context& context) {
  CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
  const auto n = static_cast<std::size_t>(predictions->n);
  const auto c = static_cast<std::size_t>(predictions->c);
  if (n == 0) return Fail(ErrorCode::kInvalidArgument, "there is no sample to evaluate");
  if (predictions->labels.size() != n || predictions->scores.size() != n * c ||
      predictions->class_names.size() != c) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format(
            "predictions disagree in size: {} samples of {} classes, {} labels, {} scores, {} class names", n,
            c, predictions->labels.size(), predictions->scores.size(), predictions->class_names.size()));
  }
  for (std::int64_t i = 0; i < predictions->n; ++i) CUPEL_TRY_STATUS(CheckSample(*predictions, i));
  return predictions;
}

std::string Few(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  const std::span<const std::string> shown = std::span(names).first(std::min(kShown, names.size()));
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
  return text;
}

}  // namespace cupel::algorithm::evaluate
