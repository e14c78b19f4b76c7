// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/crosswalk/crosswalk.h"

#include <fmt/format.h>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::crosswalk {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A crosswalk of one row, right in everything.
constexpr const char* kSmall = R"(format = "cupel-crosswalk/1"
version = "1"
[[catalogue]]
id = "law"
title = "A law"
title_zh = "某法"
edition = "2026"
basis = "secondary"
[[requirement]]
id = "A2"
title = "Inspection"
title_zh = "检测"
[[row]]
id = "X01"
title = "Attacks"
title_zh = "攻击"
applies_when = "always"
checks = ["inspect.fgsm", "inspect.pgd"]
documents = ["plan"]
sufficiency = "full"
requirements = ["A2"]
[row.clauses]
law = ["Art. 1", "Art. 2"]
)";

/// kSmall with the first `what` replaced.
std::string Changed(const std::string& what, const std::string& by) {
  std::string text = kSmall;
  const std::size_t at = text.find(what);
  CUPEL_CHECK(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

TEST(Crosswalk, ReadsARow) {
  CUPEL_ASSERT_OK(const Crosswalk crosswalk, Crosswalk::Parse(kSmall, "small.toml"));
  EXPECT_EQ(crosswalk.version, "1");
  EXPECT_EQ(crosswalk.digest, crypto::Sha256(AsBytes(std::string_view(kSmall))));
  ASSERT_EQ(crosswalk.rows.size(), 1U);
  const Row& row = crosswalk.rows[0];
  EXPECT_EQ(row.title.en, "Attacks");
  EXPECT_THAT(row.checks, ElementsAre("inspect.fgsm", "inspect.pgd"));
  EXPECT_THAT(row.documents, ElementsAre(DocumentKind::kPlan));
  EXPECT_EQ(row.sufficiency, Sufficiency::kFull);
  EXPECT_THAT(row.clauses.at("law"), ElementsAre("Art. 1", "Art. 2"));
  EXPECT_EQ(crosswalk.FindCatalogue("law")->edition, "2026");
  EXPECT_EQ(crosswalk.FindCatalogue("lore"), nullptr);
  EXPECT_EQ(crosswalk.FindRequirement("A2")->title.en, "Inspection");
}

struct Mistake {
  const char* name;
  const char* what;
  const char* by;
  const char* message;
};

class CrosswalkMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(CrosswalkMistake, IsRefusedWithItsLine) {
  const Mistake& mistake = GetParam();
  const auto parsed = Crosswalk::Parse(Changed(mistake.what, mistake.by), "small.toml");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_THAT(parsed.error().ToString(), HasSubstr(mistake.message));
  EXPECT_THAT(parsed.error().ToString(), HasSubstr("small.toml:"));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, CrosswalkMistake,
    ::testing::Values(Mistake{"Key", "applies_when", "applies_wen", "did you mean \"applies_when\""},
                      Mistake{"TopKey", "version", "versoin", "did you mean \"version\""},
                      Mistake{"CatalogueKey", "edition", "editoin", "did you mean \"edition\""},
                      Mistake{"Condition", "\"always\"", "\"alway\"", "did you mean \"always\""},
                      Mistake{"Basis", "\"secondary\"", "\"rumour\"", "\"basis\" cannot be \"rumour\""},
                      Mistake{"Sufficiency", "\"full\"", "\"ful\"", "did you mean \"full\""},
                      Mistake{"Document", "[\"plan\"]", "[\"plann\"]", "did you mean \"plan\""},
                      Mistake{"Requirement", "[\"A2\"]", "[\"A3\"]", "no requirement is called \"A3\""},
                      Mistake{"NoRequirement", "requirements = [\"A2\"]", "requirements = []",
                              "must name a requirement"},
                      Mistake{"Catalogue", "law = [", "lwa = [", "known: law"},
                      Mistake{"NoClause", "[\"Art. 1\", \"Art. 2\"]", "[]", "must name a clause"},
                      Mistake{"ClauseTwice", "\"Art. 2\"", "\"Art. 1\"", "is there twice"},
                      Mistake{"ClauseText", "Art. 2", "providers shall keep the logs for at least six months",
                              "is no clause id"},
                      Mistake{"CheckTwice", "\"inspect.pgd\"", "\"inspect.fgsm\"", "is there twice"},
                      Mistake{"EmptyTitle", "title = \"Attacks\"", "title = \"\"", "must not be empty"},
                      Mistake{"NoChinese", "title_zh = \"攻击\"\n", "", "title_zh"},
                      Mistake{"NoSufficiency", "sufficiency = \"full\"\n", "", "how far it reaches"},
                      Mistake{"Compliant", "\"Attacks\"", "\"Compliant with the law\"", "claims conformity"},
                      Mistake{"ChineseCompliant", "攻击", "合规", "claims conformity"},
                      Mistake{"Conforms", "A law", "Conformity mark", "claims conformity"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Crosswalk, RefusesAnotherFormat) {
  EXPECT_THAT(Crosswalk::Parse(Changed("walk/1", "walk/2"), "x"), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Crosswalk::Parse("format =", "x"), HasError(ErrorCode::kCorrupt));
}

TEST(Crosswalk, RefusesTheSameIdTwice) {
  const std::string text = kSmall;
  const std::string row = text.substr(text.find("[[row]]"));
  EXPECT_THAT(Crosswalk::Parse(text + row, "x"), HasError(ErrorCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(Crosswalk, RefusesSufficiencyOfNothing) {
  std::string text = Changed("checks = [\"inspect.fgsm\", \"inspect.pgd\"]\n", "");
  text.replace(text.find("documents = [\"plan\"]\n"), 21, "");
  EXPECT_THAT(Crosswalk::Parse(text, "x"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("without evidence")));
}

TEST(Match, FindsWhatIsThereAndLowersTheSufficiencyOfAPart) {
  CUPEL_ASSERT_OK(const Crosswalk crosswalk, Crosswalk::Parse(kSmall, "small.toml"));

  const auto all = Match(crosswalk, {"inspect.fgsm", "inspect.pgd", "other"}, {DocumentKind::kPlan});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all[0].Any());
  EXPECT_EQ(all[0].sufficiency, Sufficiency::kFull);

  const auto part = Match(crosswalk, {"inspect.pgd"}, {});
  EXPECT_THAT(part[0].checks, ElementsAre("inspect.pgd"));
  EXPECT_EQ(part[0].sufficiency, Sufficiency::kPartial);

  const auto none = Match(crosswalk, {"other"}, {DocumentKind::kLedger});
  EXPECT_FALSE(none[0].Any());
  EXPECT_EQ(none[0].sufficiency, std::nullopt);
}

TEST(Match, NeverRaisesSupportingToPartial) {
  CUPEL_ASSERT_OK(const Crosswalk crosswalk, Crosswalk::Parse(Changed("\"full\"", "\"supporting\""), "x"));
  EXPECT_EQ(Match(crosswalk, {"inspect.pgd"}, {})[0].sufficiency, Sufficiency::kSupporting);
}

TEST(BuiltInCrosswalk, IsTheFileOfTheRepository) {
  const auto path = std::filesystem::path(CUPEL_SOURCE_DIR) / "cupel/application/crosswalk/crosswalk.toml";
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(path));
  EXPECT_TRUE(text == CrosswalkText());
  EXPECT_THAT(Crosswalk::Parse(CrosswalkText(), "crosswalk.toml"), IsOk());
  EXPECT_EQ(BuiltInCrosswalk().digest, crypto::Sha256(AsBytes(text)));
}

TEST(BuiltInCrosswalk, HasItsRowsCataloguesAndRequirements) {
  const Crosswalk& crosswalk = BuiltInCrosswalk();
  EXPECT_EQ(crosswalk.rows.size(), 22U);
  EXPECT_EQ(crosswalk.catalogues.size(), 7U);
  for (std::size_t i = 0; i < crosswalk.rows.size(); ++i)
    EXPECT_EQ(crosswalk.rows[i].id, fmt::format("X{:02}", i + 1));
  std::vector<std::string> expected;
  for (const auto& [level, count] : {std::pair{"D", 8}, {"A", 10}, {"G", 10}, {"V", 13}}) {
    for (int i = 1; i <= count; ++i) expected.push_back(fmt::format("{}{}", level, i));
  }
  std::vector<std::string> found;
  for (const Requirement& requirement : crosswalk.requirements) found.push_back(requirement.id);
  EXPECT_EQ(found, expected);
}

TEST(BuiltInCrosswalk, EveryCatalogueIsUsedByMostRows) {
  std::map<std::string, int> rows;
  for (const Row& row : BuiltInCrosswalk().rows) {
    for (const auto& [catalogue, clauses] : row.clauses) ++rows[catalogue];
  }
  // The columns of the table in docs/formats/crosswalk.md: only the IEEE column has gaps.
  for (const Catalogue& catalogue : BuiltInCrosswalk().catalogues)
    EXPECT_GE(rows[catalogue.id], catalogue.id == "ieee-7000" ? 11 : 22) << catalogue.id;
}

TEST(BuiltInCrosswalk, IsTheTableOfTheFormatPage) {
  CUPEL_ASSERT_OK(const std::string page,
                  ReadTextFile(std::filesystem::path(CUPEL_SOURCE_DIR) / "docs/formats/crosswalk.md"));
  for (const Row& row : BuiltInCrosswalk().rows) {
    const std::string reach(row.sufficiency ? SufficiencyName(*row.sufficiency) : "");
    EXPECT_THAT(page, HasSubstr(fmt::format("| {} | {} | {} |", row.id, row.title.en, reach)));
  }
}

TEST(BuiltInCrosswalk, AnsweredByAHallmarkAreTheTopicsOfARelease) {
  const auto answered = [](const std::set<DocumentKind>& documents) {
    std::vector<std::string> ids;
    for (const Finding& finding : Match(BuiltInCrosswalk(), {}, documents)) {
      if (finding.Any()) ids.push_back(finding.row->id);
    }
    return ids;
  };
  EXPECT_THAT(answered({DocumentKind::kHallmark}), ElementsAre("X14", "X15", "X19"));
  EXPECT_THAT(answered({DocumentKind::kAdmission}), ElementsAre("X13", "X18"));
  EXPECT_THAT(answered({DocumentKind::kModelIdentity}), ElementsAre("X01", "X06"));
}

TEST(BuiltInCrosswalk, NamesWhatNoDocumentKindIsWithout) {
  std::set<DocumentKind> used;
  for (const Row& row : BuiltInCrosswalk().rows) used.insert(row.documents.begin(), row.documents.end());
  for (const DocumentKind kind :
       {DocumentKind::kPlan, DocumentKind::kModelIdentity, DocumentKind::kDataIdentity, DocumentKind::kReport,
        DocumentKind::kLedger, DocumentKind::kHallmark, DocumentKind::kAdmission}) {
    EXPECT_TRUE(used.contains(kind)) << DocumentKindName(kind);
    EXPECT_NE(DocumentKindName(kind), "");
  }
}

}  // namespace
}  // namespace cupel::application::crosswalk
