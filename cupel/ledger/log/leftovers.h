// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an append that was cut short leaves: tiles that no checkpoint covers. For the writer alone, under the
/// lock.
///
/// Such files lie at the right edge, because an append writes there and nowhere else, so looking does not
/// take longer as the log grows: about a thousand names a level.

#include <cstdint>
#include <filesystem>

#include "cupel/base/error.h"
#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {

/// The most leaves that one append may add; bounds where leftovers can be.
inline constexpr std::uint64_t kMaxBatch = std::uint64_t{1} << 20;

/// Whether a log of `size` leaves has had this tile, at its size now or at a smaller one.
bool IsCovered(const merkle::TileId& tile, std::uint64_t size);

/// Whether the full tile is there, so that nobody needs this partial one.
bool IsSuperseded(const merkle::TileId& tile, std::uint64_t size);

/// Removes, in the folders that an append to a log of `size` leaves writes to, all that the log does not
/// have, and partial tiles whose full one is there. Errors: kPermission and others of the operating system.
Status RemoveLeftovers(FileOperations& files, const std::filesystem::path& folder, std::uint64_t size);

}  // namespace cupel::ledger::log
