// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Running a model over a data set, once, in tiles of a fixed size.
///
/// Tiles are always full: the last one is filled up with copies of its last sample. So every forward pass has
/// the same shape, and the answers do not depend on the number of workers.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/base/progress.h"
#include "cupel/data/dataset/dataset.h"
#include "cupel/data/dataset/predictions.h"

namespace cupel::algorithm::evaluate {

/// Samples in one forward pass.
inline constexpr std::int64_t kTile = 64;

/// Samples in one piece of work: what a worker takes, a progress bar counts and a journal keeps.
inline constexpr std::int64_t kPiece = 256;

/// features: [n, SampleSize], row-major, in the data set's box. Returns logits [n, class_count], row-major.
/// Errors: those of Classifier::Logits; kInvalidArgument when a logit is NaN or infinite.
Result<std::vector<float>> LogitsInTiles(const executor::Classifier& classifier,
                                         std::span<const float> features, std::int64_t n);

/// The model's answers on every sample, with labels, groups, class names and original indices of the data.
/// workers > 0. Memory: a piece of features for each worker, and the scores.
/// Errors: those of Read and LogitsInTiles (the place names the samples); kInvalidArgument when model and
/// data disagree in the number of classes, or the data set is empty; kInterrupted.
Result<data::dataset::Predictions> Predict(const executor::Classifier& classifier,
                                           const data::dataset::Dataset& data, int workers,
                                           Progress& progress);

}  // namespace cupel::algorithm::evaluate
