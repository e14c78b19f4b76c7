// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What reading (verify.cc) and writing (log.cc) a log share. Not for other modules.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/log/log.h"
#include "cupel/ledger/merkle/tile.h"

namespace cupel::ledger::log {

/// Verify without its last step: files that the checkpoint does not cover are not looked at.
Result<VerifiedLog> ReadVerified(const std::filesystem::path& folder, const merkle::NoteVerifier& verifier);

/// Whether a log of `size` leaves has had this tile, at its size now or at a smaller one.
bool IsCovered(const merkle::TileId& tile, std::uint64_t size);

/// Every file below folder/tile, as sorted paths relative to `folder`; none when there is no such folder.
Result<std::vector<std::string>> FilesUnderTile(const std::filesystem::path& folder);

}  // namespace cupel::ledger::log
