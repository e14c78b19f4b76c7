// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Files: whole reads, and writes that either happen completely or not at all.
///
/// A write goes to a temporary file in the same folder, is flushed to disk and renamed over the target, so a
/// reader (or a crash, or a full disk) never meets half a file. Errors name the path and the operating
/// system's reason.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "cupel/base/bytes.h"

namespace cupel {

/// The operating system's reason (errno, so call it at once) as one of our errors: "cannot <action>:
/// <reason>".
Error SystemError(const std::filesystem::path& path, std::string_view action);

/// Errors: kNotFound, kPermission, kResourceLimit when larger than `limit_bytes`.
Result<Bytes> ReadFile(const std::filesystem::path& path, std::uint64_t limit_bytes = std::uint64_t{1} << 34);
Result<std::string> ReadTextFile(const std::filesystem::path& path,
                                 std::uint64_t limit_bytes = std::uint64_t{1} << 28);

/// Calls `consume` with successive pieces of at most 1 MiB; memory stays bounded. Stops at the first error.
Status ReadFileInPieces(const std::filesystem::path& path, const std::function<Status(BytesView)>& consume);

/// As ReadFileInPieces for `size` bytes from `offset`. Errors: kCorrupt when the file ends before.
Status ReadRangeInPieces(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size,
                         const std::function<Status(BytesView)>& consume);

/// Atomic. mode: permission bits of the new file (keys use 0600). The folder must exist.
/// Errors: kPermission, kNotFound (no such folder), kResourceLimit (disk full).
Status WriteFileAtomic(const std::filesystem::path& path, BytesView bytes, int mode = 0644);
Status WriteFileAtomic(const std::filesystem::path& path, std::string_view text, int mode = 0644);

/// Creates the folder and its parents; not an error if it is there.
Status MakeFolder(const std::filesystem::path& path);

}  // namespace cupel
