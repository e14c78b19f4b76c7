// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A data manifest as Croissant 1.1 with the RAI vocabulary: files by digest, records and their fields, and
/// what the manifest says about origin, rights, purposes, personal data and bias.
///
/// Promises: the digests are the manifest's; nothing is added that the manifest does not say, so `url`,
/// `creator` and `datePublished`, which Croissant wants, are absent. Does not promise: that the files were
/// read (CheckFiles and OpenDataset do that). Source: http://mlcommons.org/croissant/1.1 and
/// http://mlcommons.org/croissant/RAI/1.0. How each key is filled: docs/formats/exports.md.

#include <filesystem>
#include <span>

#include "cupel/application/export/run_record.h"
#include "cupel/data/dataset/manifest.h"

namespace cupel::application::exporting {

/// folder: the manifest's; paths inside it are written relative to it. Errors: kInvalidArgument for a file
/// without sha256.
Result<Json> Croissant(const data::dataset::Manifest& manifest, const std::filesystem::path& folder);

/// The manifest whose data the run used, for evaluation or training: opens the data set, takes the run's part
/// and compares the identity with the signed plan. Errors: kVerificationFailed when it is other data; those
/// of OpenDataset.
Result<Json> CroissantOfRun(const RunRecord& record, const std::filesystem::path& manifest);

}  // namespace cupel::application::exporting
