// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A data set from values in memory: for tests, and for small data that a program makes itself.

#include <memory>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

struct MemoryData {
  DatasetInfo info;  ///< sample_shape is needed; class names are numbered when empty; digest is computed.
  std::vector<float> features;       ///< [n, SampleSize()]
  std::vector<std::int32_t> labels;  ///< [n]
  std::vector<GroupAttribute> groups;
};

/// Errors: kInvalidArgument when sizes do not fit, a label or group is out of range, there is no sample, or a
/// feature is not finite or outside [info.box_low, info.box_high].
Result<std::unique_ptr<Dataset>> MakeMemoryDataset(MemoryData data);

}  // namespace cupel::data::dataset
