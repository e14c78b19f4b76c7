// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Making hallmarks: the decision that an assessment allows one, its statement, and its place in the ledger.
///
///     CUPEL_TRY(const IssuedHallmark issued, Issue(request, hallmark_key, ledger, now));
///     WriteFileAtomic("lenet.hallmark.json", issued.bundle.ToText());
///     WriteFileAtomic("lenet.hallmark.tlog-proof", issued.receipt.ToText());
///
/// Promises: no hallmark for an assessment in which a required check did not pass, unless a vote allowed it;
/// nothing is signed before everything was checked. Does not promise: that the assessment is genuine: the
/// caller has verified it (application/release does).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/crypto/signing_key.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/hallmark/exception.h"
#include "cupel/ledger/hallmark/hallmark.h"
#include "cupel/ledger/log/log.h"

namespace cupel::ledger::hallmark {

/// A finished and verified assessment, as far as a hallmark needs to know it.
struct AssessedRun {
  ModelDigests model;
  Digest plan;
  LedgerState ledger;
  std::vector<InputAttestation> inputs;  ///< Plan, every check, report.
  std::vector<bool> required;            ///< For each input: whether the plan requires something of it.
};

/// An exception that a key of role vote signed.
struct SignedException {
  Exception exception;
  evidence::Bundle bundle;
  crypto::PublicKey signer;

  Digest PayloadDigest() const;

  /// Errors: kVerificationFailed when no key of role vote signed it; kCorrupt, kUnsupported.
  static Result<SignedException> Open(evidence::Bundle bundle, const evidence::TrustPolicy& trust);
};

/// A required check that does not pass, and no exception that covers it.
struct FailingCheck {
  std::string check;
  std::string verdict;
  std::string why_uncovered;  ///< "no exception", "its exception expired at ...", "... is for another plan".
};
std::vector<FailingCheck> FailingChecks(const AssessedRun& run,
                                        const std::vector<SignedException>& exceptions, std::int64_t now);

struct IssueRequest {
  AssessedRun run;
  RiskClass risk = RiskClass::kE1;
  Conditions conditions;
  std::optional<int> valid_months;  ///< At most what the class allows, which is the default.
  std::vector<SignedException> exceptions;
  std::optional<PolicyReference> policy;  ///< Default: the frozen plan, "plan.json".
  std::optional<Digest> renews;
};

struct IssuedHallmark {
  Hallmark hallmark;
  evidence::Bundle bundle;   ///< With its log entry.
  log::Receipt receipt;      ///< The same proof as a .tlog-proof file.
  evidence::Bundle summary;  ///< The SLSA twin, logged just before.
};

/// Logs the exceptions, the twin and the hallmark, in this order, so that the hallmark is the last leaf.
/// Errors: kVerificationFailed when a check fails (FailingChecks); kInvalidArgument for a rule of hallmarks
/// or a validity that the class does not allow; those of Log::Append.
Result<IssuedHallmark> Issue(const IssueRequest& request, const crypto::SigningKey& key, log::Log& ledger,
                             std::int64_t now);

/// A statement's bundle, appended to the ledger and given its log entry.
struct LoggedBundle {
  evidence::Bundle bundle;
  log::Receipt receipt;
};
Result<LoggedBundle> AppendBundle(evidence::Bundle bundle, const crypto::PublicKey& signer, log::Log& ledger);

/// The bundle with this receipt as its only log entry. Errors: kVerificationFailed when it is not a proof of
/// the bundle's leaf under the log's key.
Result<evidence::Bundle> WithReceipt(evidence::Bundle bundle, const crypto::PublicKey& signer,
                                     const log::Receipt& receipt, const merkle::NoteVerifier& log);

}  // namespace cupel::ledger::hallmark
