// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The data set that every reader makes: labels and groups in memory, features sample by sample from a
/// source. Private to this module.

#include <memory>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

class SampleSource {
 public:
  virtual ~SampleSource() = default;
  /// Writes sample `index` to `out`, [SampleSize()]. Must be safe to call concurrently.
  virtual Status ReadSample(std::int64_t index, std::span<float> out) const = 0;
};

struct DatasetParts {
  DatasetInfo info;
  std::unique_ptr<SampleSource> source;
  std::vector<std::int32_t> labels;
  std::vector<GroupAttribute> groups;
};

/// Fills in numbered class names where there are none, and checks that everything fits together.
/// Errors: kCorrupt for a label outside the classes (naming the sample) or groups of another length;
/// kInvalidArgument when there is no sample.
Result<std::unique_ptr<Dataset>> MakeSourceDataset(DatasetParts parts);

/// Shared by every Dataset::Read: all indices inside, and room for the features.
Status CheckRead(const Dataset& dataset, std::span<const std::int64_t> indices, std::span<float> features);

}  // namespace cupel::data::dataset
