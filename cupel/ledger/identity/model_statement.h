// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A model's manifest as the in-toto statement that OpenSSF Model Signing v1.0 signs.
///
///     { "_type": "https://in-toto.io/Statement/v1",
///       "subject": [ { "name": "resnet", "digest": { "sha256": "<root digest>" } } ],
///       "predicateType": "https://model_signing/signature/v1.0",
///       "predicate": {
///         "resources": [ { "name": "model.onnx", "digest": "<64 hex digits>", "algorithm": "sha256" }, ...
///         ], "serialization": { "method": "files", "hash_type": "sha256", "allow_symlinks": false,
///                            "ignore_paths": [ ".git", ... ] } } }
///
/// Promises: what is written satisfies the published JSON schemas; what is read has one subject, whose digest
/// is the root of the resources in their order, and names that stay inside the model's folder; unknown
/// members of the predicate are refused (its schema is closed), those of a resource ignored (section 5.2.1).
/// Reads, beyond what the specification writes, what the reference implementation writes: the name "." of a
/// single file (before v1.1), resources in the order of path components and then of offsets, shards whose
/// algorithm is "<hash>-sharded-<shard size>".
/// Does not promise: hash types other than sha256 and blake2b (kUnsupported), nor the predicate of v0.2.
/// Source: OMS specification v1.0, sections 5 and 6.3.2, schemas/v1.0,
/// https://github.com/ossf/model-signing-spec

#include <string_view>

#include "cupel/base/error.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/identity/manifest.h"

namespace cupel::ledger::identity {

inline constexpr std::string_view kModelPredicate = "https://model_signing/signature/v1.0";

/// The older name of the only file of a model.
inline constexpr std::string_view kOnlyFile = ".";

/// A piece of a file, from the name of a shard: the last two numbers count, since a path may hold colons.
struct Shard {
  std::string path;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
};
/// Errors: kCorrupt unless `name` is "<path>:<start>:<end>" with start < end.
Result<Shard> ParseShardName(std::string_view name);

/// Precondition: a manifest as BuildManifest makes it.
evidence::Statement ToStatement(const Manifest& manifest);

/// Errors: kCorrupt, kUnsupported; kVerificationFailed when the subject is not the root of the resources.
/// Read only statements that were verified.
Result<Manifest> FromStatement(const evidence::Statement& statement);

}  // namespace cupel::ledger::identity
