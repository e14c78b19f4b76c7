// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/manifest.h"

#include <set>
#include <system_error>

#include "cupel/crypto/blake2b.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/hash_files.h"
#include "cupel/ledger/identity/model_files.h"
#include "cupel/ledger/identity/model_statement.h"

namespace cupel::ledger::identity {

std::string_view HashTypeName(HashType hash) { return hash == HashType::kBlake2b ? "blake2b" : "sha256"; }

std::size_t DigestSize(HashType hash) {
  return hash == HashType::kBlake2b ? crypto::Blake2bHasher::kSize : Digest::kSize;
}

Digest RootOf(std::span<const Resource> resources) {
  crypto::Sha256Hasher hasher;
  for (const Resource& resource : resources) hasher.Update(resource.digest);
  return hasher.Finish();
}

Digest Manifest::Root() const { return RootOf(resources); }

Result<Manifest> BuildManifest(const ModelPaths& model, const Serialization& serialization, int workers) {
  if (serialization.method == Method::kShards && serialization.shard_size == 0) {
    return Fail(ErrorCode::kInvalidArgument, "the size of a shard must be > 0 bytes, got 0");
  }
  Manifest manifest{ModelName(model.path), {}, serialization};
  CUPEL_TRY(manifest.serialization.ignore_paths, IgnoredPaths(model, serialization));
  CUPEL_TRY(const std::vector<ModelFile> files,
            FilesOf(model, serialization.allow_symlinks, manifest.serialization.ignore_paths));
  CUPEL_TRY(manifest.resources, HashFiles(files, serialization, workers));
  if (manifest.resources.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "all files of the model are empty", model.path.string());
  }
  return manifest;
}

std::vector<std::string> PathsOutside(const ModelPaths& model, const Manifest& manifest) {
  namespace fs = std::filesystem;
  std::error_code code;
  const fs::path folder = fs::is_directory(model.path, code) ? model.path : model.path.parent_path();
  const fs::path root = fs::canonical(folder.empty() ? "." : folder, code);
  std::set<std::string> outside;
  for (const Resource& resource : manifest.resources) {
    const bool shard = manifest.serialization.method == Method::kShards;
    const std::string path = shard ? ParseShardName(resource.name).value().path : resource.name;
    const fs::path relative = fs::canonical(root / path, code).lexically_relative(root);
    if (relative.empty() || *relative.begin() == "..") outside.insert(path);
  }
  return {outside.begin(), outside.end()};
}

}  // namespace cupel::ledger::identity
