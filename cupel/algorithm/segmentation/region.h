// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Areas: how many pixels of each class are right.
///
///     pixel accuracy  sum TP / counted pixels        IoU   TP / (TP + FP + FN)
///     class accuracy  TP / (TP + FN)                 Dice  2 TP / (2 TP + FP + FN)
///
/// Pixels whose truth is the ignored label do not count at all. An answer that is the ignored label where the
/// truth is not is an error of the truth's class.
///
/// Sources: Long, Shelhamer and Darrell 2015; Sudre et al. 2017 (generalised Dice); scikit-learn's
/// jaccard_score over pixels gives the same numbers.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cupel/algorithm/segmentation/label_map.h"

namespace cupel::algorithm::segmentation {

struct ClassArea {
  double both = 0;    ///< TP.
  double truth = 0;   ///< TP + FN.
  double answer = 0;  ///< TP + FP.
};

/// Areas of the classes in one picture, [c]. classes: rising labels; others than these are not counted as a
/// class, only in their counterpart's area. ignore: a label, or nothing.
std::vector<ClassArea> CountAreas(const LabelPair& pair, std::span<const std::int32_t> classes,
                                  std::optional<std::int32_t> ignore);

struct RegionFigures {
  double pixel_accuracy = 0;
  double mean_class_accuracy = 0;  ///< Over classes of the truth.
  double mean_iou = 0;             ///< Over classes of the truth or the answer.
  double frequency_weighted_iou = 0;
};

/// NaN where no pixel counts.
RegionFigures ComputeRegion(std::span<const ClassArea> areas);

/// NaN for a class that is on neither side.
double ClassIou(const ClassArea& area);

enum class EmptyRule {
  kSkip,  ///< A class that the truth does not show has no value in this picture (MONAI ignore_empty).
  kOne,   ///< It has 1 if the answer does not show it either, else 0.
};

/// Dice of a class in one picture.
std::optional<double> ClassDice(const ClassArea& area, EmptyRule rule);

/// Generalised Dice over the classes of one picture, weights 1 / truth^2; a class without truth gets the
/// largest weight of the others (MONAI). 1 when nothing is on either side, 0 when only the answer has
/// something and no class has a truth.
double GeneralisedDice(std::span<const ClassArea> areas);

}  // namespace cupel::algorithm::segmentation
