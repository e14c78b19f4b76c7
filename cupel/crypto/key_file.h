// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private keys in files: PEM, readable by their owner alone.
///
/// Promises: a key file is made with mode 0600, whole or not at all, and never replaces a file that is there
/// (two processes that start together end with the same key); a file that group or others can read is
/// refused, because its key may already be known to somebody else.
///
///     CUPEL_TRY(const SigningKey key, LoadOrCreateSigningKey(folder / "evidence.key.pem"));

#include <filesystem>

#include "cupel/base/error.h"
#include "cupel/crypto/log_key.h"
#include "cupel/crypto/signing_key.h"

namespace cupel::crypto {

/// Errors: kNotFound; kPermission when the file cannot be read or others can read it; kCorrupt, kUnsupported
/// as FromPem; kInvalidArgument for a folder. All name the path.
Result<SigningKey> LoadSigningKey(const std::filesystem::path& path);
Result<LogKey> LoadLogKey(const std::filesystem::path& path);

/// Loads the key, or makes one when there is no file. Missing folders above it are made.
Result<SigningKey> LoadOrCreateSigningKey(const std::filesystem::path& path);
Result<LogKey> LoadOrCreateLogKey(const std::filesystem::path& path);

/// Writes a PEM public key for others to keep; mode 0644, replaces what is there.
Status SavePublicKey(const std::filesystem::path& path, const PublicKey& key);
/// Errors: as ReadTextFile and PublicKey::FromPem, with the path.
Result<PublicKey> LoadPublicKey(const std::filesystem::path& path);

}  // namespace cupel::crypto
