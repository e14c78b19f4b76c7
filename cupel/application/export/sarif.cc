// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0: pass -> pass, fail -> fail at level error, warn -> fail at level warning (the value holds, its
// bound does not), not-run -> open, not applicable -> notApplicable, measured without a requirement ->
// informational.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

#include "cupel/application/export/exports.h"
#include "cupel/application/export/wording.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::exporting {
namespace {

using algorithm::check::Description;
using algorithm::check::RequirementOutcome;
using algorithm::check::Verdict;

struct Kind {
  const char* kind;
  const char* level;
};

/// A level other than "none" is only allowed for a failure (section 3.27.10).
Kind KindOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return {"pass", "none"};
    case Verdict::kWarn: return {"fail", "warning"};
    case Verdict::kFail: return {"fail", "error"};
    case Verdict::kNotRun: return {"open", "none"};
    case Verdict::kNotApplicable: return {"notApplicable", "none"};
  }
  return {"open", "none"};
}

Json Message(const std::string& text) { return Json::Object{{"text", text}}; }

Json RuleJson(const Description& description) {
  Json tags = Json::Array{PrincipleName(description.principle)};
  for (const std::string& id : description.requirements) tags.Append(id);
  Json json;
  json["id"] = description.id;
  json["shortDescription"] = Message(description.title.en);
  json["fullDescription"] = Message(description.summary.en);
  json["defaultConfiguration"] = Json::Object{{"level", "error"}};
  json["properties"] = Json::Object{{"tags", tags}, {"titleZh", description.title.zh}};
  if (!description.source.empty()) json["properties"]["source"] = description.source;
  return json;
}

/// The files of a run, each once, with its place in the list.
class Artifacts {
 public:
  std::int64_t Add(const std::string& name, const Digest& digest, const char* role) {
    const auto [it, added] = places_.emplace(name, static_cast<std::int64_t>(list_.size()));
    if (added) {
      Json json;
      json["location"] = Json::Object{{"uri", name}};
      json["hashes"] = Json::Object{{"sha-256", digest.Hex()}};
      json["roles"] = Json::Array{role};
      list_.push_back(std::move(json));
    }
    return it->second;
  }
  std::int64_t PlaceOf(const std::string& name) const { return places_.at(name); }
  Json ToJson() const { return list_; }

 private:
  std::map<std::string, std::int64_t> places_;
  Json::Array list_;
};

Json LocationJson(const std::string& uri, std::int64_t index) {
  return Json::Object{
      {"physicalLocation", Json::Object{{"artifactLocation", Json::Object{{"uri", uri}, {"index", index}}}}}};
}

/// The same requirement of the same check on the same part of the data, in whatever run.
std::string Fingerprint(const CheckRecord& check, const std::string& requirement) {
  const Json key = Json::Array{check.id(), check.run.parameters, check.run.subset.ToString(), requirement};
  return crypto::Sha256(AsBytes(key.Canonical())).Hex();
}

Json ResultJson(const CheckRecord& check, const RunRecord& record, const Artifacts& artifacts,
                std::int64_t rule, Kind kind, const std::string& message, const std::string& requirement) {
  Json json;
  json["ruleId"] = check.id();
  json["ruleIndex"] = rule;
  json["kind"] = kind.kind;
  json["level"] = kind.level;
  json["message"] = Message(message);
  json["locations"] = Json::Array{LocationJson(record.subject_name, artifacts.PlaceOf(record.subject_name))};
  json["relatedLocations"] =
      Json::Array{LocationJson(check.evidence.name, artifacts.PlaceOf(check.evidence.name)),
                  LocationJson(check.result.name, artifacts.PlaceOf(check.result.name))};
  json["partialFingerprints"] = Json::Object{{"cupelRequirement/v1", Fingerprint(check, requirement)}};
  json["properties"] = Json::Object{{"slice", SliceOf(check, record)},
                                    {"ledgerIndex", static_cast<std::int64_t>(check.ledger_index)}};
  if (!requirement.empty()) json["properties"]["requirement"] = requirement;
  return json;
}

std::string OutcomeText(const RequirementOutcome& outcome) {
  return outcome.requirement.text + ": " +
         (outcome.reason.empty() ? std::string(VerdictName(outcome.verdict)) : outcome.reason);
}

/// What a check without requirements has to say.
std::pair<Kind, std::string> WithoutRequirement(const CheckRecord& check) {
  if (!check.run.not_run_reason.empty())
    return {KindOf(Verdict::kNotRun), "not run: " + check.run.not_run_reason};
  if (check.run.result.not_applicable)
    return {KindOf(Verdict::kNotApplicable), "not applicable: " + check.run.result.not_applicable->en};
  if (!check.Measured()) return {KindOf(check.run.verdict), "nothing was measured"};
  return {{"informational", "none"},
          "measured; the plan requires nothing of it: " + MetricText(check.run.result.metrics[0])};
}

Artifacts ArtifactsOf(const RunRecord& record) {
  Artifacts artifacts;
  artifacts.Add(record.subject_name, record.subject_digest, "analysisTarget");
  artifacts.Add("plan.json", record.plan_digest, "toolSpecifiedConfiguration");
  for (const CheckRecord& check : record.checks) {
    artifacts.Add(check.result.name, check.result.digest, "resultFile");
    for (const RunFile& file : check.artifacts) artifacts.Add(file.name, file.digest, "attachment");
  }
  for (const RunFile& file : record.Statements()) artifacts.Add(file.name, file.digest, "attachment");
  return artifacts;
}

}  // namespace

Json Sarif(const RunRecord& record) {
  const Artifacts artifacts = ArtifactsOf(record);
  Json rules = Json::Array{};
  Json results = Json::Array{};
  std::map<std::string, std::int64_t> rule_places;
  for (const CheckRecord& check : record.checks) {
    const auto [place, is_new] =
        rule_places.emplace(check.id(), static_cast<std::int64_t>(rule_places.size()));
    if (is_new) rules.Append(RuleJson(check.run.check->description()));
    for (const RequirementOutcome& outcome : check.run.outcomes) {
      results.Append(ResultJson(check, record, artifacts, place->second, KindOf(outcome.verdict),
                                OutcomeText(outcome), outcome.requirement.text));
    }
    if (check.run.outcomes.empty()) {
      const auto [kind, message] = WithoutRequirement(check);
      results.Append(ResultJson(check, record, artifacts, place->second, kind, message, ""));
    }
  }
  Json run;
  Json& driver = run["tool"]["driver"];
  driver["name"] = "Cupel";
  driver["version"] = Shown(record.engine["version"]);
  driver["rules"] = std::move(rules);
  Json invocation = Json::Object{{"executionSuccessful", true}};
  if (const auto time = record.Time()) invocation["endTimeUtc"] = *time;
  run["invocations"] = Json::Array{std::move(invocation)};
  run["automationDetails"] = Json::Object{{"id", "cupel/" + record.plan_digest.Hex()}};
  run["artifacts"] = artifacts.ToJson();
  run["results"] = std::move(results);
  run["properties"] = Json::Object{{"assessment", record.name}, {"signer", record.verification.signer}};
  return Json::Object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", Json::Array{std::move(run)}}};
}

}  // namespace cupel::application::exporting
