// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Replacing a log's checkpoint so that a signed one is never taken back. For those who write it, under the
/// log's FolderLock: the writer with a new tree, a cosigner with more lines under the same text.
///
///     1. the tiles are on disk                                     (tile_writer.h)
///     2. `checkpoint.next` is written and put on disk, name and all   <- from here the append has happened
///     3. it is renamed to `checkpoint`, where readers see it
///
/// A rename alone is not enough: others can see the new checkpoint before its name is on disk, a power cut
/// brings the old one back, and the next append would sign another tree of the same size: a split view by
/// accident. With step 2 a writer that finds `checkpoint.next` finishes step 3 instead.
///
/// Source: rename(2) and fsync(2); the same reasoning as a database's write-ahead record.

#include <filesystem>
#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::log {

inline constexpr std::string_view kNextCheckpointFile = "checkpoint.next";

/// Steps 2 and 3. When it fails the checkpoint is the old one, and `checkpoint.next` is gone as far as the
/// file system still does what it is asked. Errors: kResourceLimit (disk full), kPermission, kInternal (a
/// broken disk).
Status PublishCheckpoint(FileOperations& files, const std::filesystem::path& folder, std::string_view note);

/// Finishes a publication that was cut short after step 2, of a larger tree or of more lines under the same
/// one; forgets one that was cut short before it. Errors:
/// kVerificationFailed, kCorrupt, kNotFound when `checkpoint.next` is signed by the log and the tiles do not
/// bear it out: something else than an interruption has happened.
Status FinishPublication(FileOperations& files, const std::filesystem::path& folder,
                         const merkle::NoteVerifier& verifier);

}  // namespace cupel::ledger::log
