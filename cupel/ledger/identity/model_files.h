// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: which files a model consists of (OMS specification v1.0, section 6.1).

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/identity/manifest.h"

namespace cupel::ledger::identity {

struct ModelFile {
  std::string name;            ///< Canonical, from the model's folder.
  std::filesystem::path path;  ///< To open it.
  std::uint64_t size = 0;

  bool operator==(const ModelFile&) const = default;
};

/// What is left out of a model's folder: the entries of `serialization`, the defaults and the signature when
/// it lies inside; canonical, sorted, none twice. Empty for a model that is a file.
/// Errors: kInvalidArgument, as CanonicalIgnorePath.
Result<std::vector<std::string>> IgnoredPaths(const ModelPaths& model, const Serialization& serialization);

/// Sorted by name. Errors: as BuildManifest.
Result<std::vector<ModelFile>> FilesOf(const ModelPaths& model, bool allow_symlinks,
                                       const std::vector<std::string>& ignored);

/// The files with these names below `folder`; names of files that are not there are left out. Sorted by name.
/// Errors: kInvalidArgument for a link when links are not allowed; kUnsupported for what is no regular file.
Result<std::vector<ModelFile>> FilesNamed(const std::filesystem::path& folder,
                                          const std::set<std::string>& names, bool allow_symlinks);

/// The last part of the model's path, also for "." and "models/".
std::string ModelName(const std::filesystem::path& path);

}  // namespace cupel::ledger::identity
