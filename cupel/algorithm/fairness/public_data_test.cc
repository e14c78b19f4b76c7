// SPDX-License-Identifier: Apache-2.0
// Both checks on two public data sets, against published figures and those of reference implementations.
//
// COMPAS: ProPublica's compas-scores-two-years.csv through examples/compas/predictions.py; all 7214 rows and
// the 6172 of ProPublica's own cohort. Adult: the encoded training file of AIF360's R package, 32541 rows
// (sex 0 = women, race 4 = white, 2 = black; "selected" is an income above 50,000 dollars).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "cupel/algorithm/fairness/checks.h"
#include "cupel/algorithm/fairness/decisions.h"
#include "cupel/algorithm/fairness/run_check_for_test.h"
#include "cupel/algorithm/fairness/subgroup_search.h"
#include "cupel/base/file.h"
#include "cupel/data/dataset/csv.h"
#include "cupel/data/dataset/inflate.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::fairness {
namespace {

using data::dataset::GroupAttribute;
using data::dataset::Predictions;
using test_support::MetricOf;
using test_support::RunCheck;

std::filesystem::path Shared(const char* name) {
  if (const char* folder = std::getenv("CUPEL_SHARED")) return std::filesystem::path(folder) / "data" / name;
  return std::filesystem::path(CUPEL_SOURCE_DIR).parent_path() / "shared/data" / name;
}

/// Empty when the data or Python are not here.
std::optional<Predictions> Compas(const char* cohort) {
  const std::filesystem::path source = Shared("compas/compas-scores-two-years.csv.gz");
  if (!std::filesystem::exists(source) || std::system("python3 -c '' 2>/dev/null") != 0) return std::nullopt;
  const cupel::testing::ScratchFolder folder;
  const std::string command =
      fmt::format("python3 '{}/examples/compas/predictions.py' '{}' '{}' --cohort {}", CUPEL_SOURCE_DIR,
                  source.string(), (folder / "compas.csv").string(), cohort);
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return data::dataset::ReadPredictionsFile(folder / "compas.csv").value();
}

/// To the four digits that tables print.
double Rounded(double value) { return std::round(value * 1e4) / 1e4; }

struct Row {
  const char* group;
  std::int64_t n, tn, fp, fn, tp;
  double fpr, fnr, ppv;
};

void ExpectRow(const check::CheckResult& result, const Row& row) {
  SCOPED_TRACE(row.group);
  const auto metric = [&](const char* rate) {
    return MetricOf(result, fmt::format("{}.race.{}", rate, row.group));
  };
  EXPECT_EQ(metric("selection_rate").n, row.n);
  EXPECT_EQ(metric("selection_rate").count, row.fp + row.tp);
  EXPECT_EQ(metric("fpr").count, row.fp);
  EXPECT_EQ(metric("fpr").n, row.fp + row.tn);
  EXPECT_EQ(metric("fnr").count, row.fn);
  EXPECT_EQ(metric("fnr").n, row.fn + row.tp);
  EXPECT_EQ(Rounded(metric("fpr").value), row.fpr);
  EXPECT_EQ(Rounded(metric("fnr").value), row.fnr);
  EXPECT_EQ(Rounded(metric("ppv").value), row.ppv);
}

#define CUPEL_NEED(predictions, cohort)                          \
  const std::optional<Predictions> predictions = Compas(cohort); \
  if (!(predictions))                                            \
  GTEST_SKIP() << "needs python3 and COMPAS: set CUPEL_SHARED to the folder of data/compas"

TEST(CompasTest, AllRowsGiveProPublicasTable) {
  CUPEL_NEED(predictions, "all");
  ASSERT_EQ(predictions->n, 7214);
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(FairnessCheck(), *predictions,
                           R"({"threshold": 0.5, "attributes": ["race", "sex"], "crossed": 1,
                               "references": ["race=Caucasian"], "strata": "charge"})"));
  ExpectRow(result, {"African-American", 3696, 990, 805, 532, 1369, .4485, .2799, .6297});
  ExpectRow(result, {"Caucasian", 2454, 1139, 349, 461, 505, .2345, .4772, .5913});
  ExpectRow(result, {"Hispanic", 637, 318, 87, 129, 103, .2148, .5560, .5421});
  const stats::Interval wilson = *MetricOf(result, "fpr.race.African-American").interval;
  // The formula in NumPy 1.24.2.
  EXPECT_NEAR(wilson.low, 0.42559496162893107, 1e-14);
  EXPECT_NEAR(wilson.high, 0.4715610667176223, 1e-14);
  EXPECT_EQ(Rounded(MetricOf(result, "fpr.sex.Female").value), .3211);
  EXPECT_EQ(Rounded(MetricOf(result, "fpr.sex.Male").value), .3242);
  EXPECT_EQ(Rounded(MetricOf(result, "ppv.sex.Female").value), .5127);
  EXPECT_EQ(Rounded(MetricOf(result, "ppv.sex.Male").value), .6354);
}

// Both sides of the argument: the gap of the errors is found, and PPV and AUC are near-equal.
TEST(CompasTest, BothSidesOfTheArgumentAreFound) {
  CUPEL_NEED(predictions, "all");
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(FairnessCheck(), *predictions,
                           R"({"threshold": 0.5, "attributes": ["race", "sex"], "crossed": 1,
                               "references": ["race=Caucasian"], "strata": "charge"})"));
  const check::Metric errors = MetricOf(result, "difference.fpr.race.African-American");
  EXPECT_NEAR(errors.value, 0.21392495582112797, 1e-14);  // AIF360 3487791, false positive rate difference
  EXPECT_GT(errors.interval->low, 0.18);
  EXPECT_NEAR(MetricOf(result, "average_odds.race.African-American").value, 0.20564895979925066, 1e-14);
  EXPECT_LT(MetricOf(result, "p_holm.fpr.race").value, 0.02);
  EXPECT_GT(MetricOf(result, "p_holm.fpr.sex").value, 0.5);
  EXPECT_NEAR(MetricOf(result, "difference.ppv.race.African-American").value, 0.03837991679396058, 1e-14);
  // scikit-learn 1.2.1, roc_auc_score of the decile.
  EXPECT_NEAR(MetricOf(result, "auc.race.African-American").value, 0.6918343812595336, 1e-14);
  EXPECT_NEAR(MetricOf(result, "auc.race.Caucasian").value, 0.6931462744050402, 1e-14);
  EXPECT_NEAR(MetricOf(result, "bpsn_auc.race.African-American").value, 0.5274829258227587, 1e-14);
  EXPECT_NEAR(MetricOf(result, "bnsp_auc.race.African-American").value, 0.8243796719924064, 1e-13);
  EXPECT_NEAR(MetricOf(result, "xauc.race.African-American over Caucasian").value, 0.8176762513221678, 1e-14);
  EXPECT_NEAR(MetricOf(result, "xauc.race.Caucasian over African-American").value, 0.5445238383593718, 1e-14);
  // NumPy 1.24.2: Mantel-Haenszel over the degree of the charge.
  EXPECT_NEAR(MetricOf(result, "conditional_difference.fpr.race.African-American").value, 0.20759466307953975,
              1e-14);
  EXPECT_NEAR(MetricOf(result, "theil").value, 0.23501763386556843, 1e-13);  // AIF360 theil_index
  ASSERT_GE(result.notes.size(), 3U);
  EXPECT_NE(result.notes[0].en.find("44.8 % (805 of 1795) of African-American"), std::string::npos);
  EXPECT_NE(result.notes[0].en.find("21.4 points more"), std::string::npos);
  EXPECT_NE(result.notes[1].en.find("0.6918 and 0.6931"), std::string::npos);
  EXPECT_NE(result.notes[2].en.find("Why both sides cannot be satisfied"), std::string::npos);
  EXPECT_NE(result.notes[2].zh.find("为何双方的要求不能同时满足"), std::string::npos);
}

TEST(CompasTest, ProPublicasCohortGivesItsOwnTable) {
  CUPEL_NEED(predictions, "propublica");
  ASSERT_EQ(predictions->n, 6172);
  CUPEL_ASSERT_OK(
      const check::CheckResult result,
      RunCheck(FairnessCheck(), *predictions, R"({"threshold": 0.5, "attributes": ["race"], "crossed": 1})"));
  ExpectRow(result, {"African-American", 3175, 873, 641, 473, 1188, .4234, .2848, .6495});
  ExpectRow(result, {"Caucasian", 2103, 999, 282, 408, 414, .2201, .4964, .5948});
}

TEST(CompasTest, AHigherThresholdIsAnotherTable) {
  CUPEL_NEED(predictions, "all");
  CUPEL_ASSERT_OK(
      const check::CheckResult result,
      RunCheck(FairnessCheck(), *predictions, R"({"threshold": 0.8, "attributes": ["race"], "crossed": 1})"));
  EXPECT_EQ(Rounded(MetricOf(result, "fpr.race.African-American").value), .1582);
  EXPECT_EQ(Rounded(MetricOf(result, "fpr.race.Caucasian").value), .0544);
}

Item ItemOf(std::span<const GroupAttribute> attributes, const char* attribute, const char* value) {
  const auto a = std::ranges::find(attributes, attribute, &GroupAttribute::name);
  const auto v = std::ranges::find(a->group_names, value);
  return {static_cast<std::int32_t>(a - attributes.begin()),
          static_cast<std::int32_t>(v - a->group_names.begin())};
}

SearchResult SearchFalsePositives(const Predictions& predictions, const char* parameters) {
  check::Parameters values =
      check::Parameters::Create(SubgroupSearchCheck().description(), Json::Parse(parameters).value()).value();
  const Decisions decisions = Decide(predictions, values).value();
  std::vector<std::uint8_t> negative, selected;
  for (const Outcome outcome : decisions.outcomes) {
    negative.push_back((outcome & 2) == 0);
    selected.push_back(outcome & 1);
  }
  return SearchSubgroups(predictions.groups, negative, selected,
                         {.min_cases = 1, .max_items = 5, .permutations = 99, .name = "compas"})
      .value();
}

// DivExplorer at commit 96e33de, getFrequentPatternDivergence(min_support=0.05, metrics=['d_fpr']): itemsets
// (without the empty one), the extreme ones, and the paper's example.
TEST(CompasTest, SubgroupsAreThoseOfDivExplorer) {
  CUPEL_NEED(all, "all");
  const SearchResult medium = SearchFalsePositives(*all, R"({"threshold": 0.5})");
  EXPECT_NEAR(static_cast<double>(medium.all.k) / static_cast<double>(medium.all.n), 0.32349230381024474,
              1e-15);
  EXPECT_EQ(medium.subgroups.size(), 161U);
  const Subgroup& worst = medium.subgroups[0];
  std::vector<Item> items = {ItemOf(all->groups, "race", "African-American"),
                             ItemOf(all->groups, "priors", "more than 3"),
                             ItemOf(all->groups, "charge", "misdemeanour")};
  EXPECT_EQ(worst.items, items);
  EXPECT_EQ(worst.count.k, 105);
  EXPECT_EQ(worst.count.n, 143);
  EXPECT_NEAR(static_cast<double>(worst.n) / 7214, 0.05225949542556141, 1e-15);
  EXPECT_NEAR(worst.divergence, 0.41077343045548953, 1e-14);
  EXPECT_EQ(worst.p_adjusted, 0.01);  // 1 / (1 + 99): no shuffle comes near

  CUPEL_NEED(cohort, "propublica");
  const SearchResult high = SearchFalsePositives(*cohort, R"({"threshold": 0.8})");
  EXPECT_EQ(high.subgroups.size(), 160U);
  items = {ItemOf(cohort->groups, "race", "African-American"), ItemOf(cohort->groups, "sex", "Male"),
           ItemOf(cohort->groups, "age", "25 - 45"), ItemOf(cohort->groups, "priors", "more than 3")};
  EXPECT_EQ(high.subgroups[0].items, items);
  EXPECT_EQ(high.subgroups[0].count.k, 69);
  EXPECT_EQ(high.subgroups[0].count.n, 224);
  EXPECT_NEAR(static_cast<double>(high.subgroups[0].n) / 6172, 0.1286454957874271, 1e-15);
  EXPECT_NEAR(high.subgroups[0].divergence, 0.21972170893335036, 1e-14);
}

/// Adult as decisions that are the labels themselves. Empty when it is not here.
std::optional<Predictions> Adult() {
  const std::filesystem::path path = Shared("adult/adult-aif360-encoded.csv.gz");
  if (!std::filesystem::exists(path)) return std::nullopt;
  const Bytes packed = ReadFile(path).value();
  const auto blob = data::dataset::Gunzip(data::dataset::Blob(packed), {}).value();
  Predictions predictions;
  predictions.c = 2;
  predictions.class_names = {"0", "1"};
  predictions.groups = {{"sex", {"women", "men"}, {}}, {"race", {"0", "1", "black", "3", "white"}, {}}};
  std::map<std::string, std::size_t, std::less<>> column;
  const data::dataset::CsvHandlers handlers{
      [&](const data::dataset::CsvFields& header) -> Status {
        for (std::size_t i = 0; i < header.size(); ++i) column[header[i]] = i;
        return {};
      },
      [&](const data::dataset::CsvFields& row, const std::string&) -> Status {
        const std::int32_t income = std::stoi(row[column["income"]]);
        predictions.labels.push_back(income);
        predictions.scores.push_back(income == 1 ? -87.5F : 0);
        predictions.scores.push_back(income == 1 ? 0 : -87.5F);
        predictions.sample_index.push_back(predictions.n++);
        predictions.groups[0].group_of.push_back(std::stoi(row[column["sex"]]));
        predictions.groups[1].group_of.push_back(std::stoi(row[column["race"]]));
        return {};
      }};
  EXPECT_TRUE(data::dataset::ReadCsv(*blob, "adult.csv", handlers).has_value());
  return predictions;
}

double Rounded5(double value) { return std::round(value * 1e5) / 1e5; }

TEST(AdultTest, EqualsTheCountsOfTheFile) {
  std::optional<Predictions> predictions = Adult();
  if (!predictions) GTEST_SKIP() << "Adult is not here; set CUPEL_SHARED to the folder that holds data/adult";
  ASSERT_EQ(predictions->n, 32541);
  GroupAttribute white{"white", {"non-white", "white"}, {}};
  for (const std::int32_t race : predictions->groups[1].group_of) white.group_of.push_back(race == 4);
  predictions->groups.push_back(white);
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(FairnessCheck(), *predictions, R"({"replicates": 500})"));
  const auto rate = [&](const char* group) {
    return MetricOf(result, std::string("selection_rate.") + group);
  };
  EXPECT_EQ(Rounded5(rate("sex.women").value), .10937);
  EXPECT_EQ(rate("sex.women").n, 10762);
  EXPECT_EQ(Rounded5(rate("sex.men").value), .30580);
  EXPECT_EQ(rate("sex.men").n, 21779);
  EXPECT_EQ(Rounded5(MetricOf(result, "difference.selection_rate.sex.women").value), -.19643);
  EXPECT_EQ(Rounded5(MetricOf(result, "ratio.selection_rate.sex").value), .35764);
  EXPECT_EQ(Rounded5(rate("white.non-white").value), .15271);
  EXPECT_EQ(Rounded5(rate("white.white").value), .25586);
  EXPECT_EQ(Rounded(MetricOf(result, "ratio.selection_rate.white").value), .5968);
  EXPECT_EQ(Rounded5(rate("sex x race.women & black").value), .05792);
  EXPECT_EQ(rate("sex x race.women & black").n, 1554);
  EXPECT_EQ(Rounded5(rate("sex x race.men & white").value), .31761);
  EXPECT_EQ(rate("sex x race.men & white").n, 19165);
}

}  // namespace
}  // namespace cupel::algorithm::fairness
