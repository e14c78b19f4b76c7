// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/predicate.h"

#include <fmt/format.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/merkle/tree.h"

namespace cupel::application::assess {
namespace {

using algorithm::check::Metric;
using algorithm::check::RequirementOutcome;
using algorithm::check::Verdict;

Json DigestJson(const Digest& digest) { return Json::Object{{"sha256", digest.Hex()}}; }

Json MetricJson(const Metric& metric) {
  Json json;
  json["metric"] = metric.name;
  json["value"] = JsonOrNull(metric.value);
  json["sampleSize"] = metric.n;
  if (metric.count) json["count"] = *metric.count;
  if (metric.interval) {
    json["low"] = JsonOrNull(metric.interval->low);
    json["high"] = JsonOrNull(metric.interval->high);
    json["level"] = metric.interval->level;
    json["method"] = metric.interval->method;
  }
  return json;
}

Json OutcomeJson(const RequirementOutcome& outcome) {
  Json json;
  json["metric"] = outcome.requirement.metric;
  json["comparator"] = ComparatorName(outcome.requirement.comparator);
  json["threshold"] = outcome.requirement.threshold;
  json["passed"] = outcome.verdict == Verdict::kPass;
  json["verdict"] = VerdictName(outcome.verdict);
  json["bound"] = outcome.bound;
  json["compared"] = JsonOrNull(outcome.compared);
  return json;
}

/// RFC 6962 root over the witnesses' canonical JSON: one witness can be shown without the others.
Json WitnessesJson(const std::vector<Json>& witnesses) {
  ledger::merkle::Tree tree;
  for (const Json& witness : witnesses) tree.Append(ledger::merkle::LeafHash(AsBytes(witness.Canonical())));
  return Json::Object{{"count", witnesses.size()}, {"merkleRoot", DigestJson(tree.Root())}};
}

Json ArtifactsJson(const CheckRun& run) {
  Json list = Json::Array{};
  for (std::size_t i = 0; i < run.artifact_files.size(); ++i) {
    const std::string& file = run.artifact_files[i];
    // artifacts/<64 digits>.<extension>: the name holds the digest.
    const std::string hex = file.substr(file.find('/') + 1, 2 * Digest::kSize);
    list.Append(Json::Object{{"name", file},
                             {"mediaType", run.result.artifacts[i].media_type},
                             {"digest", Json::Object{{"sha256", hex}}}});
  }
  return list;
}

}  // namespace

Json PlanPredicate(const Plan& plan, const Assessment& assessment) {
  Json json;
  json["assessment"] = assessment.name;
  json["plan"] = Json::Object{{"name", "plan.json"}, {"digest", DigestJson(assessment.plan_digest)}};
  json["planText"] =
      Json::Object{{"name", "plan.toml"}, {"digest", DigestJson(crypto::Sha256(AsBytes(plan.text)))}};
  json["engine"] = assessment.engine.ToJson();
  json["inputs"] = assessment.frozen["inputs"];
  return json;
}

Result<Json> MeasuredPart(const CheckRun& run) {
  if (run.artifact_files.size() != run.result.artifacts.size()) {
    return Fail(ErrorCode::kCorrupt, "a result must name one file for each artifact", "artifactFiles");
  }
  Json json;
  json["sampleSize"] = run.samples;
  json["metrics"] = Json::Array{};
  for (const Metric& metric : run.result.metrics) json["metrics"].Append(MetricJson(metric));
  json["requirements"] = Json::Array{};
  for (const RequirementOutcome& outcome : run.outcomes) json["requirements"].Append(OutcomeJson(outcome));
  json["verdict"] = VerdictName(run.verdict);
  json["artifacts"] = ArtifactsJson(run);
  json["witnesses"] = WitnessesJson(run.result.witnesses);
  return json;
}

Result<Json> EvidencePredicate(const Assessment& assessment, const CheckRun& run) {
  const auto& description = run.check->description();
  const std::string result_name = RunFolder::ResultName(run.number, description.id);
  CUPEL_TRY(const Digest result_digest, crypto::Sha256OfFile(assessment.folder.root() / result_name));
  CUPEL_TRY(Json json, MeasuredPart(run));
  json["assessment"] = assessment.name;
  json["plan"] = Json::Object{{"name", "plan.json"}, {"digest", DigestJson(assessment.plan_digest)}};
  json["engine"] = assessment.engine.ToJson();
  json["inputs"] = assessment.frozen["inputs"];
  json["check"] = Json::Object{{"id", description.id},
                               {"parameters", run.parameters},
                               {"subset", run.subset.ToString()},
                               {"principle", PrincipleName(description.principle)},
                               {"requirementIds", Json::ArrayOf(description.requirements)}};
  json["seed"] = assessment.frozen["seed"];
  if (!run.not_run_reason.empty()) json["reason"] = run.not_run_reason;
  json["result"] = Json::Object{{"name", result_name}, {"digest", DigestJson(result_digest)}};
  json["assuranceLevel"] = "self_attested";
  json["seconds"] = run.seconds;
  json["cpuSeconds"] = run.cpu_seconds;
  return json;
}

Json WithoutTimes(const Json& predicate) {
  Json copy = predicate;
  for (const char* member : {"seconds", "cpuSeconds"}) copy.AsObject().erase(member);
  return copy;
}

}  // namespace cupel::application::assess
