// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/class_mean.h"

#include <cmath>
#include <limits>

#include "cupel/algorithm/detection/figures.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::detection {
namespace {

constexpr std::size_t kMaxClassFigures = 100;

void AddClasses(const ClassMean& mean, const scheme::Options& options, scheme::Evaluation& evaluation) {
  const auto units = static_cast<std::int64_t>(mean.images);
  const std::vector<double> once = OnePerImage(mean.images);
  for (std::size_t k = 0; k < mean.rankings.size(); ++k) {
    const Ranking& ranking = mean.rankings[k];
    if (!std::isfinite(mean.figure(ranking, once))) continue;
    const std::string name = "class." + mean.names[k];
    evaluation.metrics.push_back(scheme::Bootstrapped(
        name, units, [&](std::span<const double> w) { return mean.figure(ranking, w); },
        mean.stream + "." + name, options, static_cast<std::int64_t>(ranking.object_image.size())));
  }
  evaluation.figures.push_back(BarsFigure({"By class", "各类别"}, evaluation.metrics, "class."));
}

}  // namespace

double MeanOverClasses(std::span<const Ranking> rankings, const ClassFigure& figure,
                       std::span<const double> weights) {
  double sum = 0;
  double classes = 0;
  for (const Ranking& ranking : rankings) {
    const double value = figure(ranking, weights);
    if (!std::isfinite(value)) continue;
    sum += value;
    classes += 1;
  }
  return classes > 0 ? sum / classes : std::numeric_limits<double>::quiet_NaN();
}

void AddClassMean(const ClassMean& mean, const scheme::Options& options, scheme::Evaluation& evaluation) {
  if (!std::isfinite(MeanOverClasses(mean.rankings, mean.figure, OnePerImage(mean.images)))) {
    evaluation.notes.push_back(
        {"there is no object that counts, so the figure does not exist", "没有参与计数的目标，该指标不存在"});
    return;
  }
  const auto statistic = [&](std::span<const double> w) {
    return MeanOverClasses(mean.rankings, mean.figure, w);
  };
  evaluation.metrics.push_back(scheme::Bootstrapped(std::string(scheme::kValue),
                                                    static_cast<std::int64_t>(mean.images), statistic,
                                                    mean.stream + ".value", options));
  if (mean.rankings.size() > 1 && mean.rankings.size() <= kMaxClassFigures) {
    AddClasses(mean, options, evaluation);
  }
}

}  // namespace cupel::algorithm::detection
