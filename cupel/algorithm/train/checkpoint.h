// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Checkpoints of a training. Private to this module.
///
///     "CUPELCK1"       8 bytes
///     header length    8 bytes, little-endian
///     header           canonical JSON: {"job": sha256, "steps", "curve",
///                      "tensors": [{"name", "shape", "type"?: "float64"}]}
///     tensors          float32 unless the type says float64, little-endian, in the header's order
///     SHA-256          32 bytes, of all above

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/digest.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::train {

struct Checkpoint {
  Digest job;   ///< Of everything that decides the training; another job's checkpoint is refused.
  Json header;  ///< "steps", "curve".
  std::map<std::string, tensor::Tensor> tensors;
};

/// Atomic.
Status WriteCheckpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Errors: kNotFound, kCorrupt (any changed byte), kInvalidArgument when `job` is another.
Result<Checkpoint> ReadCheckpoint(const std::filesystem::path& path, const Digest& job);

}  // namespace cupel::algorithm::train
