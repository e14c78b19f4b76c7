// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/region.h"

#include <algorithm>
#include <limits>

namespace cupel::algorithm::segmentation {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// Place of a label among the classes, -1 for none. Remembers the last answer: neighbours are mostly equal.
class ClassFinder {
 public:
  explicit ClassFinder(std::span<const std::int32_t> classes) : classes_(classes) {}

  std::ptrdiff_t Find(std::int32_t label) {
    if (!known_ || label != last_) {
      const auto place = std::ranges::lower_bound(classes_, label);
      found_ = place != classes_.end() && *place == label ? place - classes_.begin() : -1;
      last_ = label;
      known_ = true;
    }
    return found_;
  }

 private:
  std::span<const std::int32_t> classes_;
  bool known_ = false;
  std::int32_t last_ = 0;
  std::ptrdiff_t found_ = -1;
};

}  // namespace

std::vector<ClassArea> CountAreas(const LabelPair& pair, std::span<const std::int32_t> classes,
                                  std::optional<std::int32_t> ignore) {
  std::vector<std::int64_t> both(classes.size()), truth(classes.size()), answer(classes.size());
  ClassFinder truth_finder(classes), answer_finder(classes);
  for (std::size_t k = 0; k < pair.truth.size(); ++k) {
    const std::int32_t label = pair.truth.labels[k];
    if (ignore && label == *ignore) continue;
    const std::ptrdiff_t is = truth_finder.Find(label);
    const std::ptrdiff_t said = answer_finder.Find(pair.answer.labels[k]);
    if (is >= 0) ++truth[static_cast<std::size_t>(is)];
    if (said >= 0) ++answer[static_cast<std::size_t>(said)];
    if (is >= 0 && is == said) ++both[static_cast<std::size_t>(is)];
  }
  std::vector<ClassArea> areas(classes.size());
  for (std::size_t k = 0; k < areas.size(); ++k) {
    areas[k] = {static_cast<double>(both[k]), static_cast<double>(truth[k]), static_cast<double>(answer[k])};
  }
  return areas;
}

double ClassIou(const ClassArea& area) {
  const double either = area.truth + area.answer - area.both;
  return either > 0 ? area.both / either : kNoValue;
}

RegionFigures ComputeRegion(std::span<const ClassArea> areas) {
  double pixels = 0, right = 0, accuracy = 0, accuracies = 0, iou = 0, ious = 0, weighted = 0;
  for (const ClassArea& area : areas) {
    pixels += area.truth;
    right += area.both;
    if (area.truth > 0) {
      accuracy += area.both / area.truth;
      accuracies += 1;
    }
    if (area.truth + area.answer > 0) {
      iou += ClassIou(area);
      ious += 1;
      weighted += area.truth * ClassIou(area);
    }
  }
  return {.pixel_accuracy = pixels > 0 ? right / pixels : kNoValue,
          .mean_class_accuracy = accuracies > 0 ? accuracy / accuracies : kNoValue,
          .mean_iou = ious > 0 ? iou / ious : kNoValue,
          .frequency_weighted_iou = pixels > 0 ? weighted / pixels : kNoValue};
}

std::optional<double> ClassDice(const ClassArea& area, EmptyRule rule) {
  if (area.truth > 0) return 2 * area.both / (area.truth + area.answer);
  if (rule == EmptyRule::kSkip) return std::nullopt;
  return area.answer > 0 ? 0.0 : 1.0;
}

double GeneralisedDice(std::span<const ClassArea> areas) {
  double largest = 0, answered = 0;
  for (const ClassArea& area : areas) {
    if (area.truth > 0) largest = std::max(largest, 1 / (area.truth * area.truth));
    answered += area.answer;
  }
  double shared = 0, all = 0;
  for (const ClassArea& area : areas) {
    const double weight = area.truth > 0 ? 1 / (area.truth * area.truth) : largest;
    shared += weight * area.both;
    all += weight * (area.truth + area.answer);
  }
  if (all > 0) return 2 * shared / all;
  return answered > 0 ? 0 : 1;
}

}  // namespace cupel::algorithm::segmentation
