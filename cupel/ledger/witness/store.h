// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where a witness keeps what it has cosigned: one note a log, by the SHA-256 of the log's origin.
///
///     <folder>/witness                           the verifier key that this state belongs to
///     <folder>/<sha256 of origin>/checkpoint     the note cosigned last: log's lines and the witness's
///     <folder>/<sha256 of origin>/conflict       the first checkpoint that gave the log away, if any
///
/// Promises of FileStore: after `Save` returns, the note survives a crash and a power cut (file and folder
/// are flushed); a crash at any moment leaves the old note or the new one; while it is open no other process
/// can open the folder. Does not promise: to notice that somebody put an older copy of the folder in its
/// place; never restore one from a backup: make a new witness instead.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/base/folder_lock.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/witness/cosignature.h"

namespace cupel::ledger::witness {

class Store {
 public:
  virtual ~Store() = default;
  /// The note kept last; nothing when none was.
  virtual Result<std::optional<std::string>> Load(const Digest& origin_hash) const = 0;
  /// Returns only when the note is safe. After an error the old note or the new one is there.
  virtual Status Save(const Digest& origin_hash, const std::string& note) = 0;
  /// Keeps evidence against a log; the first one stays.
  virtual Status SaveConflict(const Digest& origin_hash, const std::string& note) = 0;
};

class FileStore : public Store {
 public:
  /// An empty state for one witness. files: those of the operating system, except in tests.
  /// Errors: kInvalidArgument when the folder holds one already.
  static Status Create(const std::filesystem::path& folder, const CosignatureVerifier& witness,
                       log::FileOperations& files = log::SystemFiles());
  /// Errors: kNotFound when `Create` never made it (a folder that is not mounted must not look like an empty
  /// state); kInvalidArgument when it is another witness's; kResourceLimit when another process has it open.
  static Result<std::unique_ptr<FileStore>> Open(const std::filesystem::path& folder,
                                                 const CosignatureVerifier& witness,
                                                 log::FileOperations& files = log::SystemFiles());

  Result<std::optional<std::string>> Load(const Digest& origin_hash) const override;
  Status Save(const Digest& origin_hash, const std::string& note) override;
  Status SaveConflict(const Digest& origin_hash, const std::string& note) override;

 private:
  FileStore(std::filesystem::path folder, FolderLock lock, log::FileOperations& files)
      : folder_(std::move(folder)), lock_(std::move(lock)), files_(files) {}
  Status SaveAs(const Digest& origin_hash, const char* name, const std::string& note);

  const std::filesystem::path folder_;
  const FolderLock lock_;
  log::FileOperations& files_;
};

}  // namespace cupel::ledger::witness
