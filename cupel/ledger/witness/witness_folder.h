// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A witness in a folder: all that one needs to run it.
///
///     <folder>/witness.key.pem     private key, mode 0600
///     <folder>/witness.vkey        verifier key, for the policies of others
///     <folder>/logs.policy         whom it watches: a policy (policy.h) of log lines and "quorum none"
///     <folder>/state/              what it has cosigned (store.h)
///
/// Does not promise: that two copies of the folder are one witness: they are two with one key, and can be led
/// to cosign two histories. Move it, never copy it, and never put back an old one.

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/clock.h"
#include "cupel/base/error.h"
#include "cupel/ledger/witness/witness.h"

namespace cupel::ledger::witness {

/// A new witness with a new key. Errors: kInvalidArgument when there is one already, or for a name that
/// cannot name a key; those of WriteFileAtomic.
Result<CosignatureVerifier> CreateWitnessFolder(const std::filesystem::path& folder, const std::string& name,
                                                std::span<const merkle::NoteVerifier> logs);

/// Errors: kNotFound; kPermission for a key that others can read; those of Policy::Parse with the file, of
/// FileStore::Open and Witness::Create. `clock` must outlive the witness.
Result<std::unique_ptr<Witness>> OpenWitnessFolder(const std::filesystem::path& folder, const Clock& clock);

/// Keys of one name are keys of one log.
std::vector<KnownLog> KnownLogs(std::span<const merkle::NoteVerifier> keys);

}  // namespace cupel::ledger::witness
