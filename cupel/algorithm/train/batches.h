// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The batches of an epoch, shuffled and augmented. Private to this module.

#include <vector>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::train {

struct Batch {
  tensor::Tensor x;       ///< [batch, ...sample] float32
  tensor::Tensor labels;  ///< [batch] int64
};

/// The order of samples in an epoch (from 1).
std::vector<std::int64_t> EpochOrder(std::int64_t n, std::uint64_t seed, int epoch);

/// Reads and augments the samples of one batch; draws depend only on (seed, epoch, original sample).
Result<Batch> ReadBatch(const data::dataset::Dataset& data, std::span<const std::int64_t> indices, int epoch,
                        const TrainOptions& options);

/// Mirrors (left-right) and moves one image [c, h, w] in place; zeros enter at the edge.
void Augment(std::span<float> image, const std::vector<std::int64_t>& shape, bool mirror, int down,
             int right);

}  // namespace cupel::algorithm::train
