// SPDX-License-Identifier: Apache-2.0
#pragma once

/// May this model run here, now? The decision of the runtime gate, as a function of what was read.
///
/// The checks, in this order; the first that fails decides, and each has a code of its own:
///
///     1  trust root        it can be read, and names hallmark keys and a policy for the ledger
///     2  bundle            it can be read, is in its one form, and holds exactly one signature
///     3  signature         a key of role hallmark made it; what it signed is a hallmark
///     4  model             both subject digests are those of the model's files, just hashed
///     5  class, conditions the class is accepted; host, purpose, region and guard level are allowed
///     6  time              from notBefore until before expires
///     7  receipt           it is in the ledger, under a checkpoint that the policy's quorum accepts
///     8  newest checkpoint accepted by the quorum, fresh (7 days for E3, 30 for E2), a continuation of the
///                          ledger at issue, of the receipt's checkpoint and of what this runtime remembers
///                          (position.h), and nothing revoked since
///
/// Promises: deterministic; no file, clock or network; nothing missing or unreadable ever turns a refusal
/// into an admission, and a position never admits what would be refused without it; a clock that was put back
/// is noticed when a witness saw a later time. Does not promise: anything for a model whose files are
/// exchanged between hashing and loading: load what was hashed (model_bytes.h). Source: the order and the
/// limits are explained in docs/formats/hallmark.md.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/hallmark/hallmark.h"
#include "cupel/ledger/hallmark/ledger_tail.h"
#include "cupel/ledger/hallmark/position.h"

namespace cupel::ledger::hallmark {

/// Why a model was refused. Names and meanings are stable: scripts and dashboards rely on them.
enum class AdmissionCode {
  kAdmitted,
  kTrustRoot,           ///< 1 The trust root cannot be read, or has no hallmark key or no ledger policy.
  kBundleUnreadable,    ///< 2 No bundle, broken, or not exactly one signature.
  kBundleForm,          ///< 2 Readable, but not the bytes that were written.
  kSignature,           ///< 3 No trusted key made the signature.
  kKeyRole,             ///< 3 A trusted key made it, but not one of role hallmark.
  kNotAHallmark,        ///< 3 What was signed is something else, or breaks a rule of hallmarks.
  kModelUnreadable,     ///< 4 The model's files could not be hashed.
  kModelMismatch,       ///< 4 The hallmark is of other files.
  kClassNotAccepted,    ///< 5 The runtime does not accept this class.
  kHostNotAllowed,      ///< 5
  kPurposeNotAllowed,   ///< 5
  kRegionNotAllowed,    ///< 5
  kGuardNotAllowed,     ///< 5 The guard level is not among the allowed ones.
  kGuardTooWeak,        ///< 5 The class needs a stronger guard.
  kNotYetValid,         ///< 6
  kExpired,             ///< 6
  kReceiptMissing,      ///< 7 The bundle has no log entry.
  kReceiptFalse,        ///< 7 Unreadable, of another leaf or log, or the proof is false.
  kReceiptQuorum,       ///< 7 The policy does not accept the receipt's checkpoint.
  kPositionUnreadable,  ///< 8 What this runtime remembers is there and cannot be believed, or is in use.
  kCheckpointMissing,   ///< 8 There is no newest checkpoint.
  kCheckpointQuorum,    ///< 8 Unreadable, of another log, or the policy does not accept it.
  kCheckpointTime,      ///< 8 Nobody says when the checkpoint was seen; E2 and E3 need to know.
  kClockBehind,         ///< 8 The checkpoint was seen later than this machine's clock says it is.
  kCheckpointStale,     ///< 8 Too old to show that nothing was revoked since.
  kLedgerRolledBack,    ///< 8 The newest checkpoint is older than what this runtime has seen.
  kLedgerUnreadable,    ///< 8 The leaves since the hallmark are not at hand.
  kLedgerInconsistent,  ///< 8 The newest checkpoint does not continue the ledger that the hallmark is in.
  kRevoked,             ///< 8
  kPositionNotKept,     ///< 8 What was read could not be remembered.
};
inline constexpr std::size_t kAdmissionCodes = static_cast<std::size_t>(AdmissionCode::kPositionNotKept) + 1;

/// "admitted", "trust-root", "bundle-unreadable", ...
std::string_view AdmissionCodeName(AdmissionCode code);
/// Which of the eight steps above the code belongs to; 0 for kAdmitted.
int AdmissionStep(AdmissionCode code);
/// What to do about it; empty for kAdmitted.
std::string_view AdmissionRemedy(AdmissionCode code);

/// What the runtime says about itself. Empty means that it does not say; then a condition on it refuses.
struct RuntimeContext {
  std::string host;
  std::string purpose;
  std::string region;
  GuardLevel guard = GuardLevel::kObserve;
  std::vector<RiskClass> accepted_classes = {RiskClass::kE0, RiskClass::kE1, RiskClass::kE2, RiskClass::kE3};
};

/// The newest state of the ledger, as the runtime holds it.
struct LedgerView {
  Result<std::string> checkpoint;  ///< A signed note with cosignatures.
  std::optional<Result<LedgerTail>>
      tail;  ///< Absent: the checkpoint alone, enough while the hallmark is its last leaf.
};

/// Everything that the decision depends on. What could not be read is an error in its place, so that the
/// order of the checks decides which failure is reported. `model` and `ledger` are called at most once, and
/// only when the checks before them hold.
struct AdmissionInputs {
  Result<evidence::TrustPolicy> trust = Fail(ErrorCode::kNotFound, "no trust root");
  Result<std::string> bundle = Fail(ErrorCode::kNotFound, "no hallmark");
  std::optional<Result<std::string>> receipt;  ///< A .tlog-proof file, beside the bundle's own log entry.
  std::function<Result<ModelDigests>()> model;
  /// The newest checkpoint, and the leaves from the one given on.
  std::function<LedgerView(std::uint64_t from)> ledger;
  /// What this runtime remembers; null for one that remembers nothing. Not owned.
  PositionStore* position = nullptr;
  RuntimeContext context;
  std::int64_t now = 0;  ///< Unix seconds.
};

struct Admission {
  AdmissionCode code = AdmissionCode::kTrustRoot;
  std::string message;  ///< What is wrong, with expected and found; empty when admitted.

  // What was learnt before the decision; absent where the checks did not get that far.
  std::optional<Digest> bundle;            ///< SHA-256 of the bundle's text.
  std::optional<Digest> payload;           ///< SHA-256 of the signed bytes, once the signature holds.
  std::optional<Hallmark> hallmark;        ///< Once it is known to be one.
  std::optional<ModelDigests> model;       ///< Of the files at hand.
  std::optional<std::uint64_t> index;      ///< Of the hallmark in its ledger.
  std::optional<LedgerState> newest;       ///< The ledger at the newest checkpoint.
  std::optional<std::int64_t> seen_at;     ///< When the quorum saw it.
  std::optional<std::uint64_t> read_from;  ///< The first leaf that had to be read.
  bool position_is_new = false;            ///< There was none: this admission began one.

  bool admitted() const { return code == AdmissionCode::kAdmitted; }
  /// kVerificationFailed with message, code and remedy; ok when admitted.
  Status ToStatus() const;
};

/// Precondition: `model` and `ledger` are callable.
/// With a position, what was learnt is saved before it returns, a revocation too.
Admission Admit(const AdmissionInputs& inputs);

}  // namespace cupel::ledger::hallmark
