// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The hallmark: the signed statement that a model may be used, where, and until when.
///
/// An in-toto statement of type `kHallmarkPredicate`. Its two subjects are the model's file by SHA-256 and
/// the model with its external data by the root digest of OpenSSF Model Signing, each labelled.
/// docs/formats/hallmark.md lists the members.
///
/// Promises: one form for one hallmark (what reads back prints the same bytes); every rule below is checked
/// both when it is written and when it is read; unknown members are refused, since a member that this version
/// does not know could be a restriction; no free text and no name of a person has a place in it. Does not
/// promise: that it is signed, logged, or still valid: admission.h decides that.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/base/error.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/ledger/hallmark/conditions.h"

namespace cupel::ledger::hallmark {

inline constexpr std::string_view kHallmarkPredicate = "https://cupel.dev/predicate/hallmark/v0.1";

/// How much harm a use can do. There is no E4 here: its products are stopped, never hallmarked.
enum class RiskClass { kE0, kE1, kE2, kE3 };
inline constexpr std::array<std::string_view, 4> kRiskClassNames = {"E0", "E1", "E2", "E3"};
std::string_view RiskClassName(RiskClass risk);
/// Errors: kInvalidArgument; "E4" says that such a product is never hallmarked.
Result<RiskClass> ParseRiskClass(std::string_view name);

/// The longest validity: 24 months for E0 and E1, 12 for E2, 6 for E3.
int MaximumMonths(RiskClass risk);
/// The weakest guard that may run the model: observe for E0 and E1, enforce for E2, fail-closed for E3.
GuardLevel RequiredGuard(RiskClass risk);
/// The oldest newest-checkpoint that still shows that nothing was revoked: 30 days for E2, 7 for E3, none for
/// the rest.
std::optional<std::int64_t> MaximumCheckpointAgeSeconds(RiskClass risk);

/// `months` calendar months later, at the same time of day; the last day of the month where there is no such
/// day. Precondition: months >= 0.
std::int64_t AddMonths(std::int64_t unix_seconds, int months);

/// The things that were assessed.
struct ModelDigests {
  std::string name;  ///< The file's name without folders; identifies nothing.
  Digest file;       ///< SHA-256 of the model file itself.
  Digest root;  ///< OpenSSF Model Signing: over the digests of the model file and of its external data files.
  bool operator==(const ModelDigests&) const = default;
};

/// One piece of evidence that the decision rests on.
struct InputAttestation {
  std::string uri;   ///< Where it lies in the run's folder: "evidence/0001-evaluate.accuracy.sigstore.json".
  Digest bundle;     ///< SHA-256 of the bundle's file.
  std::string what;  ///< "plan", a check's id, or "report".
  std::string verdict;  ///< "pass", "warn", "fail", "not-run", "not-applicable"; empty for plan and report.
  bool operator==(const InputAttestation&) const = default;
};

/// A ledger at one moment.
struct LedgerState {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool operator==(const LedgerState&) const = default;
};

/// What was decided by.
struct PolicyReference {
  std::string uri;
  Digest digest;
  bool operator==(const PolicyReference&) const = default;
};

struct Hallmark {
  std::string id;  ///< 32 hexadecimal digits, drawn at random.
  ModelDigests model;
  RiskClass risk = RiskClass::kE0;
  Conditions conditions;
  std::int64_t not_before = 0;  ///< Unix seconds; the first at which it holds.
  std::int64_t expires = 0;     ///< The first at which it holds no more.
  Digest plan;                  ///< SHA-256 of the frozen plan.
  LedgerState assessment;       ///< The run's own ledger, complete.
  LedgerState
      issued_into;  ///< The organisation's ledger just before the hallmark: revocations can only follow.
  std::vector<InputAttestation>
      inputs;                      ///< All evidence of the assessment, in order: plan, every check, report.
  std::vector<Digest> exceptions;  ///< SHA-256 of the payloads of the exception statements (exception.h).
  PolicyReference policy;
  std::optional<Digest> renews;  ///< SHA-256 of the payload of the hallmark that this one follows.

  /// Errors: kInvalidArgument when a rule is broken, naming the member: no inputs or not exactly one plan
  /// first, a name that is no file name, expires before it holds or later than the class allows, ...
  Result<evidence::Statement> ToStatement() const;
  /// Errors: kCorrupt with the member; kUnsupported for another predicate.
  static Result<Hallmark> FromStatement(const evidence::Statement& statement);

  /// From the bytes that were signed. Errors: as above; kCorrupt unless they are in the one form.
  static Result<Hallmark> Parse(BytesView payload);

  bool operator==(const Hallmark&) const = default;
};

}  // namespace cupel::ledger::hallmark
