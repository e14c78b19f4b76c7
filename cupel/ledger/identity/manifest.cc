// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/manifest.h"

#include "cupel/crypto/blake2b.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/hash_files.h"
#include "cupel/ledger/identity/model_files.h"

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

}  // namespace cupel::ledger::identity
