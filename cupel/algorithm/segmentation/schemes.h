// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The schemes of label maps and of keypoints: parameters in, figures with intervals out. What they compute
/// stands in region.h, surface.h, boundary.h, panoptic.h, instances.h and keypoints.h. The unit of every
/// interval is the picture.

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/algorithm/segmentation/keypoints.h"
#include "cupel/algorithm/segmentation/label_map.h"

namespace cupel::algorithm::segmentation {

using scheme::Evaluation;
using scheme::Options;

/// Parameters: ignore. value: mean IoU over all pixels; pixel_accuracy, mean_class_accuracy,
/// frequency_weighted_iou, iou.<label>.
Result<Evaluation> EvaluateMeanIou(const LabelsInput& input, const check::Parameters& parameters,
                                   const Options& options);

/// Parameters: background, ignore, empty. value: Dice, classes then pictures; class.<label>.
Result<Evaluation> EvaluateDice(const LabelsInput& input, const check::Parameters& parameters,
                                const Options& options);

/// Parameters: background, ignore. value: the mean over pictures.
Result<Evaluation> EvaluateGeneralisedDice(const LabelsInput& input, const check::Parameters& parameters,
                                           const Options& options);

/// Parameters: background, spacing, mode, empty, and percentile (Hausdorff) or tolerance (surface Dice).
/// Errors: kInvalidArgument for a spacing of another dimension, kUnsupported for volumes with mode=contour.
Result<Evaluation> EvaluateHausdorff(const LabelsInput& input, const check::Parameters& parameters,
                                     const Options& options);
Result<Evaluation> EvaluateSurfaceDistance(const LabelsInput& input, const check::Parameters& parameters,
                                           const Options& options);
Result<Evaluation> EvaluateSurfaceDice(const LabelsInput& input, const check::Parameters& parameters,
                                       const Options& options);

/// Parameters: background, ratio. Errors: kUnsupported for volumes.
Result<Evaluation> EvaluateBoundaryIou(const LabelsInput& input, const check::Parameters& parameters,
                                       const Options& options);

/// Parameters: divisor, void. value: PQ; sq, rq, pq.<category>.
Result<Evaluation> EvaluatePanoptic(const LabelsInput& input, const check::Parameters& parameters,
                                    const Options& options);

/// Parameters: background, pairing. value: AJI of each picture, then the mean.
Result<Evaluation> EvaluateAji(const LabelsInput& input, const check::Parameters& parameters,
                               const Options& options);

/// Parameters: background.
Result<Evaluation> EvaluateObjectDice(const LabelsInput& input, const check::Parameters& parameters,
                                      const Options& options);

/// Parameters: background. Errors: kUnsupported for volumes.
Result<Evaluation> EvaluateObjectHausdorff(const LabelsInput& input, const check::Parameters& parameters,
                                           const Options& options);

/// Parameters: normaliser, left, right, fraction, skip. value: the share of points; point.<index>.
Result<Evaluation> EvaluatePck(const KeypointsInput& input, const check::Parameters& parameters,
                               const Options& options);

/// Parameters: sigmas. value: the mean similarity of annotations that have annotated points.
Result<Evaluation> EvaluateOks(const KeypointsInput& input, const check::Parameters& parameters,
                               const Options& options);

/// Parameters: normaliser, left, right, limit. value: the mean error; curve_area, failure_rate.
Result<Evaluation> EvaluateMeanError(const KeypointsInput& input, const check::Parameters& parameters,
                                     const Options& options);

}  // namespace cupel::algorithm::segmentation
