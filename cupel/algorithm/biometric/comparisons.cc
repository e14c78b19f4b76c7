// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/comparisons.h"

#include <fmt/format.h>

#include <array>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Row;

Result<bool> HasFailed(const Row& row) {
  const std::string& status = row.Text("status");
  if (status.empty() || status == "ok") return false;
  if (status == "failed") return true;
  return row.Corrupt(fmt::format("column \"status\" must hold ok or failed, got \"{}\"", status));
}

Status AddRow(const Row& row, scheme::NameNumbers& subjects, scheme::NameNumbers& transactions,
              Comparisons& comparisons) {
  const std::string& kind = row.Text("kind");
  CUPEL_TRY(const bool has_failed, HasFailed(row));
  const std::int32_t subject = subjects.Of(row.Text("subject"));
  const bool has_score = !row.IsEmpty("score");
  if (kind == "enrolment") {
    if (has_score) return row.Corrupt("an enrolment has no score");
    comparisons.enrolments.push_back({has_failed, subject});
    return {};
  }
  if (kind != "mated" && kind != "non-mated") {
    return row.Corrupt(
        fmt::format("column \"kind\" must hold mated, non-mated or enrolment, got \"{}\"", kind));
  }
  if (has_failed && has_score) return row.Corrupt("an attempt that failed to acquire has no score");
  Attempt attempt;
  attempt.is_mated = kind == "mated";
  attempt.is_acquired = !has_failed;
  attempt.subject = subject;
  // The same name in mated and non-mated rows is two transactions.
  if (!row.IsEmpty("transaction"))
    attempt.transaction = transactions.Of(kind + ' ' + row.Text("transaction"));
  if (!has_failed) {
    CUPEL_TRY(attempt.score, row.Real("score"));
  }
  comparisons.attempts.push_back(attempt);
  return {};
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Comparisons comparisons, ReadComparisons(sources.predictions));
  return std::make_unique<Comparisons>(std::move(comparisons));
}

}  // namespace

std::vector<double> Comparisons::Scores(bool mated) const {
  std::vector<double> scores;
  for (const Attempt& attempt : attempts) {
    if (attempt.is_acquired && attempt.is_mated == mated) scores.push_back(attempt.score);
  }
  return scores;
}

Result<Comparisons> ReadComparisons(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 5> kColumns{
      {{"kind", true}, {"score", true}, {"status", false}, {"subject", false}, {"transaction", false}}};
  Comparisons comparisons;
  scheme::NameNumbers subjects;
  scheme::NameNumbers transactions;
  CUPEL_TRY_STATUS(scheme::ReadRows(
      path, kColumns, [&](const Row& row) { return AddRow(row, subjects, transactions, comparisons); }));
  return comparisons;
}

const scheme::InputFormat kComparisons{
    .name = "comparisons",
    .meaning = {"CSV, one row an attempt: kind (mated, non-mated, enrolment), score (higher is more alike), "
                "optional status (ok, failed), subject, transaction",
                "CSV，每行一次尝试：kind（mated、non-mated、enrolment）、score（越大越相似），可选 "
                "status（ok、failed）、subject、transaction"},
    .read = Read};

}  // namespace cupel::algorithm::biometric
