// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writing so that it survives a power cut: the steps that the log, the witness and the monitor are made of.
///
/// A file's bytes are on disk from the Sync of that file on, its name from the Sync of its folder on; each of
/// these functions says which of the two it has done when it returns without an error. base/file.h writes
/// files that are whole or not there; use these where others are told that something is safe.
///
/// Errors of all: kResourceLimit (disk full), kPermission, kNotFound, kInternal (a broken disk).

#include <filesystem>
#include <set>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/ledger/log/file_operations.h"

namespace cupel::ledger::log {

/// Makes the folder and what is missing above it. `changed` gets the folders in which a name is new.
Status MakeFolders(FileOperations& files, const std::filesystem::path& folder,
                   std::set<std::filesystem::path>& changed);

/// Puts folders on disk, that is the names in them.
Status SyncFolders(FileOperations& files, const std::set<std::filesystem::path>& folders);

/// Syncs, side by side, and closes all, also after one failed.
Status SyncAndClose(FileOperations& files, std::vector<int>& handles);

/// A file, whole and on disk, not so its name.
Status WriteSynced(FileOperations& files, const std::filesystem::path& path, BytesView bytes);

/// A file and its name: the old file is there until the new one is, and the new one is on disk. After an
/// error the old one or the new one is there, whole.
Status ReplaceSynced(FileOperations& files, const std::filesystem::path& path, BytesView bytes);

}  // namespace cupel::ledger::log
