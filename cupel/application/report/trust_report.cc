// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/trust_report.h"

#include <fmt/format.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/score/scorecard.h"
#include "cupel/application/report/evidence_for.h"
#include "cupel/application/report/metric_json.h"
#include "cupel/application/report/report_template.h"
#include "cupel/base/version.h"

namespace cupel::application::report {
namespace {

using algorithm::check::Description;
using algorithm::check::Metric;
using algorithm::check::MetricSpec;
using algorithm::check::RequirementOutcome;
using algorithm::check::Verdict;
using assess::CheckRun;

/// The declaration of a reported metric; declared names that end in "*" are prefixes.
const MetricSpec* FindSpec(const Description& description, const std::string& name) {
  for (const MetricSpec& spec : description.metrics) {
    if (spec.name == name) return &spec;
  }
  for (const MetricSpec& spec : description.metrics) {
    if (spec.name.ends_with('*') && name.starts_with(spec.name.substr(0, spec.name.size() - 1))) return &spec;
  }
  return nullptr;
}

Json DescribedMetric(const Metric& metric, const Description& description) {
  Json json = MetricJson(metric);
  if (const MetricSpec* spec = FindSpec(description, metric.name)) {
    json["title"] = algorithm::check::ToJson(spec->title);
    json["unit"] = spec->unit;
    json["higherIsBetter"] = spec->higher_is_better;
  }
  return json;
}

Json OutcomeJson(const RequirementOutcome& outcome) {
  Json json;
  json["expression"] = outcome.requirement.text;
  json["metric"] = outcome.requirement.metric;
  json["bound"] = outcome.bound;
  json["compared"] = JsonOrNull(outcome.compared);
  json["comparator"] = ComparatorName(outcome.requirement.comparator);
  json["threshold"] = outcome.requirement.threshold;
  json["verdict"] = VerdictName(outcome.verdict);
  json["reason"] = outcome.reason;
  return json;
}

Json ParametersJson(const CheckRun& run) {
  Json list = Json::Array{};
  for (const auto& spec : run.check->description().parameters) {
    const Json& value = run.parameters[spec.name];
    Json item;
    item["name"] = spec.name;
    item["value"] = value.IsArray() || value.IsObject() ? Json(value.Canonical()) : value;
    if (!spec.unit.empty()) item["unit"] = spec.unit;
    list.Append(std::move(item));
  }
  list.Append(Json::Object{{"name", "subset"}, {"value", run.subset.ToString()}});
  return list;
}

Json CheckJson(const CheckRun& run) {
  const Description& description = run.check->description();
  Json json;
  json["id"] = description.id;
  json["title"] = algorithm::check::ToJson(description.title);
  json["summary"] = algorithm::check::ToJson(description.summary);
  json["principle"] = PrincipleName(description.principle);
  json["requirements"] = Json::ArrayOf(description.requirements);
  json["source"] = description.source;
  json["verdict"] = VerdictName(run.verdict);
  json["seconds"] = run.seconds;
  if (!run.not_run_reason.empty()) json["reason"] = run.not_run_reason;
  if (run.verdict == Verdict::kNotApplicable && !run.result.not_applicable) {
    json["reason"] = Json::Object{{"en", "measured; the plan requires nothing of it"},
                                  {"zh", "已测量；计划未对其提出要求"}};
  }
  if (run.result.not_applicable) json["reason"] = algorithm::check::ToJson(*run.result.not_applicable);
  json["parameters"] = ParametersJson(run);
  json["requirementsTested"] = Json::Array{};
  for (const RequirementOutcome& outcome : run.outcomes)
    json["requirementsTested"].Append(OutcomeJson(outcome));
  json["metrics"] = Json::Array{};
  for (const Metric& metric : run.result.metrics)
    json["metrics"].Append(DescribedMetric(metric, description));
  json["figures"] = Json(Json::Array(run.result.figures.begin(), run.result.figures.end()));
  json["notes"] = Json::Array{};
  for (const auto& note : run.result.notes) json["notes"].Append(algorithm::check::ToJson(note));
  json["evidence"] = Json::Object{{"file", run.evidence.file},
                                  {"sha256", run.evidence.digest.Hex()},
                                  {"ledgerIndex", run.evidence.ledger_index},
                                  {"keyId", run.evidence.key_id}};
  return json;
}

/// How the inspection scores; null when no check of its factors was run.
Json ScorecardJson(const std::vector<CheckRun>& checks) {
  std::vector<algorithm::score::Measured> measured;
  for (const CheckRun& run : checks) {
    if (run.verdict == Verdict::kNotRun && run.result.metrics.empty()) continue;
    measured.push_back({.id = run.check->description().id,
                        .parameters = &run.parameters,
                        .subset = run.subset.ToString(),
                        .result = &run.result});
  }
  const algorithm::score::Scorecard card = algorithm::score::ScoreOf(measured);
  return card.overall ? algorithm::score::ToJson(card) : Json();
}

/// One or two sentences under the verdict: how many checks ended how.
Json SummaryText(const assess::Assessment& assessment) {
  int counts[5] = {};
  for (const CheckRun& run : assessment.checks) ++counts[static_cast<int>(run.verdict)];
  const auto count = [&](Verdict verdict) { return counts[static_cast<int>(verdict)]; };
  return Json::Object{
      {"en",
       fmt::format(
           "{} checks: {} pass, {} warn, {} fail, {} not run, {} not applicable. Requirements are tested "
           "against the confidence bound that hurts.",
           assessment.checks.size(), count(Verdict::kPass), count(Verdict::kWarn), count(Verdict::kFail),
           count(Verdict::kNotRun), count(Verdict::kNotApplicable))},
      {"zh", fmt::format("共 {} 项检查：{} 项通过，{} 项警告，"
                         "{} 项未通过，{} 项未运行，{} 项不适用。"
                         "要求以置信区间中不利的一侧检验。",
                         assessment.checks.size(), count(Verdict::kPass), count(Verdict::kWarn),
                         count(Verdict::kFail), count(Verdict::kNotRun), count(Verdict::kNotApplicable))}};
}

/// The data as they stand in the page: "<" would let a text in them close the script element.
std::string ScriptData(const Json& report) {
  std::string data;
  for (char c : report.Canonical()) {
    if (c == '<') {
      data += "\\u003c";
    } else {
      data += c;
    }
  }
  return data;
}

}  // namespace

Json ReportJson(const assess::Assessment& assessment, const Json& ledger, const std::string& generated) {
  Json json;
  json["format"] = "cupel-report/1";
  json["title"] = assessment.name;
  json["verdict"] = VerdictName(assessment.verdict);
  json["summary"] = SummaryText(assessment);
  json["generated"] = generated;
  json["tool"] = Json::Object{{"name", "Cupel"},
                              {"version", assessment.engine.version},
                              {"engineBuild", assessment.engine.executable.Hex()}};
  json["plan"] = Json::Object{{"file", "plan.json"}, {"digest", assessment.plan_digest.Hex()}};
  for (const char* member : {"model", "data", "machine"}) {
    if (const Json* fact = assessment.facts.Find(member)) json[member] = *fact;
  }
  json["seed"] = assessment.frozen["seed"].Canonical();
  json["seconds"] = assessment.seconds;
  json["checks"] = Json::Array{};
  for (const CheckRun& run : assessment.checks) json["checks"].Append(CheckJson(run));
  if (Json card = ScorecardJson(assessment.checks); !card.IsNull()) json["scorecard"] = std::move(card);
  json["crosswalk"] = CrosswalkJson(assessment.checks, assessment.frozen);
  json["ledger"] = ledger;
  json["verify"]["commands"] = Json::Array{"cupel verify .", "cupel verify --rerun ."};
  return json;
}

Result<std::string> RenderHtml(const Json& report) {
  constexpr std::string_view kPlace = "__CUPEL_REPORT_JSON__";
  const std::string_view page = ReportTemplate();
  const std::size_t place = page.find(kPlace);
  if (place == std::string_view::npos)
    return Fail(ErrorCode::kInternal, "the report template has no place for the data");
  std::string html(page.substr(0, place));
  html += ScriptData(report);
  html += page.substr(place + kPlace.size());
  return html;
}

bool HtmlHolds(std::string_view html, const Json& report) {
  constexpr std::string_view kOpen = "<script id=\"cupel-report\" type=\"application/json\">";
  const std::size_t start = html.find(kOpen);
  if (start == std::string_view::npos || html.find(kOpen, start + 1) != std::string_view::npos) return false;
  const std::string_view data = html.substr(start + kOpen.size());
  return data.substr(0, data.find("</script>")) == ScriptData(report);
}

}  // namespace cupel::application::report
