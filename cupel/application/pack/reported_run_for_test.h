// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A finished run of the tiny problem with its real report, for tests only; and one whose signer lies.

#include <functional>

#include "cupel/application/assess/seal_report.h"
#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/report/trust_report.h"

namespace cupel::application::pack {

class ReportedRun {
 public:
  /// change: what a signer who lies does to the report before he signs it.
  Status Finish(const std::string& name, const std::function<void(Json& report)>& change = [](Json&) {}) {
    CUPEL_TRY(const assess::Plan plan, problem_.ThePlan());
    const assess::RunOptions options = problem_.Options(name);
    CUPEL_TRY(const assess::Assessment assessment, RunAssessment(plan, options));
    return Seal(assessment, options.keys, change);
  }

  /// The report of an assessment that has run already, signed with its keys.
  static Status Seal(const assess::Assessment& assessment, const assess::KeyFiles& keys,
                     const std::function<void(Json& report)>& change) {
    CUPEL_TRY(const Json ledger, assess::LedgerFacts(assessment.folder));
    Json report = report::ReportJson(assessment, ledger, "2026-01-02T03:04:05Z");
    change(report);
    CUPEL_TRY(const std::string html, report::RenderHtml(report));
    return SealReport(assessment, keys,
                      {{"report.html", html},
                       {"report.md", report::RenderMarkdown(report)},
                       {"report.json", report.Canonical() + "\n"}});
  }

  assess::TinyProblem& problem() { return problem_; }
  std::filesystem::path Path(const std::string& name) const { return problem_.Path(name); }
  assess::RunFolder Folder(const std::string& name) const { return assess::RunFolder(Path(name)); }

 private:
  assess::TinyProblem problem_;
};

}  // namespace cupel::application::pack
