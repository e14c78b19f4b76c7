// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes a data set as files that `OpenDataset` reads: what a program made becomes data like any other.
///
/// Promises: features and labels come back bit by bit, in the same order, with the same classes and box.
/// Original indices do not: samples are counted anew. Groups are not written.

#include <filesystem>

#include "cupel/data/dataset/dataset.h"

namespace cupel::data::dataset {

/// features.npy (float32, [n, ...sample_shape]), labels.npy (int32, [n]) and dataset.toml, with their
/// digests, in `folder`, which is made. Memory: one block of samples and the file that is written. Errors:
/// those of reading and writing; kResourceLimit for more than 4 GiB of features.
Status SaveAsNpy(const Dataset& data, const std::filesystem::path& folder);

}  // namespace cupel::data::dataset
