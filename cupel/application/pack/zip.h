// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ZIP archives: written so that equal contents give equal bytes, read as if an enemy had made them. The
/// owner of libarchive.
///
/// Writing promises: entries in the order of their names, deflated, with no time, owner or mode that differs
/// from machine to machine; the file appears whole or not at all. (The same bytes with the same versions of
/// libarchive and zlib; the same contents with any.) Reading promises: nothing is written outside the folder;
/// no links, devices or encrypted entries; no two entries of one name, nor of names that differ in case
/// alone; bounded number, size and expansion. Does not promise: to keep modes and times. Source: PKWARE
/// APPNOTE 6.3 (through libarchive).

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>

#include "cupel/base/error.h"

namespace cupel::application::pack {

/// What becomes an entry: bytes in memory, or a file that is read when it is written.
using ZipContent = std::variant<std::string, std::filesystem::path>;

/// Errors: as CheckEntryName for a name; reading the files; writing (kPermission, kResourceLimit on a full
/// disk).
Status WriteZip(const std::filesystem::path& out, const std::map<std::string, ZipContent>& entries);

struct ZipLimits {
  std::uint64_t entries = 100'000;
  std::uint64_t bytes = std::uint64_t{16} << 30;  ///< Of all entries together, unpacked.
  std::uint64_t expansion = 200;  ///< Unpacked bytes for each byte of the archive, beyond 1 MiB.
};

/// Unpacks into `folder`, which must be there and empty. When it fails, what was unpacked until then stays.
/// Errors: kNotFound, kPermission; kCorrupt (no ZIP file, or broken); kVerificationFailed (a name, link or
/// pair that no pack has); kResourceLimit (a limit).
Status ExtractZip(const std::filesystem::path& zip, const std::filesystem::path& folder,
                  const ZipLimits& limits = {});

/// Whether the file begins as a ZIP file does. False for what cannot be read.
bool LooksLikeZip(const std::filesystem::path& path);

}  // namespace cupel::application::pack
