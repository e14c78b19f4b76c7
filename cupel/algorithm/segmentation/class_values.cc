// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/class_values.h"

#include <fmt/format.h>

#include <limits>

#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::segmentation {
namespace {

constexpr std::size_t kMaxClassMetrics = 256;

/// The mean over units; units without a value must have been left out.
check::Metric MeanOf(std::string name, std::string_view scheme, const std::vector<double>& values,
                     const scheme::Options& options) {
  const auto mean = [&](std::span<const double> weights) {
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < values.size(); ++k) {
      sum += weights[k] * values[k];
      count += weights[k];
    }
    return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
  };
  const std::string stream = fmt::format("{}.{}", scheme, name);
  return scheme::Bootstrapped(std::move(name), static_cast<std::int64_t>(values.size()), mean, stream,
                              options);
}

}  // namespace

std::vector<check::Text> SingleUnitNote(std::size_t units) {
  if (units != 1) return {};
  return {{"one picture: there is no interval", "只有一张图像：没有区间"}};
}

Result<scheme::Evaluation> AverageOverImages(std::string_view scheme, const ClassValues& values,
                                             const scheme::Options& options) {
  std::vector<double> images;
  std::vector<std::vector<double>> classes(values.classes.size());
  for (const auto& row : values.values) {
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (!row[k]) continue;
      sum += *row[k];
      count += 1;
      classes[k].push_back(*row[k]);
    }
    if (count > 0) images.push_back(sum / count);
  }
  if (images.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no picture has a value", std::string(scheme),
                "the classes are absent everywhere, or left out by the rule for empty ones");
  }
  scheme::Evaluation evaluation;
  evaluation.metrics.push_back(MeanOf(std::string(scheme::kValue), scheme, images, options));
  if (classes.size() > 1 && classes.size() <= kMaxClassMetrics) {
    for (std::size_t k = 0; k < classes.size(); ++k) {
      if (classes[k].empty()) continue;
      evaluation.metrics.push_back(
          MeanOf(fmt::format("class.{}", values.classes[k]), scheme, classes[k], options));
    }
  }
  evaluation.notes = SingleUnitNote(images.size());
  const std::size_t without = values.values.size() - images.size();
  if (without > 0) {
    evaluation.notes.push_back(
        {fmt::format("{} of {} pictures have no value and are left out", without, values.values.size()),
         fmt::format("{} / {} 张图像没有数值，未计入", without, values.values.size())});
  }
  return evaluation;
}

}  // namespace cupel::algorithm::segmentation
