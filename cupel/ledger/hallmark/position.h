// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a runtime remembers between two admissions: how far it has read its ledgers, and what it found there.
///
/// For each ledger the largest state that was accepted; for each hallmark how far the leaves since its issue
/// were read, for the revocations of which keys, under which receipts, and a revocation if there was one. The
/// next admission has to read only what is new, and a ledger that was put back to before is noticed.
///
/// Promises, by the way in which it is brought forward (gate_ledger.h): `seen` had the quorum's checkpoint
/// and continues every earlier `seen`; the leaves of a hallmark up to `read_to` are leaves of `seen`, so they
/// need no hash of their own here. It is keyed by hallmark: one that is not in it is read from its issue on,
/// as without a position; so is one whose trusted keys are not those of the last time. On disk it is signed
/// with a key of the runtime's own: whoever can write the file and not read the key can remove it or put an
/// older one back, which leaves the runtime with what it would know without, and can never make it know more.
/// Does not promise: anything against somebody who has that key.
///
/// The file is a signed note (ledger/merkle/note.h) over one line of canonical JSON; docs/formats/position.md
/// lists its members.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/crypto/log_key.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/hallmark/hallmark.h"

namespace cupel::ledger::hallmark {

/// The name under which a runtime signs its position; the version of the format is part of it.
inline constexpr std::string_view kPositionName = "cupel.dev/position/v1";

/// SHA-256 over the ids of the keys, sorted, none twice, a newline behind each: whose revocations count.
Digest KeysDigest(std::span<const crypto::PublicKey> hallmark_keys);

/// A revocation that was found among the leaves.
struct FoundRevocation {
  std::uint64_t leaf = 0;
  std::string reason;
  bool operator==(const FoundRevocation&) const = default;
};

/// A ledger at a size: a receipt's checkpoint that was found to be a beginning of the ledger.
struct LedgerPrefix {
  std::uint64_t size = 0;
  Digest root;
  auto operator<=>(const LedgerPrefix&) const = default;
};

/// How far the leaves since the issue of one hallmark were read.
struct HallmarkProgress {
  Digest payload;                      ///< SHA-256 of the hallmark's payload.
  Digest keys;                         ///< `KeysDigest` of those whose revocations were looked for.
  std::uint64_t read_to = 0;           ///< The first leaf that was not read.
  std::vector<LedgerPrefix> receipts;  ///< Sorted, none twice, at most `kMostReceipts`.
  std::optional<FoundRevocation> revoked;
  bool operator==(const HallmarkProgress&) const = default;
};
inline constexpr std::size_t kMostReceipts = 4;

/// Of one ledger. At most `kMostHallmarks`, sorted by payload; the one that was read least far is forgotten
/// first, and read from its issue on when it comes again.
struct LedgerPosition {
  LedgerState seen;
  std::vector<HallmarkProgress> hallmarks;

  /// Nothing when the hallmark is not in it.
  const HallmarkProgress* Of(const Digest& payload) const;
  bool operator==(const LedgerPosition&) const = default;
};
inline constexpr std::size_t kMostHallmarks = 512;

struct VerifiedPosition {
  std::vector<LedgerPosition> ledgers;  ///< Sorted by origin, none twice.

  /// Nothing for a ledger that was never read.
  const LedgerPosition* Of(std::string_view origin) const;

  /// The position after a ledger was seen to be `newest` and, if there is one, a hallmark's leaves were read.
  /// Precondition: `newest` continues what is remembered of the ledger, and `progress` goes no further.
  VerifiedPosition After(const LedgerState& newest, const std::optional<HallmarkProgress>& progress) const;

  /// One line of canonical JSON and a newline.
  std::string ToText() const;
  /// Errors: kCorrupt, naming the member, also for another than the one form.
  static Result<VerifiedPosition> Parse(std::string_view text);

  /// The file. Errors: kResourceLimit when it would be larger than a note can be.
  Result<std::string> Sign(const crypto::LogKey& key) const;
  /// Errors: kCorrupt; kVerificationFailed when another key signed it. Nothing is read that was not verified.
  static Result<VerifiedPosition> Open(std::string_view note, const crypto::LogVerifier& key);

  bool operator==(const VerifiedPosition&) const = default;
};

/// Where a position is kept between two admissions. One admission calls Load and then at most once Save.
class PositionStore {
 public:
  virtual ~PositionStore() = default;
  /// Nothing when none was saved yet. What is there and cannot be believed is an error.
  virtual Result<std::optional<VerifiedPosition>> Load() = 0;
  /// Returns only when the position is safe. After an error the old one or the new one is there.
  virtual Status Save(const VerifiedPosition& position) = 0;
};

}  // namespace cupel::ledger::hallmark
