// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/evidence_for.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cupel::application::report {
namespace {

using assess::CheckRun;
using assess::RunFolder;
using crosswalk::Catalogue;
using crosswalk::DocumentKind;
using crosswalk::Finding;

Json RowJson(const Finding& finding, std::size_t checks) {
  Json json;
  json["id"] = finding.row->id;
  json["title"] = finding.row->title.ToJson();
  if (finding.sufficiency) json["sufficiency"] = SufficiencyName(*finding.sufficiency);
  json["requirements"] = Json::ArrayOf(finding.row->requirements);
  json["clauses"] = Json::Array{};
  for (const auto& [catalogue, ids] : finding.row->clauses) {
    json["clauses"].Append(Json::Object{{"catalogue", catalogue}, {"ids", Json::ArrayOf(ids)}});
  }
  json["checks"] = Json::ArrayOf(finding.checks);
  json["documents"] = Json::Array{};
  for (const DocumentKind kind : finding.documents) {
    json["documents"].Append(
        Json::Object{{"kind", DocumentKindName(kind)}, {"file", DocumentFile(kind, checks)}});
  }
  return json;
}

std::string Joined(const Json& texts) {
  std::vector<std::string> words;
  for (const Json& text : texts.AsArray()) words.push_back(text.AsString());
  return fmt::format("{}", fmt::join(words, ", "));
}

/// "[inspect.pgd](evidence/...) fail, [plan](evidence/...)"
std::string Links(const Json& row, const Json& report) {
  std::vector<std::string> links;
  for (const Json& id : row["checks"].AsArray()) {
    for (const Json& check : report["checks"].AsArray()) {
      if (check["id"] != id) continue;
      links.push_back(fmt::format("[{}]({}) {}", id.AsString(), check["evidence"]["file"].AsString(),
                                  check["verdict"].AsString()));
    }
  }
  for (const Json& document : row["documents"].AsArray())
    links.push_back(fmt::format("[{}]({})", document["kind"].AsString(), document["file"].AsString()));
  return fmt::format("{}", fmt::join(links, ", "));
}

/// The ids of a catalogue that a row names; "" for none.
std::string ClausesOf(const Json& row, const std::string& catalogue) {
  for (const Json& clauses : row["clauses"].AsArray()) {
    if (clauses["catalogue"].AsString() == catalogue) return Joined(clauses["ids"]);
  }
  return "";
}

}  // namespace

std::vector<Finding> FindingsOf(const std::vector<CheckRun>& checks, const Json& frozen) {
  std::set<std::string, std::less<>> measured;
  for (const CheckRun& run : checks) {
    const bool counts =
        run.not_run_reason.empty() && !run.result.not_applicable && !run.result.metrics.empty();
    if (counts) measured.insert(run.check->description().id);
  }
  std::set documents = {DocumentKind::kPlan, DocumentKind::kReport, DocumentKind::kLedger};
  if (frozen["inputs"].Find("model") != nullptr) documents.insert(DocumentKind::kModelIdentity);
  if (frozen["inputs"].Find("data") != nullptr) documents.insert(DocumentKind::kDataIdentity);
  return Match(crosswalk::BuiltInCrosswalk(), measured, documents);
}

std::string DocumentFile(DocumentKind kind, std::size_t checks) {
  switch (kind) {
    case DocumentKind::kPlan:
    case DocumentKind::kModelIdentity:
    case DocumentKind::kDataIdentity: return RunFolder::EvidenceName(0, "plan");
    case DocumentKind::kReport: return RunFolder::EvidenceName(static_cast<int>(checks) + 1, "report");
    case DocumentKind::kLedger: return "ledger/checkpoint";
    case DocumentKind::kHallmark:
    case DocumentKind::kAdmission: return "";
  }
  return "";
}

Json CrosswalkJson(const std::vector<CheckRun>& checks, const Json& frozen) {
  const crosswalk::Crosswalk& data = crosswalk::BuiltInCrosswalk();
  Json json;
  json["version"] = data.version;
  json["sha256"] = data.digest.Hex();
  json["catalogues"] = Json::Array{};
  for (const Catalogue& catalogue : data.catalogues) {
    json["catalogues"].Append(Json::Object{
        {"id", catalogue.id}, {"title", catalogue.title.ToJson()}, {"edition", catalogue.edition}});
  }
  json["rows"] = Json::Array{};
  for (const Finding& finding : FindingsOf(checks, frozen))
    json["rows"].Append(RowJson(finding, checks.size()));
  return json;
}

std::string EvidenceForMarkdown(const Json& report) {
  const Json* data = report.Find("crosswalk");
  if (data == nullptr) return "";
  std::string text = fmt::format(
      "\n## Evidence available for\n\nTopics and clauses on which this assessment holds evidence (crosswalk "
      "{}). "
      "Evidence can speak against: see the verdicts. No row says that a clause is met.\n",
      (*data)["version"].AsString());
  std::vector<std::string> without;
  for (const Json& catalogue : (*data)["catalogues"].AsArray()) {
    text += fmt::format("\n### {} ({})\n\n| clauses | evidence | extent | where |\n|---|---|---|---|\n",
                        catalogue["title"]["en"].AsString(), catalogue["edition"].AsString());
    for (const Json& row : (*data)["rows"].AsArray()) {
      const std::string clauses = ClausesOf(row, catalogue["id"].AsString());
      if (clauses.empty() || row.Find("sufficiency") == nullptr) continue;
      text += fmt::format("| {} | {} | {} | {} |\n", clauses, row["title"]["en"].AsString(),
                          row["sufficiency"].AsString(), Links(row, report));
    }
  }
  for (const Json& row : (*data)["rows"].AsArray()) {
    if (row.Find("sufficiency") == nullptr) without.push_back(row["title"]["en"].AsString());
  }
  if (without.empty()) return text;
  return text + fmt::format("\nNo evidence in this assessment: {}.\n", fmt::join(without, "; "));
}

}  // namespace cupel::application::report
