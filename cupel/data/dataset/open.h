// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Opens what a manifest describes.
///
///     CUPEL_TRY(const auto dataset, OpenDataset("examples/fashion/test.toml"));
///     std::vector<float> features(dataset->info().SampleSize());
///     CUPEL_TRY_STATUS(dataset->Read(std::array<std::int64_t, 1>{42}, features));
///
/// Promises: digests are checked on the very bytes that are used; every label is in range and every feature
/// finite and inside its box before the data set is returned; memory is bounded by StorageLimits, whatever
/// the size of the files (images are decoded one by one). Does not promise that a picture can be decoded:
/// that is found when it is read.

#include <memory>

#include "cupel/data/dataset/dataset.h"
#include "cupel/data/dataset/manifest.h"
#include "cupel/data/dataset/predictions.h"

namespace cupel::data::dataset {

struct OpenOptions {
  bool allow_missing_digests = false;  ///< For `cupel data check`, which prints the digests to add.
  StorageLimits limits;
};

/// Errors: those of ReadManifest; kVerificationFailed when a file has another digest; kInvalidArgument for a
/// missing digest, a missing value_range or one that values leave, and for a predictions manifest; kCorrupt
/// and kUnsupported from the readers, with file and place; kResourceLimit.
Result<std::unique_ptr<Dataset>> OpenDataset(const std::filesystem::path& manifest_path,
                                             const OpenOptions& options = {});
Result<std::unique_ptr<Dataset>> OpenDataset(const Manifest& manifest, const OpenOptions& options = {});

/// For a manifest with format = "predictions".
Result<Predictions> OpenPredictions(const Manifest& manifest, const OpenOptions& options = {});

}  // namespace cupel::data::dataset
