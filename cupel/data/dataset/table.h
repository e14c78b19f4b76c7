// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A data set from one CSV file: feature columns, a label column, group columns. Private to this module.

#include "cupel/data/dataset/groups.h"
#include "cupel/data/dataset/manifest.h"

namespace cupel::data::dataset {

struct TableData {
  NumberArray features;  ///< [n, d], float32
  std::vector<std::int32_t> labels;
  std::vector<GroupAttribute> groups;
};

/// Errors: kCorrupt and kInvalidArgument with file and line; a missing column names the nearest.
Result<TableData> ReadTable(const Blob& blob, const std::string& file_name, const Manifest& manifest,
                            const StorageLimits& limits);

/// A CSV of groups: every column an attribute, one row a sample in the samples' order. With `sample_names` a
/// column "file" is needed that holds each name once, in any order.
Result<std::vector<GroupAttribute>> ReadGroups(const Blob& blob, const std::string& file_name,
                                               const std::vector<std::string>* sample_names);

}  // namespace cupel::data::dataset
