// SPDX-License-Identifier: Apache-2.0

/// Schemes of label maps whose labels are classes.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/segmentation/boundary.h"
#include "cupel/algorithm/segmentation/class_values.h"
#include "cupel/algorithm/segmentation/region.h"
#include "cupel/algorithm/segmentation/schemes.h"
#include "cupel/algorithm/segmentation/surface.h"

namespace cupel::algorithm::segmentation {
namespace {

using check::Parameters;

constexpr std::size_t kMaxIouMetrics = 256;

/// The labels that are classes: all but those left out.
std::vector<std::int32_t> ClassesOf(const LabelsInput& input, std::initializer_list<std::int64_t> without) {
  std::vector<std::int32_t> classes = LabelsOf(input.pairs());
  for (const std::int64_t label : without) std::erase(classes, label);
  return classes;
}

Status NeedClasses(const std::vector<std::int32_t>& classes) {
  if (!classes.empty()) return {};
  return Fail(ErrorCode::kInvalidArgument, "the pictures show no class", "",
              "labels that are ignored or background are no classes");
}

std::optional<std::int32_t> IgnoredLabel(const Parameters& parameters) {
  return static_cast<std::int32_t>(parameters.Integer("ignore"));
}

/// Areas of all pictures, [n][c].
using Areas = std::vector<std::vector<ClassArea>>;

Areas AreasOf(const LabelsInput& input, std::span<const std::int32_t> classes,
              std::optional<std::int32_t> ignore) {
  Areas areas;
  for (const LabelPair& pair : input.pairs()) areas.push_back(CountAreas(pair, classes, ignore));
  return areas;
}

ClassArea SumOfClass(const Areas& areas, std::size_t k, std::span<const double> weights) {
  ClassArea sum;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    sum.both += weights[i] * areas[i][k].both;
    sum.truth += weights[i] * areas[i][k].truth;
    sum.answer += weights[i] * areas[i][k].answer;
  }
  return sum;
}

check::Metric PooledMetric(std::string name, const Areas& areas, std::size_t classes,
                           double RegionFigures::* figure, const Options& options) {
  const std::string stream = "mean_iou." + name;
  return scheme::Bootstrapped(
      std::move(name), static_cast<std::int64_t>(areas.size()),
      [&](std::span<const double> weights) {
        std::vector<ClassArea> sums;
        for (std::size_t k = 0; k < classes; ++k) sums.push_back(SumOfClass(areas, k, weights));
        return ComputeRegion(sums).*figure;
      },
      stream, options);
}

/// A figure of every class in every picture. value_of: of (picture, class's label).
using ClassFigure = std::function<std::optional<double>(const LabelPair&, std::int32_t)>;

ClassValues ValuesOf(const LabelsInput& input, std::vector<std::int32_t> classes,
                     const ClassFigure& value_of) {
  ClassValues values;
  values.classes = std::move(classes);
  for (const LabelPair& pair : input.pairs()) {
    std::vector<std::optional<double>> row;
    for (const std::int32_t label : values.classes) row.push_back(value_of(pair, label));
    values.values.push_back(std::move(row));
  }
  return values;
}

struct BorderRules {
  BorderMode mode = BorderMode::kPixels;
  Spacing spacing;
  bool diagonal_when_one_is_empty = false;
};

/// spacing: one number for all directions, or one a dimension in the order of the array.
Result<Spacing> ReadSpacing(const LabelsInput& input, const Parameters& parameters) {
  const std::vector<double> steps = parameters.Reals("spacing");
  const bool volume =
      std::ranges::any_of(input.pairs(), [](const LabelPair& p) { return p.truth.depth > 1; });
  const std::size_t dimensions = volume ? 3 : 2;
  if (steps.size() == 1) return Spacing{steps[0], steps[0], steps[0]};
  if (steps.size() != dimensions) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("spacing must be 1 or {} numbers, got {}", dimensions, steps.size()));
  }
  return Spacing{volume ? steps[0] : 1, steps[dimensions - 2], steps[dimensions - 1]};
}

Result<BorderRules> ReadBorderRules(const LabelsInput& input, const Parameters& parameters) {
  BorderRules rules;
  if (parameters.Text("mode") == "contour") rules.mode = BorderMode::kContour;
  if (rules.mode == BorderMode::kContour) CUPEL_TRY_STATUS(input.PlaneOnly("mode=contour"));
  CUPEL_TRY(rules.spacing, ReadSpacing(input, parameters));
  return rules;
}

double Diagonal(const LabelMap& map, const Spacing& spacing) {
  const double d = map.depth > 1 ? static_cast<double>(map.depth) * spacing.depth : 0;
  const double h = static_cast<double>(map.height) * spacing.height;
  const double w = static_cast<double>(map.width) * spacing.width;
  return std::sqrt(d * d + h * h + w * w);
}

/// A distance between borders; the rule for classes that one side lacks is that of `rules`.
Result<Evaluation> EvaluateDistance(std::string_view scheme, const LabelsInput& input,
                                    const Parameters& parameters, const Options& options,
                                    const std::function<double(const BorderDistances&, BorderMode)>& figure) {
  CUPEL_TRY(BorderRules rules, ReadBorderRules(input, parameters));
  rules.diagonal_when_one_is_empty = parameters.Text("empty") == "diagonal";
  const std::vector<std::int32_t> classes = ClassesOf(input, {parameters.Integer("background")});
  CUPEL_TRY_STATUS(NeedClasses(classes));
  return AverageOverImages(scheme,
                           ValuesOf(input, classes,
                                    [&](const LabelPair& pair, std::int32_t label) -> std::optional<double> {
                                      const BorderDistances distances = MeasureBorders(
                                          PixelsOf(pair.truth, label), PixelsOf(pair.answer, label),
                                          rules.spacing, rules.mode);
                                      const bool no_truth = distances.from_truth.empty();
                                      const bool no_answer = distances.from_answer.empty();
                                      if (no_truth && no_answer) return std::nullopt;
                                      if (!no_truth && !no_answer) return figure(distances, rules.mode);
                                      if (!rules.diagonal_when_one_is_empty) return std::nullopt;
                                      return Diagonal(pair.truth, rules.spacing);
                                    }),
                           options);
}

}  // namespace

Result<Evaluation> EvaluateMeanIou(const LabelsInput& input, const Parameters& parameters,
                                   const Options& options) {
  const std::vector<std::int32_t> classes = ClassesOf(input, {parameters.Integer("ignore")});
  const Areas areas = AreasOf(input, classes, IgnoredLabel(parameters));
  const std::vector<double> ones(areas.size(), 1.0);
  double pixels = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) pixels += SumOfClass(areas, k, ones).truth;
  if (pixels == 0) return Fail(ErrorCode::kInvalidArgument, "every pixel of the truth is ignored");
  Evaluation evaluation;
  struct Named {
    std::string_view name;
    double RegionFigures::* figure;
  };
  for (const auto& [name, figure] :
       {Named{scheme::kValue, &RegionFigures::mean_iou},
        Named{"pixel_accuracy", &RegionFigures::pixel_accuracy},
        Named{"mean_class_accuracy", &RegionFigures::mean_class_accuracy},
        Named{"frequency_weighted_iou", &RegionFigures::frequency_weighted_iou}}) {
    evaluation.metrics.push_back(PooledMetric(std::string(name), areas, classes.size(), figure, options));
  }
  for (std::size_t k = 0; k < std::min(classes.size(), kMaxIouMetrics); ++k) {
    const ClassArea all = SumOfClass(areas, k, ones);
    if (all.truth + all.answer == 0) continue;
    const std::string name = fmt::format("iou.{}", classes[k]);
    evaluation.metrics.push_back(scheme::Bootstrapped(
        name, static_cast<std::int64_t>(areas.size()),
        [&, k](std::span<const double> weights) { return ClassIou(SumOfClass(areas, k, weights)); },
        "mean_iou." + name, options));
  }
  evaluation.notes = SingleUnitNote(areas.size());
  return evaluation;
}

Result<Evaluation> EvaluateDice(const LabelsInput& input, const Parameters& parameters,
                                const Options& options) {
  const std::vector<std::int32_t> classes =
      ClassesOf(input, {parameters.Integer("background"), parameters.Integer("ignore")});
  CUPEL_TRY_STATUS(NeedClasses(classes));
  const EmptyRule rule = parameters.Text("empty") == "one" ? EmptyRule::kOne : EmptyRule::kSkip;
  ClassValues values;
  values.classes = classes;
  for (const auto& areas : AreasOf(input, classes, IgnoredLabel(parameters))) {
    std::vector<std::optional<double>> row;
    for (const ClassArea& area : areas) row.push_back(ClassDice(area, rule));
    values.values.push_back(std::move(row));
  }
  return AverageOverImages("dice", values, options);
}

Result<Evaluation> EvaluateGeneralisedDice(const LabelsInput& input, const Parameters& parameters,
                                           const Options& options) {
  const std::vector<std::int32_t> classes =
      ClassesOf(input, {parameters.Integer("background"), parameters.Integer("ignore")});
  CUPEL_TRY_STATUS(NeedClasses(classes));
  ClassValues values;
  values.classes = {0};
  for (const auto& areas : AreasOf(input, classes, IgnoredLabel(parameters))) {
    values.values.push_back({GeneralisedDice(areas)});
  }
  return AverageOverImages("generalised_dice", values, options);
}

Result<Evaluation> EvaluateHausdorff(const LabelsInput& input, const Parameters& parameters,
                                     const Options& options) {
  const double percentile = parameters.Real("percentile");
  return EvaluateDistance("hausdorff", input, parameters, options,
                          [percentile](const BorderDistances& distances, BorderMode mode) {
                            return Hausdorff(distances, percentile, mode);
                          });
}

Result<Evaluation> EvaluateSurfaceDistance(const LabelsInput& input, const Parameters& parameters,
                                           const Options& options) {
  return EvaluateDistance(
      "surface_distance", input, parameters, options,
      [](const BorderDistances& distances, BorderMode) { return AverageDistance(distances); });
}

Result<Evaluation> EvaluateSurfaceDice(const LabelsInput& input, const Parameters& parameters,
                                       const Options& options) {
  CUPEL_TRY(const BorderRules rules, ReadBorderRules(input, parameters));
  const double tolerance = parameters.Real("tolerance");
  const std::vector<std::int32_t> classes = ClassesOf(input, {parameters.Integer("background")});
  CUPEL_TRY_STATUS(NeedClasses(classes));
  return AverageOverImages("surface_dice",
                           ValuesOf(input, classes,
                                    [&](const LabelPair& pair, std::int32_t label) -> std::optional<double> {
                                      const BorderDistances distances = MeasureBorders(
                                          PixelsOf(pair.truth, label), PixelsOf(pair.answer, label),
                                          rules.spacing, rules.mode);
                                      if (distances.from_truth.empty() && distances.from_answer.empty())
                                        return std::nullopt;
                                      return SurfaceDice(distances, tolerance);
                                    }),
                           options);
}

Result<Evaluation> EvaluateBoundaryIou(const LabelsInput& input, const Parameters& parameters,
                                       const Options& options) {
  CUPEL_TRY_STATUS(input.PlaneOnly("boundary_iou"));
  const double ratio = parameters.Real("ratio");
  const std::vector<std::int32_t> classes = ClassesOf(input, {parameters.Integer("background")});
  CUPEL_TRY_STATUS(NeedClasses(classes));
  return AverageOverImages("boundary_iou",
                           ValuesOf(input, classes,
                                    [ratio](const LabelPair& pair, std::int32_t label) {
                                      return BoundaryIou(PixelsOf(pair.truth, label),
                                                         PixelsOf(pair.answer, label), ratio);
                                    }),
                           options);
}

}  // namespace cupel::algorithm::segmentation
