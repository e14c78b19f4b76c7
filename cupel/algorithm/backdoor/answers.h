// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model answers to many inputs, in tiles of fixed size. Private to this module.
///
/// Promises: rows do not depend on workers or on their neighbours. Inputs are [n, d], answers [n,
/// class_count], row-major.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/executor/classifier.h"

namespace cupel::algorithm::backdoor {

/// The features of these samples, [n, d].
Result<std::vector<float>> ReadSamples(const data::dataset::Dataset& data,
                                       std::span<const std::int64_t> indices);

/// `rows` inputs (1 .. kTileSize) as a full tile on the model's device; missing rows are copies of the last.
/// Precondition: inputs holds `rows` rows.
tensor::Tensor TileOf(const executor::Classifier& model, std::span<const float> inputs, std::int64_t rows);

/// Logits of the search executor. Errors: those of the model; kInvalidArgument when an answer is not finite.
Result<std::vector<float>> Answers(const executor::Classifier& model, std::span<const float> inputs);

/// The same for samples of a data set, on the context's workers; progress advances by samples.
Result<std::vector<float>> AnswersOn(const executor::Classifier& model, const data::dataset::Dataset& data,
                                     std::span<const std::int64_t> indices, const check::Context& context);

/// Class with the largest logit of each row; the lowest index wins a tie.
std::vector<std::int32_t> Classes(std::span<const float> logits, std::int64_t class_count);

}  // namespace cupel::algorithm::backdoor
