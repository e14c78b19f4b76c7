// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The batches of an epoch, shuffled and augmented. Private to this module.

#include <vector>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/algorithm/train/augment.h"
#include "cupel/algorithm/train/trainer.h"

namespace cupel::algorithm::train {

struct Batch {
  tensor::Tensor x;        ///< [batch, ...sample] float32
  tensor::Tensor labels;   ///< [batch] int64
  tensor::Tensor targets;  ///< [batch, classes] float32; undefined when the labels are to be answered.
};

/// The order of samples in an epoch (from 1).
std::vector<std::int64_t> EpochOrder(std::int64_t n, std::uint64_t seed, int epoch);

/// The rows of `targets` ([n, classes]) that belong to the samples of a batch.
tensor::Tensor TargetsOf(std::span<const float> targets, std::int64_t n,
                         std::span<const std::int64_t> indices);

/// Reads and augments the samples of one batch; draws depend only on (seed, epoch, original sample).
Result<Batch> ReadBatch(const data::dataset::Dataset& data, std::span<const std::int64_t> indices, int epoch,
                        const TrainOptions& options);

}  // namespace cupel::algorithm::train
