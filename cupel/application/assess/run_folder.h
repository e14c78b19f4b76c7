// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where everything of one assessment lies.
///
///     plan.toml                         the plan as written
///     plan.json                         the frozen plan (canonical JSON): what its digest covers
///     results/0001-inspect.pgd.json     one result a check: metrics, figures, witnesses, verdict; no times
///     artifacts/<sha256>.<extension>    files that results name: adversarial examples, pictures
///     evidence/0000-plan.sigstore.json  signed statements: the plan, each check, the report
///     ledger/                           the log that every statement is appended to
///     keys/                             public keys of the signer and of the ledger
///     journal/                          pieces of unfinished checks; removed when a check ends
///     report.html report.md report.json

#include <filesystem>
#include <string>
#include <string_view>

#include "cupel/base/digest.h"

namespace cupel::application::assess {

class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path root) : root_(std::move(root)) {}

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path PlanText() const { return root_ / "plan.toml"; }
  std::filesystem::path FrozenPlan() const { return root_ / "plan.json"; }
  std::filesystem::path Journal() const { return root_ / "journal"; }
  std::filesystem::path Ledger() const { return root_ / "ledger"; }
  std::filesystem::path EvidenceKey() const { return root_ / "keys/evidence.pub.pem"; }
  std::filesystem::path LedgerKey() const { return root_ / "keys/ledger.vkey"; }

  /// Relative to the root, as evidence and reports name them. number: place in the plan, from 1; 0 is the
  /// plan itself.
  static std::string ResultName(int number, std::string_view check);
  static std::string EvidenceName(int number, std::string_view what);
  static std::string ArtifactName(const Digest& digest, std::string_view extension);

 private:
  std::filesystem::path root_;
};

}  // namespace cupel::application::assess
