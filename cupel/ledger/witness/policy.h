// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A log trust policy: which logs a verifier believes, and which witnesses must have cosigned a checkpoint.
///
///     # comment                                        a line of its own
///     log <vkey> [<url>]                               any of the logs may sign
///     witness <name> <vkey> [<url>]                    key of type 0x04 (cosignature.h)
///     group <name> <k|any|all> <member> ...            k of the members: witnesses or groups named above
///     quorum <name|none>                               exactly one: a witness or group named above, or none
///
/// Words are separated by spaces and tabs. Promises: a name can only refer to a line above it, so there are
/// no cycles; a name is a member of one group at most and a key stands for one witness at most, so nobody
/// counts twice; a checkpoint passes only with the log's signature, the quorum, and no false line of a known
/// key. Does not promise: freshness; compare `cosigned_at` with a clock, and refuse times ahead of it.
///
///     CUPEL_TRY(const Policy policy, Policy::Parse(text));
///     CUPEL_TRY(const CosignedCheckpoint seen, policy.Verify(note));
///     if (now - seen.cosigned_at.value_or(0) > kSevenDays) ...
///
/// Source: https://c2sp.org/tlog-policy

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/note.h"
#include "cupel/ledger/witness/cosignature.h"

namespace cupel::ledger::witness {

struct CosignedCheckpoint {
  merkle::Checkpoint checkpoint;
  /// Unix seconds: the latest T such that the quorum holds counting only cosignatures of time >= T; nothing
  /// for a policy with quorum none.
  std::optional<std::int64_t> cosigned_at;
  std::vector<std::string> witnesses;  ///< Those that cosigned, by their names in the policy, in its order.
};

class Policy {
 public:
  struct Log {
    merkle::NoteVerifier key;
    std::string url;  ///< Empty when the policy gives none.
  };
  struct Witness {
    std::string name;
    CosignatureVerifier key;
    std::string url;  ///< The submission prefix (tlog-witness); empty when the policy gives none.
  };

  /// Errors: kInvalidArgument, kCorrupt or kUnsupported (keys), with the line; kResourceLimit over 1 MiB or
  /// 1024 logs, witnesses and groups.
  static Result<Policy> Parse(std::string_view text);
  /// One log, quorum none. Errors: as merkle::NoteVerifier::Parse.
  static Result<Policy> FromLogKey(std::string_view vkey);

  /// Verifies the log's signature and the quorum of cosignatures.
  /// Errors: kCorrupt when unreadable; kVerificationFailed: of no log of the policy, a false signature, no
  /// quorum (says who cosigned and what was asked for).
  Result<CosignedCheckpoint> Verify(std::string_view note) const;

  /// Whether these witnesses, by their place in `Witnesses()`, are a quorum. Cost: linear in the policy.
  bool IsQuorum(const std::vector<bool>& cosigned) const;

  const std::vector<Log>& Logs() const { return logs_; }
  const std::vector<Witness>& Witnesses() const { return witnesses_; }
  /// "none", "w1", "2 of (w1, w2, w3)".
  std::string QuorumText() const;

 private:
  friend class PolicyParser;

  /// A name of the policy: a witness, or a group of names above it.
  struct Node {
    std::string name;
    std::size_t witness = 0;           // when there are no members
    std::vector<std::size_t> members;  // places in nodes_, all smaller than this node's
    std::size_t threshold = 0;
  };

  Policy() = default;
  Result<const Log*> SignerOf(const merkle::SignedNote& note) const;
  std::string Describe(std::size_t node) const;

  std::vector<Log> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Node> nodes_;
  std::optional<std::size_t> quorum_;  // nothing for quorum none
};

}  // namespace cupel::ledger::witness
