// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Panoptic quality: every pixel belongs to one segment of one category.
///
///     PQ = SQ x RQ,  SQ = mean IoU of TP,  RQ = TP / (TP + FP / 2 + FN / 2)
///
/// A label is category * divisor + number of the object (0 for stuff); one label is nothing (`void_label`).
/// A pair of segments of one category with IoU > 0.5 is a TP; there can be only one. Pixels that are void in
/// the truth are taken out of the union, and an unmatched answer of which more than half lies on void is not
/// counted. Not promised: crowd regions, which this numbering cannot say.
///
/// Source: Kirillov et al. 2019; panopticapi `evaluation.py`, `pq_compute_single_core`.

#include <cstdint>
#include <map>

#include "cupel/algorithm/segmentation/instances.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::segmentation {

struct PanopticCounts {
  double iou = 0;  ///< Sum over TP.
  double tp = 0, fp = 0, fn = 0;
};

/// By category.
using PanopticByCategory = std::map<std::int32_t, PanopticCounts>;

/// One picture. divisor: > 0. Errors: kInvalidArgument for a negative label other than void_label.
Result<PanopticByCategory> CountPanoptic(const Contingency& counts, std::int32_t divisor,
                                         std::int32_t void_label);

struct PanopticFigures {
  double pq = 0, sq = 0, rq = 0;
};

/// One category. Precondition: it has a TP, FP or FN. SQ is 0 without a TP.
PanopticFigures ComputePanoptic(const PanopticCounts& counts);

/// The mean over categories that have a TP, FP or FN; NaN when there is none.
PanopticFigures MeanPanoptic(const PanopticByCategory& categories);

}  // namespace cupel::algorithm::segmentation
