// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Time stamps (RFC 3161) of signed files: asking an authority for one, keeping its answer, judging it.
///
/// What an authority stamps is a signature, so that its word is about the signature and all that it covers:
///
///     a bundle        the bytes of its one signature (DER), as Sigstore does
///     a checkpoint    the 64 bytes of the log's own signature under it: one stamp for every leaf so far, and
///                     witnesses can still cosign
///
/// Where the answer is kept:
///
///     in the bundle   `verificationMaterial.timestampVerificationData`: a bundle that lies by itself
///     beside          <name>.tsr (0001-inspect.pgd.sigstore.json: 0001-inspect.pgd.tsr; checkpoint:
///                     checkpoint.tsr): a checkpoint, and the evidence in the folder of a run, whose report
///                     names the files of the statements by digest
///
/// Promises: neither the leaf in the ledger nor any digest that something signed changes when a stamp is
/// added; nothing is sent anywhere; a stamp is kept only if it is over the signature and answers the request.
/// Does not promise: that a stamp is there, or that one without `verified` is anybody's word.
///
///     CUPEL_TRY(const Bytes request, RequestFor(file));              // to the authority, by any way
///     CUPEL_TRY(const Attached kept, Attach(file, response, {.request = request}));

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/bytes.h"
#include "cupel/base/error.h"
#include "cupel/crypto/timestamp.h"

namespace cupel::ledger::stamp {

/// No authority's answer is longer.
inline constexpr std::uint64_t kMaxStampBytes = 1 << 20;

/// The signature in the text of a bundle or of a checkpoint. Its own word: nothing is verified; but there is
/// no other signature that could be meant (one under the log's name, whatever its key). Errors: kCorrupt,
/// kUnsupported: neither of the two, or a broken one.
Result<Bytes> SignatureIn(std::string_view text);

/// Where a stamp lies that is kept beside `file`.
std::filesystem::path StampFileOf(const std::filesystem::path& file);

/// The DER of a request to stamp `file`. Errors: as SignatureIn; those of reading.
Result<Bytes> RequestFor(const std::filesystem::path& file);

/// One stamp of a file.
struct Stamp {
  std::filesystem::path file;     ///< That holds it: the stamped file itself, or the one beside.
  std::int64_t unix_seconds = 0;  ///< When the signature was seen.
  bool verified = false;          ///< By an authority under the anchors given; else by its own word.
};

struct AttachOptions {
  std::optional<Bytes> request =
      std::nullopt;     ///< The request that was sent; needed when the response has a nonce.
  bool beside = false;  ///< Keep it beside also where it could be in the bundle.
  std::optional<crypto::TimestampAuthority> authority = std::nullopt;  ///< Whom to believe.
};

/// Keeps a response as a stamp of `file`; atomic, and nothing that is there is lost, unless it is a stamp
/// beside a checkpoint that has grown since. Errors: kCorrupt; kVerificationFailed when the response is over
/// other bytes, does not answer the request, or is of nobody that `authority` knows; kInvalidArgument when
/// there is a nonce and no request, when this stamp is in the bundle already, or another file beside.
Result<Stamp> Attach(const std::filesystem::path& file, BytesView response, const AttachOptions& options);

/// The stamps of `file`, those inside before the one beside. Each must be over the signature; with an
/// authority each must hold. Errors: kCorrupt, kVerificationFailed, naming the stamp.
Result<std::vector<Stamp>> StampsOf(const std::filesystem::path& file,
                                    const std::optional<crypto::TimestampAuthority>& authority);

}  // namespace cupel::ledger::stamp
