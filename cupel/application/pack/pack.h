// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The audit pack: one ZIP file with everything a stranger needs to check an assessment, offline and without
/// Cupel.
///
///     VERIFY.md                            what this is, how to check it, the SHA-256 of every other file
///     verify.mjs, verify/*.mjs             the verifier: Node.js alone, no package
///     run/...                              the run's folder, byte for byte
///     receipts/NNNN-<what>.tlog-proof      each statement's proof that it is in the ledger (C2SP tlog-proof)
///     sigstore/NNNN-<what>.sigstore.json   the statement with its log entry, for Sigstore's verifiers
///     trusted_root.json                    the ledger's key, as Sigstore's verifiers take it
///     model.json                           the model's digests, from the frozen plan
///     model/<sha256>.onnx                  the model itself, only when asked for
///
/// Promises: everything outside run/ is a function of run/ (and of the model), so that verifying a pack is
/// verifying the run and computing the rest anew; equal runs give equal packs. Does not promise: that the
/// keys in it belong to anybody; those are to be compared with keys got another way. Format:
/// docs/formats/audit-pack.md.

#include <filesystem>
#include <optional>
#include <string>

#include "cupel/application/assess/verify.h"
#include "cupel/base/digest.h"
#include "cupel/base/error.h"

namespace cupel::application::pack {

struct PackOptions {
  std::optional<std::filesystem::path> model;  ///< The model's file, to put it into the pack.
};

struct WrittenPack {
  std::int64_t files = 0;
  std::uint64_t bytes = 0;  ///< Of the ZIP file.
  Digest sha256;            ///< Of the ZIP file.
};

/// Verifies the run first: a pack of a broken run is not written. Errors: those of VerifyRun and CheckClaims;
/// kVerificationFailed when the model is not the assessed one; those of WriteZip; kInvalidArgument when `out`
/// exists.
Result<WrittenPack> WritePack(const assess::RunFolder& run, const std::filesystem::path& out,
                              const PackOptions& options);

/// Unpacks into a temporary folder and verifies it. Errors: those of ExtractZip and VerifyUnpacked.
Result<assess::Verification> VerifyPack(const std::filesystem::path& zip,
                                        const assess::VerifyOptions& options);

/// The unpacked pack: the run (VerifyRun, CheckClaims), and that every other file is what WritePack computes
/// from it. Errors: kVerificationFailed with the file, kCorrupt, kNotFound.
Result<assess::Verification> VerifyUnpacked(const std::filesystem::path& folder,
                                            const assess::VerifyOptions& options);

/// Whether the folder looks like an unpacked pack: VERIFY.md beside run/.
bool LooksUnpacked(const std::filesystem::path& folder);

}  // namespace cupel::application::pack
