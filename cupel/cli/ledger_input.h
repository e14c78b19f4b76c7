// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the ledger commands take from their arguments: keys, and leaves from files.

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/ledger/log/receipt.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::cli {

/// The public key that `cupel ledger init` puts beside the log.
inline constexpr const char* kLedgerKeyFile = "ledger.vkey";

struct LedgerVerifier {
  ledger::merkle::NoteVerifier verifier;
  bool from_folder = false;  ///< It lies in the log's own folder, so it says nothing about who signed.
};

/// option: a verifier key, a file that holds one, or "" for the one in `folder`.
/// Errors: kNotFound, kCorrupt, kUnsupported.
Result<LedgerVerifier> ReadLedgerVerifier(const std::string& option, const std::filesystem::path& folder);

/// option: a private key's file, or "" for the user's own.
std::filesystem::path LedgerKeyFile(const std::string& option);

/// Where `cupel ledger monitor` remembers this log unless it is told otherwise.
std::filesystem::path DefaultMonitorState(const ledger::merkle::NoteVerifier& verifier);

struct LeafInput {
  bool raw = false;    ///< The file's bytes are the leaf.
  std::string signer;  ///< Keys that may have signed a bundle: a file or folder; "" for the user's own.
};

/// The leaf that a file stands for: of a Sigstore bundle its dsse record, after the signature was verified;
/// with `raw` its bytes. file: "-" for stdin. Errors: kInvalidArgument for another file without `raw`;
/// kVerificationFailed, kCorrupt, kNotFound.
Result<Bytes> ReadLeaf(const std::string& file, const LeafInput& input);

/// What --json prints of a receipt.
Json ReceiptJson(const ledger::log::Receipt& receipt, const ledger::merkle::Checkpoint& checkpoint);

/// One word and details of what an entry is: a dsse record with digest and signer, or raw bytes.
Json EntryJson(std::uint64_t index, BytesView entry);
/// The cells index, kind, what of a table of entries.
std::vector<std::string> EntryCells(const Json& entry);

}  // namespace cupel::cli
