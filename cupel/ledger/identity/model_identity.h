// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a model is, by digest, in the two ways in which people name one: the SHA-256 of its file
/// (`sha256sum`) and the OMS root over the file and the files that hold its weights (`manifest.h`).
///
/// Promises: any changed, missing, added or renamed file of the model changes the root; a change in the
/// model's own file changes both. Symbolic links are followed: the bytes and the names count, not where they
/// lie. Does not promise: to find external data by itself; algorithm/onnx's ExternalDataFiles lists it.
///
///     CUPEL_TRY(const auto external, algorithm::onnx::ExternalDataFiles(path));
///     CUPEL_TRY(const ModelIdentity identity, Identify(path, external));

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/ledger/identity/manifest.h"

namespace cupel::ledger::identity {

struct ModelIdentity {
  std::string name;                 ///< The file's, without its folder.
  Digest file_sha256;               ///< Of the model's file alone.
  Digest root;                      ///< OMS root over the file and its external data.
  std::vector<Resource> resources;  ///< What the root covers.

  /// {"name", "sha256", "omsRoot", "resources": [{"name", "sha256"}]}
  Json ToJson() const;

  bool operator==(const ModelIdentity&) const = default;
};

/// external_data: paths from the model's folder, as the model names them. workers: files hashed at a time.
/// Errors: as BuildManifest; kInvalidArgument for a folder.
Result<ModelIdentity> Identify(const std::filesystem::path& model,
                               std::span<const std::filesystem::path> external_data = {}, int workers = 1);

}  // namespace cupel::ledger::identity
