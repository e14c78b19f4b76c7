// SPDX-License-Identifier: Apache-2.0
// evaluate.subgroups on two public data sets, against published figures.
//
// COMPAS: ProPublica's compas-scores-two-years.csv, all 7214 rows, positive = decile score >= 5 (the tables
// printed in ProPublica's notebook). Adult: the encoded training file of AIF360's R package, 32541 rows;
// figures counted from it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "cupel/algorithm/evaluate/checks.h"
#include "cupel/algorithm/evaluate/run_check_for_test.h"
#include "cupel/base/file.h"
#include "cupel/data/dataset/inflate.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::dataset::GroupAttribute;
using data::dataset::Predictions;
using test_support::Decisions;
using test_support::MetricOf;
using test_support::RunCheck;
using Rows = std::vector<std::vector<std::string>>;

std::filesystem::path SharedFolder() {
  if (const char* folder = std::getenv("CUPEL_SHARED")) return folder;
  return std::filesystem::path(CUPEL_SOURCE_DIR).parent_path() / "shared";
}

/// A quoted field may hold commas and line breaks.
Rows SplitCsv(std::string_view text) {
  Rows rows(1, {""});
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      rows.back().emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back({""});
    } else if (c != '\r') {
      rows.back().back() += c;
    }
  }
  if (rows.back().size() == 1) rows.pop_back();
  return rows;
}

/// Header and rows; empty when the data are not here.
Rows ReadShared(const char* name) {
  const std::filesystem::path path = SharedFolder() / "data" / name;
  if (!std::filesystem::exists(path)) return {};
  const Bytes packed = ReadFile(path).value();
  const auto blob = data::dataset::Gunzip(data::dataset::Blob(packed), {}).value();
  Bytes bytes(blob->size());
  EXPECT_TRUE(blob->Read(0, bytes).has_value());
  return SplitCsv(AsText(bytes));
}

std::size_t Column(const Rows& rows, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(rows[0], name) - rows[0].begin());
}

GroupAttribute Attribute(const Rows& rows, std::string name) {
  GroupAttribute attribute;
  const std::size_t column = Column(rows, name);
  attribute.name = std::move(name);
  std::map<std::string, std::int32_t> known;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto [it, is_new] = known.emplace(rows[i][column], static_cast<std::int32_t>(known.size()));
    if (is_new) attribute.group_names.push_back(it->first);
    attribute.group_of.push_back(it->second);
  }
  return attribute;
}

TEST(CompasTest, EqualsProPublicasTables) {
  const Rows rows = ReadShared("compas/compas-scores-two-years.csv.gz");
  if (rows.empty())
    GTEST_SKIP() << "COMPAS is not here; set CUPEL_SHARED to the folder that holds data/compas";
  std::vector<std::int32_t> labels, predicted;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    labels.push_back(std::stoi(rows[i][Column(rows, "two_year_recid")]));
    predicted.push_back(std::stoi(rows[i][Column(rows, "decile_score")]) >= 5 ? 1 : 0);
  }
  ASSERT_EQ(labels.size(), 7214U);
  Predictions predictions = Decisions(2, labels, predicted);
  predictions.groups = {Attribute(rows, "race"), Attribute(rows, "sex")};

  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(SubgroupsCheck(), predictions));

  const check::Metric black = MetricOf(result, "fpr.race.African-American");
  EXPECT_EQ(black.count, 805);
  EXPECT_EQ(black.n, 1795);
  EXPECT_NEAR(black.value, 0.4485, 5e-5);
  EXPECT_NEAR(black.interval->low, 0.42560, 1e-5);
  EXPECT_NEAR(black.interval->high, 0.47156, 1e-5);
  const check::Metric white = MetricOf(result, "fpr.race.Caucasian");
  EXPECT_EQ(white.count, 349);
  EXPECT_NEAR(white.value, 0.2345, 5e-5);
  EXPECT_NEAR(white.interval->high, 0.25674, 1e-5);
  EXPECT_NEAR(MetricOf(result, "fpr.race.Hispanic").value, 0.2148, 5e-5);
  EXPECT_NEAR(1 - MetricOf(result, "tpr.race.African-American").value, 0.2799, 5e-5);
  EXPECT_NEAR(1 - MetricOf(result, "tpr.race.Caucasian").value, 0.4772, 5e-5);
  EXPECT_NEAR(MetricOf(result, "fpr.sex.Female").value, 0.3211, 5e-5);
  EXPECT_NEAR(MetricOf(result, "fpr.sex.Male").value, 0.3242, 5e-5);
  // The published disparity is found, and the equal rates of the sexes are not called unequal.
  EXPECT_LT(MetricOf(result, "p_holm.fpr.race").value, 0.02);
  EXPECT_GT(MetricOf(result, "gap.fpr.race").interval->low, 0.15);
  EXPECT_GT(MetricOf(result, "p_holm.fpr.sex").value, 0.5);
}

TEST(AdultTest, EqualsTheCountsOfTheFile) {
  const Rows rows = ReadShared("adult/adult-aif360-encoded.csv.gz");
  if (rows.empty()) GTEST_SKIP() << "Adult is not here; set CUPEL_SHARED to the folder that holds data/adult";
  std::vector<std::int32_t> income;
  for (std::size_t i = 1; i < rows.size(); ++i) income.push_back(std::stoi(rows[i][Column(rows, "income")]));
  ASSERT_EQ(income.size(), 32541U);
  Predictions predictions = Decisions(2, income, income);
  predictions.groups = {Attribute(rows, "sex")};

  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(SubgroupsCheck(), predictions, R"({"replicates": 500})"));

  EXPECT_NEAR(MetricOf(result, "selection_rate.sex.0").value, 0.10937, 5e-6);
  EXPECT_EQ(MetricOf(result, "selection_rate.sex.0").n, 10762);
  EXPECT_NEAR(MetricOf(result, "selection_rate.sex.1").value, 0.30580, 5e-6);
  EXPECT_EQ(MetricOf(result, "selection_rate.sex.1").n, 21779);
  EXPECT_NEAR(MetricOf(result, "observed_gap.selection_rate.sex").value, 0.19643, 5e-6);
  EXPECT_NEAR(MetricOf(result, "ratio.selection_rate.sex").value, 0.35764, 5e-6);
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
