// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/panoptic.h"

#include <fmt/format.h>

#include <limits>
#include <vector>

namespace cupel::algorithm::segmentation {
namespace {

constexpr double kMatchIou = 0.5;
constexpr double kVoidShare = 0.5;

Status CheckLabels(const std::vector<std::int32_t>& labels, std::int32_t void_label) {
  for (const std::int32_t label : labels) {
    if (label < 0 && label != void_label) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("a panoptic label must be >= 0, got {}", label));
    }
  }
  return {};
}

}  // namespace

Result<PanopticByCategory> CountPanoptic(const Contingency& counts, std::int32_t divisor,
                                         std::int32_t void_label) {
  CUPEL_TRY_STATUS(CheckLabels(counts.truth_labels, void_label));
  CUPEL_TRY_STATUS(CheckLabels(counts.answer_labels, void_label));
  std::vector<double> on_void(counts.answer_labels.size(), 0);
  for (const Contingency::Shared& shared : counts.shared) {
    if (counts.truth_labels[shared.truth] == void_label) {
      on_void[shared.answer] = static_cast<double>(shared.pixels);
    }
  }
  std::vector<bool> truth_matched(counts.truth_labels.size(), false);
  std::vector<bool> answer_matched(counts.answer_labels.size(), false);
  PanopticByCategory categories;
  for (const Contingency::Shared& shared : counts.shared) {
    const std::int32_t truth = counts.truth_labels[shared.truth];
    const std::int32_t answer = counts.answer_labels[shared.answer];
    if (truth == void_label || answer == void_label || truth / divisor != answer / divisor) continue;
    const double either = static_cast<double>(counts.truth_pixels[shared.truth] +
                                              counts.answer_pixels[shared.answer] - shared.pixels) -
                          on_void[shared.answer];
    const double iou = static_cast<double>(shared.pixels) / either;
    if (iou <= kMatchIou) continue;
    categories[truth / divisor].tp += 1;
    categories[truth / divisor].iou += iou;
    truth_matched[shared.truth] = true;
    answer_matched[shared.answer] = true;
  }
  for (std::size_t k = 0; k < counts.truth_labels.size(); ++k) {
    const std::int32_t label = counts.truth_labels[k];
    if (label != void_label && !truth_matched[k]) categories[label / divisor].fn += 1;
  }
  for (std::size_t k = 0; k < counts.answer_labels.size(); ++k) {
    const std::int32_t label = counts.answer_labels[k];
    if (label == void_label || answer_matched[k]) continue;
    if (on_void[k] / static_cast<double>(counts.answer_pixels[k]) > kVoidShare) continue;
    categories[label / divisor].fp += 1;
  }
  return categories;
}

PanopticFigures ComputePanoptic(const PanopticCounts& counts) {
  const double half = counts.tp + 0.5 * counts.fp + 0.5 * counts.fn;
  return {.pq = counts.iou / half, .sq = counts.tp > 0 ? counts.iou / counts.tp : 0, .rq = counts.tp / half};
}

PanopticFigures MeanPanoptic(const PanopticByCategory& categories) {
  PanopticFigures mean;
  double count = 0;
  for (const auto& [category, counts] : categories) {
    if (counts.tp + counts.fp + counts.fn == 0) continue;
    const PanopticFigures one = ComputePanoptic(counts);
    mean.pq += one.pq;
    mean.sq += one.sq;
    mean.rq += one.rq;
    count += 1;
  }
  const double scale = count > 0 ? 1 / count : std::numeric_limits<double>::quiet_NaN();
  return {.pq = mean.pq * scale, .sq = mean.sq * scale, .rq = mean.rq * scale};
}

}  // namespace cupel::algorithm::segmentation
