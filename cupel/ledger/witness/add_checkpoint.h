// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a log sends to a witness, and what comes back: the bodies of the call `add-checkpoint`.
///
///     old 20852014                                     the size that the witness cosigned last, 0 for never
///     PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=     consistency proof, 0 to 63 hashes
///     ...
///                                                      an empty line
///     <signed checkpoint>                              merkle/note.h
///
/// Answers: 200 cosignature lines; 400 unreadable, or old > new; 403 not signed by the log, or falsely; 404
/// an unknown log; 409 another old size: the body is the size that the witness has, of type text/x.tlog.size;
/// 422 a false proof or root; 500 the witness could not keep its state (nothing was signed).
///
/// Promises: one form for one request. Source: https://c2sp.org/tlog-witness

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/merkle/note.h"

namespace cupel::ledger::witness {

/// Longest body that a witness reads: 16 signatures of the post-quantum kind and a proof fit several times.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{1} << 17;
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kSizeType = "text/x.tlog.size";

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;
  merkle::SignedNote checkpoint;

  std::string ToText() const;
  /// Errors: kCorrupt; kResourceLimit over kMaxRequestBytes.
  static Result<AddCheckpoint> Parse(std::string_view body);

  /// The first line of the checkpoint, before anything is verified.
  std::string_view Origin() const;

  bool operator==(const AddCheckpoint&) const = default;
};

/// An HTTP answer, whatever carries it.
struct Answer {
  int status = 500;
  std::string content_type{kTextType};
  std::string body;
  bool operator==(const Answer&) const = default;
};

}  // namespace cupel::ledger::witness
