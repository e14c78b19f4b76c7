// SPDX-License-Identifier: Apache-2.0
// The exports of a run of milliseconds (tiny_problem_for_test.h). Whether the documents follow their
// published schemas is tested by tools that we did not write, in tests/export.
#include <algorithm>
#include <functional>
#include <limits>
#include <set>

#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/export/croissant.h"
#include "cupel/application/export/exports.h"
#include "cupel/application/export/wording.h"
#include "cupel/application/report/trust_report.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::exporting {
namespace {

using assess::TinyProblem;
using cupel::testing::HasError;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// One finished run, sealed with its report, as `cupel assess` does it; made once.
class Exported : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    problem_ = new TinyProblem;
    CUPEL_ASSERT_OK(const assess::Plan plan, problem_->ThePlan());
    const assess::RunOptions options = problem_->Options("run");
    CUPEL_ASSERT_OK(const assess::Assessment assessment, RunAssessment(plan, options));
    CUPEL_ASSERT_OK(const Json ledger, assess::LedgerFacts(assessment.folder));
    const Json report = report::ReportJson(assessment, ledger, "2026-01-02T03:04:05Z");
    ASSERT_THAT(assess::SealReport(assessment, options.keys, {{"report.json", report.Canonical() + "\n"}}),
                cupel::testing::IsOk());
  }
  static void TearDownTestSuite() {
    delete problem_;
    problem_ = nullptr;
  }

  static RunRecord Record() {
    Result<RunRecord> record = ReadRun(problem_->Path("run"), {});
    CUPEL_CHECK(record.has_value());
    return *std::move(record);
  }

  static TinyProblem* problem_;
};
TinyProblem* Exported::problem_ = nullptr;

const Json& FindBy(const Json& list, const char* member, const std::string& value) {
  for (const Json& item : list.AsArray()) {
    if (item[member] == Json(value)) return item;
  }
  static const Json none;
  return none;
}

std::vector<std::string> Texts(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& item : list.AsArray()) texts.push_back(item.AsString());
  return texts;
}

TEST_F(Exported, RecordHoldsWhatTheStatementsBind) {
  const RunRecord record = Record();
  EXPECT_EQ(record.name, "tiny");
  EXPECT_EQ(record.subject_name, "model.onnx");
  ASSERT_EQ(record.checks.size(), 4U);
  EXPECT_EQ(record.checks[0].id(), "evaluate.accuracy");
  EXPECT_EQ(record.checks[3].ledger_index, 4U);
  EXPECT_EQ(record.checks[3].evidence.name, "evidence/0004-inspect.pgd.sigstore.json");
  EXPECT_FALSE(record.checks[3].artifacts.empty());
  EXPECT_EQ(record.Time(), "2026-01-02T03:04:05Z");
  EXPECT_EQ(record.Statements().size(), 6U);
  for (const RunFile& file : record.Statements()) {
    CUPEL_ASSERT_OK(const Digest digest, crypto::Sha256OfFile(problem_->Path("run") / file.name));
    EXPECT_EQ(digest, file.digest) << file.name;
  }
}

TEST_F(Exported, IsTheSameBytesEveryTime) {
  for (const auto& make : {CycloneDx, ModelCard, Sarif})
    EXPECT_EQ(make(Record()).Indented(), make(Record()).Indented());
}

TEST_F(Exported, RefusesAChangedRun) {
  const std::filesystem::path copy = problem_->Path("changed");
  std::filesystem::copy(problem_->Path("run"), copy, std::filesystem::copy_options::recursive);
  const std::filesystem::path result = copy / "results/0001-evaluate.accuracy.json";
  CUPEL_ASSERT_OK(std::string text, ReadTextFile(result));
  text.back() = ' ';
  ASSERT_THAT(WriteFileAtomic(result, text), cupel::testing::IsOk());
  EXPECT_THAT(ReadRun(copy, {}), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(Exported, RefusesAnUnfinishedRun) {
  const std::filesystem::path copy = problem_->Path("unfinished");
  std::filesystem::create_directories(copy);
  EXPECT_THAT(ReadRun(copy, {}), HasError(ErrorCode::kNotFound));
}

TEST_F(Exported, CycloneDxTakesItsSerialNumberFromThePlan) {
  const RunRecord record = Record();
  const Json bom = CycloneDx(record);
  EXPECT_EQ(bom["serialNumber"].AsString(), "urn:uuid:" + UuidOf(record.plan_digest));
  EXPECT_EQ(bom["metadata"]["timestamp"].AsString(), "2026-01-02T03:04:05Z");
  EXPECT_EQ(bom["metadata"]["component"]["hashes"].AsArray()[0]["content"].AsString(),
            record.subject_digest.Hex());
}

TEST_F(Exported, CycloneDxHasTheMeasuredNumbersAndNoOthers) {
  const RunRecord record = Record();
  const Json bom = CycloneDx(record);
  std::size_t measured = 0;
  for (const CheckRecord& check : record.checks) {
    for (const auto& metric : check.run.result.metrics) measured += metric.value - metric.value == 0 ? 1 : 0;
  }
  const Json& metrics =
      bom["metadata"]["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"];
  ASSERT_EQ(metrics.AsArray().size(), measured);
  const auto& accuracy = record.checks[0].run.result.metrics[0];
  EXPECT_EQ(metrics.AsArray()[0]["value"].AsString(), JsonNumber(accuracy.value));
  EXPECT_EQ(metrics.AsArray()[0]["confidenceInterval"]["lowerBound"].AsString(),
            JsonNumber(accuracy.interval->low));
  EXPECT_EQ(metrics.AsArray()[0]["slice"].AsString(), "evaluate.accuracy, all of tiny");
}

TEST_F(Exported, CycloneDxShowsAFailureAsCounterEvidence) {
  const Json claims = CycloneDx(Record())["declarations"]["claims"];
  const Json& fails = FindBy(claims, "bom-ref", "claim:0004:1");
  EXPECT_THAT(fails["predicate"].AsString(), StartsWith("robust_accuracy >= 0.99"));
  EXPECT_THAT(Texts(fails["counterEvidence"]), Contains("evidence:0004"));
  EXPECT_EQ(fails.Find("evidence"), nullptr);
  const Json& holds = FindBy(claims, "bom-ref", "claim:0001:1");
  EXPECT_THAT(Texts(holds["evidence"]), Contains("evidence:0001"));
  EXPECT_EQ(holds.Find("counterEvidence"), nullptr);
}

TEST_F(Exported, CycloneDxLinksEveryStatementByDigest) {
  const RunRecord record = Record();
  const Json bom = CycloneDx(record);
  for (const RunFile& file : record.Statements()) {
    const Json& reference = FindBy(bom["externalReferences"], "url", file.name);
    EXPECT_EQ(reference["hashes"].AsArray()[0]["content"].AsString(), file.digest.Hex()) << file.name;
  }
  EXPECT_EQ(bom["declarations"]["evidence"].AsArray().size(), record.Statements().size() + 1);
}

/// Calls `visit` for every object of a document.
void Walk(const Json& json, const std::function<void(const Json&)>& visit) {
  if (json.IsObject()) {
    visit(json);
    for (const auto& [key, value] : json.AsObject()) Walk(value, visit);
  } else if (json.IsArray()) {
    for (const Json& item : json.AsArray()) Walk(item, visit);
  }
}

TEST_F(Exported, CycloneDxReferencesAreUniqueAndLeadSomewhere) {
  const Json bom = CycloneDx(Record());
  std::set<std::string> refs;
  Walk(bom, [&](const Json& object) {
    const Json* ref = object.Find("bom-ref");
    if (ref == nullptr) return;
    EXPECT_TRUE(refs.insert(ref->AsString()).second) << ref->AsString();
  });
  const auto expect_known = [&](const Json& ref) {
    EXPECT_TRUE(refs.contains(ref.AsString())) << ref.AsString();
  };
  Walk(bom["declarations"], [&](const Json& object) {
    for (const char* member : {"claims", "evidence", "counterEvidence"}) {
      const Json* list = object.Find(member);
      if (list == nullptr || list->AsArray().empty() || !list->AsArray()[0].IsString()) continue;
      for (const Json& ref : list->AsArray()) expect_known(ref);
    }
    for (const char* member : {"requirement", "assessor", "target"}) {
      if (const Json* ref = object.Find(member)) expect_known(*ref);
    }
  });
}

TEST_F(Exported, CycloneDxMapsTopicsToClaims) {
  const Json bom = CycloneDx(Record());
  const Json& topics = bom["declarations"]["attestations"].AsArray()[0]["map"];
  EXPECT_THAT(Texts(FindBy(topics, "requirement", "topic:X04")["claims"]), Contains("claim:0004:1"));
  EXPECT_THAT(Texts(FindBy(topics, "requirement", "topic:X02")["claims"]), Contains("claim:plan"));
  EXPECT_TRUE(FindBy(topics, "requirement", "topic:X10").IsNull()) << "no explanation was tested";
  const Json& own = bom["declarations"]["attestations"].AsArray()[1]["map"];
  EXPECT_THAT(Texts(FindBy(own, "requirement", "requirement:A1")["claims"]), Contains("claim:0001:1"));
  EXPECT_EQ(bom["definitions"]["standards"].AsArray()[0]["requirements"].AsArray().size(), 22U);
}

TEST_F(Exported, ClaimsNoConformityAnywhere) {
  for (const auto& make : {CycloneDx, ModelCard, Sarif})
    EXPECT_THAT(make(Record()).Canonical(), AllOf(Not(HasSubstr("omplian")), Not(HasSubstr("onformance"))));
}

TEST_F(Exported, ModelCardHasNumbersWithIntervalsAndWhatFailed) {
  const Json card = ModelCard(Record());
  EXPECT_EQ(card["schema_version"].AsString(), "0.0.2");
  const Json& first = card["quantitative_analysis"]["performance_metrics"].AsArray()[0];
  EXPECT_EQ(first["type"].AsString(), "accuracy");
  EXPECT_LT(first["confidence_interval"]["lower_bound"].AsNumber(), first["value"].AsNumber());
  std::string limitations;
  for (const Json& item : card["considerations"]["limitations"].AsArray())
    limitations += item["description"].AsString() + "\n";
  EXPECT_THAT(limitations, HasSubstr("inspect.pgd: fail: robust_accuracy >= 0.99: "));
  EXPECT_EQ(card["considerations"].Find("use_cases"), nullptr) << "nobody said what it is for";
}

TEST_F(Exported, SarifKeepsPassesAndFailures) {
  const Json log = Sarif(Record());
  const Json& results = log["runs"].AsArray()[0]["results"];
  const Json& pass = FindBy(results, "ruleId", "evaluate.accuracy");
  EXPECT_EQ(pass["kind"].AsString(), "pass");
  EXPECT_EQ(pass["level"].AsString(), "none");
  const Json& fail = FindBy(results, "ruleId", "inspect.pgd");
  EXPECT_EQ(fail["kind"].AsString(), "fail");
  EXPECT_EQ(fail["level"].AsString(), "error");
  EXPECT_EQ(FindBy(results, "ruleId", "evaluate.calibration")["kind"].AsString(), "informational");
}

TEST_F(Exported, SarifArtifactsHaveTheDigestsOfTheFiles) {
  const Json artifacts = Sarif(Record())["runs"].AsArray()[0]["artifacts"];
  int compared = 0;
  for (const Json& artifact : artifacts.AsArray()) {
    const std::filesystem::path file = problem_->Path("run") / artifact["location"]["uri"].AsString();
    if (!std::filesystem::exists(file)) continue;  // the model is not in the folder
    CUPEL_ASSERT_OK(const Digest digest, crypto::Sha256OfFile(file));
    EXPECT_EQ(artifact["hashes"]["sha-256"].AsString(), digest.Hex()) << file;
    ++compared;
  }
  EXPECT_GE(compared, 12);
}

/// The record with its last check replaced.
RunRecord WithLast(RunRecord record, const std::function<void(CheckRecord&)>& change) {
  change(record.checks.back());
  return record;
}

TEST_F(Exported, ACheckThatWasNotRunIsOpenAndClaimsNothing) {
  const RunRecord record = WithLast(Record(), [](CheckRecord& check) {
    check.run.verdict = algorithm::check::Verdict::kNotRun;
    check.run.not_run_reason = "unsupported operator Foo";
    check.run.outcomes.clear();
    check.run.result = {};
  });
  const Json sarif = Sarif(record);
  const Json& result = FindBy(sarif["runs"].AsArray()[0]["results"], "ruleId", "inspect.pgd");
  EXPECT_EQ(result["kind"].AsString(), "open");
  EXPECT_THAT(result["message"]["text"].AsString(), HasSubstr("unsupported operator Foo"));
  const Json declarations = CycloneDx(record)["declarations"];
  for (const Json& claim : declarations["claims"].AsArray())
    EXPECT_THAT(claim["bom-ref"].AsString(), Not(StartsWith("claim:0004")));
  EXPECT_THAT(FindBy(declarations["evidence"], "bom-ref", "evidence:0004")["description"].AsString(),
              HasSubstr("not-run: unsupported operator Foo"));
}

TEST_F(Exported, AWarningIsCounterEvidenceAtLevelWarning) {
  const RunRecord record = WithLast(
      Record(), [](CheckRecord& check) { check.run.outcomes[0].verdict = algorithm::check::Verdict::kWarn; });
  EXPECT_EQ(
      FindBy(Sarif(record)["runs"].AsArray()[0]["results"], "ruleId", "inspect.pgd")["level"].AsString(),
      "warning");
  EXPECT_NE(
      FindBy(CycloneDx(record)["declarations"]["claims"], "bom-ref", "claim:0004:1").Find("counterEvidence"),
      nullptr);
}

TEST_F(Exported, LeavesOutWhatWasNotMeasured) {
  const RunRecord record = WithLast(Record(), [](CheckRecord& check) {
    for (auto& metric : check.run.result.metrics) metric.value = std::numeric_limits<double>::quiet_NaN();
  });
  const Json bom = CycloneDx(record);
  for (const Json& metric :
       bom["metadata"]["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"].AsArray())
    EXPECT_THAT(metric["slice"].AsString(), Not(StartsWith("inspect.pgd")));
  EXPECT_TRUE(Json::Parse(ModelCard(record).Canonical()).has_value());
}

TEST_F(Exported, SurvivesAReportOfAnotherShape) {
  RunRecord record = Record();
  record.report = Json::Object{{"generated", 7},
                               {"model", Json::Object{{"operators", 3}, {"inputs", Json::Array{1, "x"}}}},
                               {"data", "no"}};
  for (const auto& make : {CycloneDx, ModelCard, Sarif})
    EXPECT_TRUE(Json::Parse(make(record).Canonical()).has_value());
  EXPECT_EQ(record.Time(), std::nullopt);
}

TEST_F(Exported, CroissantIsOfTheDataThatTheRunUsed) {
  CUPEL_ASSERT_OK(const Json json, CroissantOfRun(Record(), problem_->Path("dataset.toml")));
  EXPECT_EQ(json["name"].AsString(), "tiny");
  const Json& features = FindBy(json["distribution"], "@id", "features");
  CUPEL_ASSERT_OK(const Digest digest, crypto::Sha256OfFile(problem_->Path("x.npy")));
  EXPECT_EQ(features["sha256"].AsString(), digest.Hex());
  EXPECT_EQ(features["contentUrl"].AsString(), "x.npy");
}

TEST_F(Exported, CroissantRefusesOtherData) {
  CUPEL_ASSERT_OK(std::string text, ReadTextFile(problem_->Path("dataset.toml")));
  text.replace(text.find("[\"dark\", \"light\"]"), 17, "[\"light\", \"dark\"]");
  problem_->Write("other.toml", AsBytes(text));
  EXPECT_THAT(CroissantOfRun(Record(), problem_->Path("other.toml")),
              HasError(ErrorCode::kVerificationFailed));
}

data::dataset::Manifest ManifestOf(const std::string& text) {
  auto manifest = data::dataset::ParseManifest(text, "m.toml", "/data/here");
  CUPEL_CHECK(manifest.has_value());
  return *std::move(manifest);
}

constexpr const char* kTable = R"(
name = "people"
format = "csv"
class_names = ["no", "yes"]
licence = "CC-BY-4.0"
provenance = "a survey"
lawful_basis = "consent"
personal_data = true
purposes = ["testing", "teaching"]
known_bias = "town dwellers"
value_range = [0, 100]
[table]
label = "answer"
features = ["age"]
groups = ["sex"]
[[files]]
role = "table"
path = "../there/people.csv"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
)";

TEST(Croissant, HasTheGovernanceFieldsOfTheManifest) {
  CUPEL_ASSERT_OK(const Json json, Croissant(ManifestOf(kTable), "/data/here"));
  EXPECT_EQ(json["license"].AsString(), "CC-BY-4.0");
  EXPECT_EQ(json["rai:dataCollection"].AsString(), "a survey");
  EXPECT_EQ(json["rai:dataBiases"].AsString(), "town dwellers");
  EXPECT_THAT(Texts(json["rai:dataUseCases"]), ::testing::ElementsAre("testing", "teaching"));
  EXPECT_EQ(json["usageInfo"]["text"].AsString(), "consent");
  EXPECT_THAT(json["rai:personalSensitiveInformation"].AsString(), StartsWith("personal data"));
  EXPECT_EQ(json.Find("creator"), nullptr) << "the manifest does not say";
}

TEST(Croissant, HasAFieldAColumn) {
  CUPEL_ASSERT_OK(const Json json, Croissant(ManifestOf(kTable), "/data/here"));
  std::vector<std::string> columns;
  for (const Json& field : json["recordSet"].AsArray()[0]["field"].AsArray())
    columns.push_back(field["source"]["extract"]["column"].AsString());
  EXPECT_THAT(columns, ::testing::ElementsAre("age", "sex", "answer"));
  EXPECT_EQ(json["recordSet"].AsArray()[1]["data"].AsArray().size(), 2U);
}

TEST(Croissant, DoesNotInventWhatTheManifestLeavesOut) {
  std::string text = kTable;
  text.replace(text.find("known_bias = \"town dwellers\"\n"), 29, "");
  text.replace(text.find("personal_data = true"), 20, "personal_data = false");
  CUPEL_ASSERT_OK(const Json json, Croissant(ManifestOf(text), "/data/here"));
  EXPECT_EQ(json.Find("rai:dataBiases"), nullptr);
  EXPECT_THAT(json["rai:personalSensitiveInformation"].AsString(), StartsWith("no personal data"));
}

TEST(Croissant, NeedsTheDigestOfEveryFile) {
  std::string text = kTable;
  text.resize(text.find("sha256"));
  EXPECT_THAT(Croissant(ManifestOf(text), "/data/here"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("people.csv")));
}

TEST(CheckNumbers, RefusesWhatADoubleCannotHold) {
  const std::int64_t largest = std::int64_t{1} << 53;
  EXPECT_THAT(CheckNumbers(Json::Object{{"a", Json::Array{largest, -largest, 0.5, "x"}}}),
              cupel::testing::IsOk());
  EXPECT_THAT(CheckNumbers(Json::Object{{"a", Json::Array{largest + 1}}}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(CheckNumbers(Json::Array{Json::Object{{"a", -largest - 1}}}), HasError(ErrorCode::kCorrupt));
}

TEST(UuidOf, SetsVersionAndVariant) {
  Digest digest;
  EXPECT_EQ(UuidOf(digest), "00000000-0000-8000-8000-000000000000");
  digest.bytes.fill(0xFF);
  EXPECT_EQ(UuidOf(digest), "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

}  // namespace
}  // namespace cupel::application::exporting
