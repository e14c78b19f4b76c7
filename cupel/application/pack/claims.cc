// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/claims.h"

#include <fmt/format.h>

#include <optional>

#include "cupel/application/assess/check_runner.h"
#include "cupel/application/assess/predicate.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"

namespace cupel::application::pack {
namespace {

using algorithm::check::Requirement;
using algorithm::check::Verdict;
using assess::Assessment;
using assess::CheckRun;
using assess::RunFolder;

tl::unexpected<Error> False(std::string message, std::string place) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), std::move(place));
}

/// {"what": said, ...} against {"what": measured, ...}: the first member that differs.
Status Compare(const Json& said, const Json& measured, std::initializer_list<const char*> members,
               const std::string& place) {
  for (const char* member : members) {
    if (said[member] != measured[member]) {
      return False(
          fmt::format("\"{}\" is {}, measured was {}", member, said[member].Canonical().substr(0, 200),
                      measured[member].Canonical().substr(0, 200)),
          place);
    }
  }
  return {};
}

class Claims {
 public:
  explicit Claims(const RunFolder& folder) : folder_(folder) {}

  Status Check() {
    CUPEL_TRY(const std::string text, ReadTextFile(folder_.FrozenPlan()));
    CUPEL_TRY(assessment_.frozen, Json::Parse(text));
    assessment_.folder = folder_;
    assessment_.plan_digest = crypto::Sha256(AsBytes(text));
    CUPEL_TRY(assessment_.name, assessment_.frozen.StringAt("name"));
    CUPEL_TRY(const Json plan_predicate, PredicateOf(RunFolder::EvidenceName(0, "plan")));
    CUPEL_TRY(assessment_.engine.version, plan_predicate["engine"].StringAt("version"));
    CUPEL_TRY(const std::string executable, plan_predicate["engine"]["executable"].StringAt("sha256"));
    CUPEL_TRY(assessment_.engine.executable, Digest::FromHex(executable));
    CUPEL_TRY(const Json* checks, assessment_.frozen.ArrayAt("checks"));
    for (const Json& planned : checks->AsArray()) CUPEL_TRY_STATUS(AddCheck(planned));
    return CheckReport();
  }

 private:
  Result<Json> PredicateOf(const std::string& name) const {
    CUPEL_TRY(const std::string text, ReadTextFile(folder_.root() / name));
    CUPEL_TRY(const auto bundle, ledger::evidence::Bundle::Parse(text));
    auto statement = ledger::evidence::Statement::Parse(bundle.envelope.payload);
    if (!statement) return FailAt(name, std::move(statement).error());
    return statement->predicate;
  }

  /// One check: its result must follow from the plan, its statement from its result.
  Status AddCheck(const Json& planned) {
    const int number = static_cast<int>(assessment_.checks.size()) + 1;
    CUPEL_TRY(const std::string id, planned.StringAt("id"));
    const std::string result_name = RunFolder::ResultName(number, id);
    CUPEL_TRY(const std::string text, ReadTextFile(folder_.root() / result_name));
    CUPEL_TRY(const Json json, Json::Parse(text));
    CUPEL_TRY(CheckRun run, assess::ResultFromJson(json));
    run.number = number;
    CUPEL_TRY_STATUS(Compare(json, planned, {"parameters", "subset"}, result_name));
    CUPEL_TRY_STATUS(CheckVerdict(run, planned, result_name));
    const std::string evidence = RunFolder::EvidenceName(number, id);
    CUPEL_TRY(const Json predicate, PredicateOf(evidence));
    CUPEL_TRY_STATUS(Compare(predicate["check"], planned, {"id", "parameters", "subset"}, evidence));
    CUPEL_TRY_STATUS(Compare(predicate, assessment_.frozen, {"inputs", "seed"}, evidence));
    CUPEL_TRY(run.seconds, predicate.NumberAt("seconds"));
    CUPEL_TRY(run.evidence.digest, crypto::Sha256OfFile(folder_.root() / evidence));
    CUPEL_TRY(const std::string pem, ReadTextFile(folder_.EvidenceKey()));
    run.evidence.file = evidence;
    run.evidence.key_id = crypto::Sha256(AsBytes(pem)).Hex();
    run.evidence.ledger_index = number;
    assessment_.verdict = number == 1 ? run.verdict : Graver(assessment_.verdict, run.verdict);
    assessment_.checks.push_back(std::move(run));
    return {};
  }

  /// The plan's requirements, tested once more on the stored metrics.
  static Status CheckVerdict(const CheckRun& run, const Json& planned, const std::string& place) {
    CheckRun again = run;
    again.outcomes.clear();
    if (!run.not_run_reason.empty()) {
      again.verdict = Verdict::kNotRun;
    } else {
      std::vector<Requirement> requirements;
      for (const Json& line : planned["require"].AsArray()) {
        CUPEL_TRY(Requirement requirement, algorithm::check::ParseRequirement(line.AsString()));
        requirements.push_back(std::move(requirement));
      }
      ApplyRequirements(requirements, again);
    }
    CUPEL_TRY(const Json stored, MeasuredPart(run));
    CUPEL_TRY(const Json tested, MeasuredPart(again));
    return Compare(stored, tested, {"requirements", "verdict"}, place);
  }

  Status CheckReport() {
    const std::string place = "report.json";
    CUPEL_TRY(const std::string text, ReadTextFile(folder_.root() / place));
    CUPEL_TRY(const Json report, Json::Parse(text));
    if (report.Canonical() + "\n" != text) return False("not in the form in which it was written", place);
    const Json expected = report::ReportJson(assessment_, report["ledger"], "");
    CUPEL_TRY_STATUS(
        Compare(report, expected, {"format", "title", "verdict", "plan", "seed", "tool"}, place));
    CUPEL_TRY_STATUS(CheckInputs(report));
    CUPEL_TRY(const Json* checks, report.ArrayAt("checks"));
    if (checks->AsArray().size() != assessment_.checks.size()) {
      return False(
          fmt::format("has {} checks, the plan {}", checks->AsArray().size(), assessment_.checks.size()),
          place);
    }
    for (std::size_t i = 0; i < checks->AsArray().size(); ++i) {
      CUPEL_TRY_STATUS(CheckReported(checks->AsArray()[i], expected["checks"].AsArray()[i]));
    }
    return CheckOtherForms(report);
  }

  Status CheckInputs(const Json& report) const {
    const Json& inputs = assessment_.frozen["inputs"];
    if (inputs.Find("model") != nullptr && report["model"]["sha256"] != inputs["model"]["sha256"])
      return False("names another model than the plan", "report.json");
    if (inputs.Find("data") != nullptr && (report["data"]["sha256"] != inputs["data"]["digest"] ||
                                           report["data"]["samples"] != inputs["data"]["samples"])) {
      return False("names other data than the plan", "report.json");
    }
    return {};
  }

  static Status CheckReported(const Json& said, const Json& measured) {
    const std::string place =
        "report.json: " + (said["id"].IsString() ? said["id"].AsString() : "a check without id");
    CUPEL_TRY_STATUS(Compare(said, measured,
                             {"id", "verdict", "principle", "requirements", "seconds", "parameters",
                              "requirementsTested", "figures", "notes", "evidence"},
                             place));
    const Json& metrics = said["metrics"];
    if (!metrics.IsArray() || metrics.AsArray().size() != measured["metrics"].AsArray().size())
      return False("has other metrics than were measured", place);
    for (std::size_t i = 0; i < metrics.AsArray().size(); ++i) {
      CUPEL_TRY_STATUS(Compare(metrics.AsArray()[i], measured["metrics"].AsArray()[i],
                               {"name", "value", "n", "count", "low", "high", "level", "method"}, place));
    }
    return {};
  }

  /// report.md and the data within report.html are renderings of report.json.
  Status CheckOtherForms(const Json& report) const {
    CUPEL_TRY(const std::string markdown, ReadTextFile(folder_.root() / "report.md"));
    if (markdown != report::RenderMarkdown(report)) return False("is not what report.json says", "report.md");
    CUPEL_TRY(const std::string html, ReadTextFile(folder_.root() / "report.html"));
    if (!report::HtmlHolds(html, report))
      return False("its data are not those of report.json", "report.html");
    return {};
  }

  const RunFolder& folder_;
  Assessment assessment_;
};

}  // namespace

Status CheckClaims(const RunFolder& folder) { return Claims(folder).Check(); }

}  // namespace cupel::application::pack
