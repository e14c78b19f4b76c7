// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A runtime's position in a file, signed with a key in another file.
///
/// Promises: a crash leaves the old position or the new one, and after `Save` returned the new one survives a
/// power cut; two processes whose positions share a folder take turns from Load to the end of the object, so
/// that none undoes what the other one learnt. A file that is there and cannot be read, or that the key did
/// not sign, is an error and never an empty position: else whoever can damage it could make the runtime
/// forget without anybody noticing. A file that is not there is an empty position, because there is a first
/// time; removing it is how an operator begins anew. Does not promise: to notice that an older file was put
/// back, which is the memory that the runtime had then.

#include <filesystem>
#include <optional>

#include "cupel/base/error.h"
#include "cupel/base/folder_lock.h"
#include "cupel/ledger/hallmark/position.h"

namespace cupel::ledger::hallmark {

class PositionFile : public PositionStore {
 public:
  /// file: the position, mode 0600; its folder must exist. key: an Ed25519 private key in PEM, made on first
  /// use (crypto/key_file.h), outside the reach of whoever can write the position.
  PositionFile(std::filesystem::path file, std::filesystem::path key, int timeout_ms = 10'000);
  PositionFile(const PositionFile&) = delete;
  PositionFile& operator=(const PositionFile&) = delete;

  /// Errors: as LoadOrCreateLogKey and VerifiedPosition::Open, with the path; kNotFound when the folder is
  /// not there; kResourceLimit when another process holds the folder for longer than `timeout_ms`;
  /// kInterrupted when the user asks to stop while it waits.
  Result<std::optional<VerifiedPosition>> Load() override;
  /// Errors: those of WriteFileAtomic. Precondition: Load succeeded.
  Status Save(const VerifiedPosition& position) override;

 private:
  const std::filesystem::path file_;
  const std::filesystem::path key_file_;
  const int timeout_ms_;
  std::optional<FolderLock> lock_;
  std::optional<crypto::LogKey> key_;
};

}  // namespace cupel::ledger::hallmark
