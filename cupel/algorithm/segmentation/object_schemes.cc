// SPDX-License-Identifier: Apache-2.0

/// Schemes of label maps whose labels are objects, or categories with numbers of objects.

#include <fmt/format.h>

#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/segmentation/class_values.h"
#include "cupel/algorithm/segmentation/instances.h"
#include "cupel/algorithm/segmentation/object_hausdorff.h"
#include "cupel/algorithm/segmentation/panoptic.h"
#include "cupel/algorithm/segmentation/schemes.h"

namespace cupel::algorithm::segmentation {
namespace {

using check::Parameters;

constexpr std::size_t kMaxCategoryMetrics = 256;

/// A figure of whole pictures.
template <typename Figure>
Result<Evaluation> EvaluatePictures(std::string_view scheme, const LabelsInput& input, const Options& options,
                                    Figure figure) {
  ClassValues values;
  values.classes = {0};
  for (const LabelPair& pair : input.pairs()) values.values.push_back({figure(pair)});
  return AverageOverImages(scheme, values, options);
}

void AddCounts(const PanopticByCategory& picture, double weight, PanopticByCategory& sums) {
  for (const auto& [category, counts] : picture) {
    PanopticCounts& sum = sums[category];
    sum.iou += weight * counts.iou;
    sum.tp += weight * counts.tp;
    sum.fp += weight * counts.fp;
    sum.fn += weight * counts.fn;
  }
}

PanopticByCategory SumPictures(const std::vector<PanopticByCategory>& pictures,
                               std::span<const double> weights) {
  PanopticByCategory sums;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (weights[i] != 0) AddCounts(pictures[i], weights[i], sums);
  }
  return sums;
}

}  // namespace

Result<Evaluation> EvaluatePanoptic(const LabelsInput& input, const Parameters& parameters,
                                    const Options& options) {
  const auto divisor = static_cast<std::int32_t>(parameters.Integer("divisor"));
  const auto void_label = static_cast<std::int32_t>(parameters.Integer("void"));
  std::vector<PanopticByCategory> pictures;
  for (const LabelPair& pair : input.pairs()) {
    Result<PanopticByCategory> counts = CountPanoptic(CountShared(pair), divisor, void_label);
    if (!counts) return FailAt(pair.name, std::move(counts).error());
    pictures.push_back(*std::move(counts));
  }
  const PanopticByCategory all = SumPictures(pictures, std::vector<double>(pictures.size(), 1.0));
  if (all.empty()) return Fail(ErrorCode::kInvalidArgument, "no picture has a segment");
  const auto metric = [&](std::string name, const auto& read) {
    const std::string stream = "panoptic_quality." + name;
    return scheme::Bootstrapped(
        std::move(name), static_cast<std::int64_t>(pictures.size()),
        [&](std::span<const double> weights) { return read(SumPictures(pictures, weights)); }, stream,
        options);
  };
  Evaluation evaluation;
  struct Named {
    std::string_view name;
    double PanopticFigures::* figure;
  };
  for (const auto& [name, figure] : {Named{scheme::kValue, &PanopticFigures::pq},
                                     Named{"sq", &PanopticFigures::sq}, Named{"rq", &PanopticFigures::rq}}) {
    evaluation.metrics.push_back(metric(std::string(name), [member = figure](const PanopticByCategory& sums) {
      return MeanPanoptic(sums).*member;
    }));
  }
  for (const auto& [category, counts] : all) {
    if (evaluation.metrics.size() > kMaxCategoryMetrics) break;
    evaluation.metrics.push_back(
        metric(fmt::format("pq.{}", category), [wanted = category](const PanopticByCategory& sums) {
          const auto found = sums.find(wanted);
          return MeanPanoptic(found == sums.end() ? PanopticByCategory{} : PanopticByCategory{*found}).pq;
        }));
  }
  evaluation.notes = SingleUnitNote(pictures.size());
  return evaluation;
}

Result<Evaluation> EvaluateAji(const LabelsInput& input, const Parameters& parameters,
                               const Options& options) {
  const auto background = static_cast<std::int32_t>(parameters.Integer("background"));
  const AjiPairing pairing =
      parameters.Text("pairing") == "one-to-one" ? AjiPairing::kOneToOne : AjiPairing::kLargest;
  return EvaluatePictures("aji", input, options, [&](const LabelPair& pair) -> std::optional<double> {
    const AjiSums sums = SumAji(CountShared(pair), background, pairing);
    if (sums.together == 0) return std::nullopt;
    return sums.intersection / sums.together;
  });
}

Result<Evaluation> EvaluateObjectDice(const LabelsInput& input, const Parameters& parameters,
                                      const Options& options) {
  const auto background = static_cast<std::int32_t>(parameters.Integer("background"));
  return EvaluatePictures("object_dice", input, options, [background](const LabelPair& pair) {
    return ObjectDice(CountShared(pair), background);
  });
}

Result<Evaluation> EvaluateObjectHausdorff(const LabelsInput& input, const Parameters& parameters,
                                           const Options& options) {
  CUPEL_TRY_STATUS(input.PlaneOnly("object_hausdorff"));
  const auto background = static_cast<std::int32_t>(parameters.Integer("background"));
  return EvaluatePictures("object_hausdorff", input, options,
                          [background](const LabelPair& pair) { return ObjectHausdorff(pair, background); });
}

}  // namespace cupel::algorithm::segmentation
