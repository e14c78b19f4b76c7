// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The manifest of a model by OpenSSF Model Signing (OMS) v1.0: its files by name and digest (SHA-256 unless
/// asked otherwise), in order of code points, and one root digest over all of them.
///
///     root = SHA-256(digest of resources[0] || digest of resources[1] || ...), the digests as raw bytes
///
/// The root is by SHA-256 whatever the files are hashed with. The root of a model in one file is therefore
/// not the file's SHA-256 but the SHA-256 of those 32 bytes; whoever shows either says which ("sha256",
/// "omsRoot").
///
/// Promises: equal files under equal names have equal manifests, whatever the order in which the file system
/// lists them, the number of workers and the name of the folder; directories, and in shards empty files,
/// leave no trace. Does not promise: the hash blake3, nor that files which change while they are read are
/// noticed. Source: OMS specification v1.0, sections 5.2 and 6,
/// https://github.com/ossf/model-signing-spec
///
///     CUPEL_TRY(const Manifest manifest, BuildManifest({.path = "models/resnet"}));
///     const Digest root = manifest.Root();

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"

namespace cupel::ledger::identity {

/// A file, or with Method::kShards a piece of one, named "<path>:<start>:<end>".
struct Resource {
  std::string name;
  Bytes digest;  ///< 32 or 64 bytes, by the serialization's hash.

  bool operator==(const Resource&) const = default;
};

enum class Method {
  kFiles,   ///< One resource a file.
  kShards,  ///< One resource for each `shard_size` bytes of a file: large files are hashed on many cores.
};

/// What the files are hashed with. OMS requires the first of every verifier; the second is optional there.
enum class HashType {
  kSha256,
  kBlake2b,  ///< 512 bits (RFC 7693).
};

/// "sha256", "blake2b".
std::string_view HashTypeName(HashType hash);
/// Bytes of a digest: 32, 64.
std::size_t DigestSize(HashType hash);

/// How the files became resources; signed with them, so that a verifier does the same.
struct Serialization {
  Method method = Method::kFiles;
  std::uint64_t shard_size = 1'000'000'000;  ///< Bytes; for Method::kShards alone.
  /// Whether symbolic links are followed. When not, a link in a folder is an error.
  bool allow_symlinks = false;
  /// Paths from the model's folder; a folder stands for all below it. `.git`, `.gitignore`, `.gitattributes`
  /// and `.github` at the top are ignored without being named here.
  std::vector<std::string> ignore_paths = {};
  HashType hash = HashType::kSha256;

  bool operator==(const Serialization&) const = default;
};

struct Manifest {
  std::string model_name;  ///< Last part of the model's path; informative.
  /// At least one, no name twice; sorted by name, or in a signature that another tool made in the order of
  /// the reference implementation (model_statement.h).
  std::vector<Resource> resources;
  Serialization serialization;

  Digest Root() const;
  bool operator==(const Manifest&) const = default;
};

/// The root digest of resources in the given order.
Digest RootOf(std::span<const Resource> resources);

/// Where a model lies.
struct ModelPaths {
  std::filesystem::path path;  ///< A folder, or the model's file.
  /// With a file: further files that belong to it, as paths from its folder (ONNX calls them external data).
  std::vector<std::filesystem::path> external_data = {};
  /// The signature's file, which is never part of the model. May be empty, may lie elsewhere.
  std::filesystem::path signature = {};
};

/// Lists and hashes a model's files; memory stays bounded. `ignore_paths` are brought into their one form,
/// the defaults and the signature added to them. Errors: kNotFound, kPermission as reading; kInvalidArgument:
/// nothing to hash, a bad name, a link that the rule forbids or that leads in a circle, a shard size of 0;
/// kUnsupported: neither file nor folder.
Result<Manifest> BuildManifest(const ModelPaths& model, const Serialization& serialization = {},
                               int workers = 1);

/// The signed paths whose bytes lie outside the model's folder, because symbolic links lead there; sorted.
/// OMS (section 6.1.1) wants signers to be warned of them. Precondition: a manifest that was built from
/// `model`.
std::vector<std::string> PathsOutside(const ModelPaths& model, const Manifest& manifest);

}  // namespace cupel::ledger::identity
