// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/export/run_record.h"

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/evidence_writer.h"
#include "cupel/application/export/wording.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::application::exporting {
namespace {

using ledger::evidence::Bundle;
using ledger::evidence::Statement;

/// Reads a file of the run; `digest` becomes its SHA-256.
Result<std::string> ReadNamed(const std::filesystem::path& root, RunFile& file) {
  CUPEL_TRY(std::string text, ReadTextFile(root / file.name));
  file.digest = crypto::Sha256(AsBytes(text));
  return text;
}

/// {"name": ..., "digest": {"sha256": ...}}: the file, if it still has that digest.
Result<std::string> ReadSigned(const std::filesystem::path& root, const Json& descriptor, RunFile& file) {
  CUPEL_TRY(file.name, descriptor.StringAt("name"));
  CUPEL_TRY(std::string text, ReadNamed(root, file));
  if (descriptor["digest"]["sha256"] != Json(file.digest.Hex())) {
    return Fail(ErrorCode::kVerificationFailed, "the file changed after it was verified", file.name);
  }
  return text;
}

/// Anybody can sign a folder: numbers that the writer would refuse are refused here.
Result<Json> ParseFile(const std::string& text, const std::string& name) {
  Result<Json> json = Json::Parse(text);
  if (!json) return FailAt(name, std::move(json).error());
  if (Status numbers = CheckNumbers(*json); !numbers) return FailAt(name, std::move(numbers).error());
  return json;
}

Result<Statement> ReadStatement(const std::filesystem::path& root, RunFile& file) {
  CUPEL_TRY(const std::string text, ReadNamed(root, file));
  CUPEL_TRY(const Bundle bundle, Bundle::Parse(text));
  return Statement::Parse(bundle.envelope.payload);
}

Status ReadPlanStatement(const std::filesystem::path& root, const Statement& statement, RunRecord& record) {
  RunFile plan;
  CUPEL_TRY(const std::string text, ReadSigned(root, statement.predicate["plan"], plan));
  CUPEL_TRY(record.frozen, ParseFile(text, plan.name));
  record.plan_digest = plan.digest;
  record.engine = statement.predicate["engine"];
  CUPEL_TRY(record.name, statement.predicate.StringAt("assessment"));
  record.subject_name = statement.subjects[0].name;
  const auto digest = statement.subjects[0].digest.find("sha256");
  if (digest == statement.subjects[0].digest.end())
    return Fail(ErrorCode::kCorrupt, "the plan's subject has no sha256", record.plan_evidence.name);
  CUPEL_TRY(record.subject_digest, Digest::FromHex(digest->second));
  return {};
}

Status ReadCheckStatement(const std::filesystem::path& root, const Statement& statement, CheckRecord check,
                          RunRecord& record) {
  CUPEL_TRY(const std::string text, ReadSigned(root, statement.predicate["result"], check.result));
  CUPEL_TRY(const Json json, ParseFile(text, check.result.name));
  CUPEL_TRY(check.run, assess::ResultFromJson(json));
  check.run.number = static_cast<int>(check.ledger_index);
  check.run.evidence = {check.evidence.name, check.evidence.digest, record.verification.signer,
                        static_cast<std::int64_t>(check.ledger_index)};
  for (const Json& artifact : statement.predicate["artifacts"].AsArray()) {
    RunFile file;
    CUPEL_TRY(file.name, artifact.StringAt("name"));
    CUPEL_TRY(const std::string hex, artifact["digest"].StringAt("sha256"));
    CUPEL_TRY(file.digest, Digest::FromHex(hex));
    check.artifacts.push_back(std::move(file));
  }
  record.checks.push_back(std::move(check));
  return {};
}

/// report.json is one of the files that the report's statement seals; a run may have been sealed without it.
Status ReadReport(const std::filesystem::path& root, const Statement& statement, RunRecord& record) {
  for (const auto& subject : statement.subjects) {
    if (subject.name != "report.json") continue;
    RunFile file{subject.name, {}};
    CUPEL_TRY(const std::string text, ReadNamed(root, file));
    const auto digest = subject.digest.find("sha256");
    if (digest == subject.digest.end() || digest->second != file.digest.Hex())
      return Fail(ErrorCode::kVerificationFailed, "the file changed after it was verified", file.name);
    CUPEL_TRY(record.report, ParseFile(text, file.name));
  }
  return {};
}

}  // namespace

bool CheckRecord::Measured() const {
  return run.not_run_reason.empty() && !run.result.not_applicable && !run.result.metrics.empty();
}

std::optional<std::string> RunRecord::Time() const {
  const Json* time = report.Find("generated");
  if (time == nullptr || !time->IsString()) return std::nullopt;
  return time->AsString();
}

const Json* RunRecord::Fact(std::string_view about, std::string_view member) const {
  const Json* facts = report.Find(about);
  return facts == nullptr ? nullptr : facts->Find(member);
}

std::vector<RunFile> RunRecord::Statements() const {
  std::vector<RunFile> files = {plan_evidence};
  for (const CheckRecord& check : checks) files.push_back(check.evidence);
  files.push_back(report_evidence);
  return files;
}

Result<RunRecord> ReadRun(const std::filesystem::path& folder, const assess::VerifyOptions& options) {
  RunRecord record;
  CUPEL_TRY(record.verification, VerifyRun(assess::RunFolder(folder), options));
  for (const assess::VerifiedStatement& verified : record.verification.statements) {
    RunFile file{verified.file, {}};
    CUPEL_TRY(const Statement statement, ReadStatement(folder, file));
    if (statement.predicate_type == assess::kPlanPredicate) {
      record.plan_evidence = file;
      CUPEL_TRY_STATUS(ReadPlanStatement(folder, statement, record));
    } else if (statement.predicate_type == assess::kEvidencePredicate) {
      CheckRecord check;
      check.evidence = file;
      check.ledger_index = verified.ledger_index;
      CUPEL_TRY_STATUS(ReadCheckStatement(folder, statement, std::move(check), record));
    } else {
      record.report_evidence = file;
      CUPEL_TRY_STATUS(ReadReport(folder, statement, record));
    }
  }
  record.checkpoint.name = "ledger/checkpoint";
  CUPEL_TRY([[maybe_unused]] const std::string note, ReadNamed(folder, record.checkpoint));
  return record;
}

}  // namespace cupel::application::exporting
