// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Signs statements about a run and appends them to the run's ledger.
///
/// Every statement is an in-toto Statement v1 in a DSSE envelope in a Sigstore bundle, signed with the
/// evidence key (ECDSA P-256); the ledger's leaf is the `dsse` record of the envelope. Keys are files of mode
/// 0600, made on first use.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cupel/application/assess/assessment.h"
#include "cupel/application/projection/predicate_type.h"

namespace cupel::application::assess {

/// What a statement is about.
struct Subject {
  std::string name;
  Digest digest;
};

/// The predicate types of Cupel's own statements.
using projection::kEvidencePredicate;
using projection::kPlanPredicate;
using projection::kReportPredicate;

class EvidenceWriter {
 public:
  /// Loads or makes the keys, creates or reopens the run's ledger, and writes the public keys beside it.
  /// Errors: kPermission for a key file that others can read; kInvalidArgument when the run was begun with
  /// other keys.
  static Result<EvidenceWriter> Open(const RunFolder& folder, const KeyFiles& keys);

  EvidenceWriter(EvidenceWriter&&) noexcept;
  ~EvidenceWriter();

  /// Signs, writes the evidence file and appends it. If the run already has this file in its ledger with the
  /// same statement apart from times, that one is kept: sealing again after an interruption changes nothing.
  Result<EvidenceRecord> Seal(int number, const std::string& what, const std::string& predicate_type,
                              const std::vector<Subject>& subjects, const Json& predicate);

 private:
  struct State;
  explicit EvidenceWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel::application::assess
