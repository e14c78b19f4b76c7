// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/export/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/application/crosswalk/crosswalk.h"
#include "cupel/application/export/wording.h"
#include "cupel/application/report/evidence_for.h"

namespace cupel::application::exporting {
namespace {

using algorithm::check::RequirementOutcome;
using algorithm::check::Verdict;
using crosswalk::BuiltInCrosswalk;
using crosswalk::DocumentKind;
using crosswalk::Finding;

std::string EvidenceRef(std::uint64_t ledger_index) { return fmt::format("evidence:{:04}", ledger_index); }

/// One signed statement. The digest is also in the document's externalReferences, with the algorithm's name.
Json EvidenceJson(const std::string& ref, const RunFile& file, const std::string& what) {
  Json json;
  json["bom-ref"] = ref;
  json["propertyName"] = "cupel:evidence";
  json["description"] = fmt::format("{}; {}, sha256:{}", what, file.name, file.digest.Hex());
  json["data"] = Json::Array{
      Json::Object{{"name", file.name}, {"contents", Json::Object{{"url", file.name}}}},
      Json::Object{{"name", "sha256"},
                   {"contents", Json::Object{{"attachment", Json::Object{{"contentType", "text/plain"},
                                                                         {"content", file.digest.Hex()}}}}}}};
  return json;
}

Json AllEvidence(const RunRecord& record) {
  Json list = Json::Array{};
  list.Append(
      EvidenceJson(EvidenceRef(0), record.plan_evidence, "signed statement: the plan, before the run"));
  for (const CheckRecord& check : record.checks) {
    std::string what = fmt::format("signed statement: {}, {}", check.id(), VerdictName(check.run.verdict));
    if (!check.run.not_run_reason.empty()) what += ": " + check.run.not_run_reason;
    list.Append(EvidenceJson(EvidenceRef(check.ledger_index), check.evidence, what));
  }
  list.Append(EvidenceJson(EvidenceRef(record.checks.size() + 1), record.report_evidence,
                           "signed statement: the report, sealed"));
  list.Append(EvidenceJson("evidence:checkpoint", record.checkpoint, "signed checkpoint of the ledger"));
  return list;
}

/// Claims, and which of them belong to a check or a document.
struct Claims {
  Json list = Json::Array{};
  std::map<std::string, std::vector<std::string>> of_check;
  std::map<DocumentKind, std::string> of_document;

  void Add(const std::string& ref, const std::string& predicate, const std::string& reasoning, bool holds,
           const std::string& evidence) {
    Json json;
    json["bom-ref"] = ref;
    json["target"] = "target";
    json["predicate"] = predicate;
    if (!reasoning.empty()) json["reasoning"] = reasoning;
    json[holds ? "evidence" : "counterEvidence"] = Json::Array{evidence};
    list.Append(std::move(json));
  }
};

void AddCheckClaims(const CheckRecord& check, const RunRecord& record, Claims& claims) {
  const std::string slice = SliceOf(check, record);
  const std::string evidence = EvidenceRef(check.ledger_index);
  for (std::size_t i = 0; i < check.run.outcomes.size(); ++i) {
    const RequirementOutcome& outcome = check.run.outcomes[i];
    if (outcome.verdict == Verdict::kNotRun || outcome.verdict == Verdict::kNotApplicable) continue;
    const std::string ref = fmt::format("claim:{:04}:{}", check.ledger_index, i + 1);
    const std::string where = outcome.bound == "value" ? "measured value" : outcome.bound + " bound";
    claims.Add(ref, fmt::format("{}, tested at its {}: {}", outcome.requirement.text, where, slice),
               outcome.reason, outcome.verdict == Verdict::kPass, evidence);
    claims.of_check[check.id()].push_back(ref);
  }
  if (check.run.outcomes.empty() && check.Measured()) {
    const std::string ref = fmt::format("claim:{:04}:measured", check.ledger_index);
    claims.Add(
        ref,
        fmt::format("{}, measured without a requirement: {}", slice, MetricText(check.run.result.metrics[0])),
        "", true, evidence);
    claims.of_check[check.id()].push_back(ref);
  }
}

void AddDocumentClaims(const RunRecord& record, Claims& claims) {
  const auto add = [&](DocumentKind kind, const std::string& predicate, const std::string& evidence) {
    const std::string ref = fmt::format("claim:{}", DocumentKindName(kind));
    claims.Add(ref, predicate, "", true, evidence);
    claims.of_document[kind] = ref;
  };
  const Json& inputs = record.frozen["inputs"];
  add(DocumentKind::kPlan,
      fmt::format("the plan sha256:{} is the ledger's first entry, before every result",
                  record.plan_digest.Hex()),
      EvidenceRef(0));
  if (inputs.Find("model") != nullptr) {
    add(DocumentKind::kModelIdentity,
        fmt::format("what was assessed is {} sha256:{}", record.subject_name, record.subject_digest.Hex()),
        EvidenceRef(0));
  }
  if (const Json* data = inputs.Find("data")) {
    add(DocumentKind::kDataIdentity,
        fmt::format("the data are {}, identity sha256:{}", Shown((*data)["name"]), Shown((*data)["digest"])),
        EvidenceRef(0));
  }
  add(DocumentKind::kReport, "the report is sealed by a signed statement",
      EvidenceRef(record.checks.size() + 1));
  add(DocumentKind::kLedger,
      fmt::format("all {} statements are in the ledger with root {}", record.verification.ledger_size,
                  record.verification.ledger_root.Hex()),
      "evidence:checkpoint");
}

Claims AllClaims(const RunRecord& record) {
  Claims claims;
  for (const CheckRecord& check : record.checks) AddCheckClaims(check, record, claims);
  AddDocumentClaims(record, claims);
  return claims;
}

/// What the crosswalk finds in this run, in claims; topics without a claim are left out.
Json TopicMap(const RunRecord& record, const Claims& claims) {
  std::vector<assess::CheckRun> runs;
  for (const CheckRecord& check : record.checks) runs.push_back(check.run);
  Json map = Json::Array{};
  for (const Finding& finding : report::FindingsOf(runs, record.frozen)) {
    Json refs = Json::Array{};
    for (const std::string& id : finding.checks) {
      const auto found = claims.of_check.find(id);
      if (found == claims.of_check.end()) continue;
      for (const std::string& ref : found->second) refs.Append(ref);
    }
    for (const DocumentKind kind : finding.documents) {
      const auto found = claims.of_document.find(kind);
      if (found != claims.of_document.end()) refs.Append(found->second);
    }
    if (!refs.AsArray().empty())
      map.Append(Json::Object{{"requirement", "topic:" + finding.row->id}, {"claims", refs}});
  }
  return map;
}

/// The project's requirements that the checks of this run serve.
Json RequirementMap(const RunRecord& record, const Claims& claims) {
  Json map = Json::Array{};
  for (const crosswalk::Requirement& requirement : BuiltInCrosswalk().requirements) {
    Json refs = Json::Array{};
    std::set<std::string> seen;
    for (const CheckRecord& check : record.checks) {
      const auto& served = check.run.check->description().requirements;
      if (std::find(served.begin(), served.end(), requirement.id) == served.end()) continue;
      const auto found = claims.of_check.find(check.id());
      if (found == claims.of_check.end() || !seen.insert(check.id()).second) continue;
      for (const std::string& ref : found->second) refs.Append(ref);
    }
    if (!refs.AsArray().empty())
      map.Append(Json::Object{{"requirement", "requirement:" + requirement.id}, {"claims", refs}});
  }
  return map;
}

Json Attestation(const std::string& summary, Json map) {
  return Json::Object{{"summary", summary}, {"assessor", "assessor"}, {"map", std::move(map)}};
}

Json TargetComponent(const RunRecord& record) {
  Json json;
  json["type"] = record.frozen["inputs"].Find("model") != nullptr ? "machine-learning-model" : "data";
  json["bom-ref"] = "target";
  json["name"] = record.subject_name;
  json["hashes"] = Json::Array{Json::Object{{"alg", "SHA-256"}, {"content", record.subject_digest.Hex()}}};
  return json;
}

Json Property(const std::string& name, const std::string& value) {
  return Json::Object{{"name", name}, {"value", value}};
}

Json TopicJson(const crosswalk::Row& row) {
  Json properties = Json::Array{Property("cupel:appliesWhen", row.applies_when)};
  if (row.sufficiency)
    properties.Append(Property("cupel:sufficiency", std::string(SufficiencyName(*row.sufficiency))));
  for (const std::string& id : row.requirements) properties.Append(Property("cupel:requirement", id));
  for (const auto& [catalogue, ids] : row.clauses) {
    for (const std::string& id : ids) properties.Append(Property("cupel:clause:" + catalogue, id));
  }
  return Json::Object{{"bom-ref", "topic:" + row.id},
                      {"identifier", row.id},
                      {"text", row.title.en},
                      {"descriptions", Json::Array{row.title.zh}},
                      {"properties", properties}};
}

}  // namespace

Json Declarations(const RunRecord& record) {
  const Claims claims = AllClaims(record);
  Json json;
  json["assessors"] = Json::Array{Json::Object{
      {"bom-ref", "assessor"},
      {"thirdParty", false},
      {"organization", Json::Object{{"name", "holder of the key " + record.verification.signer}}}}};
  json["targets"]["components"] = Json::Array{TargetComponent(record)};
  json["evidence"] = AllEvidence(record);
  json["attestations"] = Json::Array{
      Attestation(
          fmt::format("Evidence available for the topics of crosswalk {}. Counter-evidence is listed; no "
                      "statement that a clause is met is made.",
                      BuiltInCrosswalk().version),
          TopicMap(record, claims)),
      Attestation("Evidence available for the project's own requirements.", RequirementMap(record, claims))};
  json["claims"] = claims.list;
  return json;
}

Json Standards() {
  const crosswalk::Crosswalk& data = BuiltInCrosswalk();
  Json topics = Json::Array{};
  for (const crosswalk::Row& row : data.rows) topics.Append(TopicJson(row));
  Json requirements = Json::Array{};
  for (const crosswalk::Requirement& requirement : data.requirements) {
    requirements.Append(Json::Object{{"bom-ref", "requirement:" + requirement.id},
                                     {"identifier", requirement.id},
                                     {"text", requirement.title.en},
                                     {"descriptions", Json::Array{requirement.title.zh}}});
  }
  const std::string version = fmt::format("{} (sha256:{})", data.version, data.digest.Hex());
  return Json::Array{Json::Object{{"bom-ref", "standard:crosswalk"},
                                  {"name", "Cupel crosswalk: topics that evidence is available for"},
                                  {"version", version},
                                  {"requirements", topics}},
                     Json::Object{{"bom-ref", "standard:requirements"},
                                  {"name", "Cupel requirements"},
                                  {"version", version},
                                  {"requirements", requirements}}};
}

}  // namespace cupel::application::exporting
