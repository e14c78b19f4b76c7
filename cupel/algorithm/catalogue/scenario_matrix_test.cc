// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/scenario_matrix.h"

#include <gtest/gtest.h>

#include "cupel/base/file.h"
#include "cupel/testing/status_matchers.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::algorithm::catalogue {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view kMatrix = R"(schemes = ["accuracy", "matthews_correlation"]

[[algorithm]]
id = "face-v2"
class = "main"

[[algorithm]]
id = "gate-v1"
class = "long-tail"

[[scenario]]
id = "day"
kind = "static"

[[scenario]]
id = "night"
kind = "dynamic"
conditions = ["rain"]

[[test_set]]
id = "day-2026"
algorithm = "face-v2"
scenario = "day"
cohort = "all rows"
predictions = "day.csv"
)";

class ScenarioMatrixTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(WriteFileAtomic(folder_.path() / "day.csv", "label,prediction\n0,0\n1,1\n1,0\n0,0\n"),
                IsOk());
    // One class alone: accuracy exists, and nothing else can be said.
    ASSERT_THAT(WriteFileAtomic(folder_.path() / "night.csv", "label,prediction\n0,0\n0,0\n"), IsOk());
  }

  Result<ScenarioMatrix> Read(const std::string& text) {
    const std::filesystem::path path = folder_.path() / "matrix.toml";
    CUPEL_TRY_STATUS(WriteFileAtomic(path, text));
    return ReadScenarioMatrix(path);
  }

  cupel::testing::ScratchFolder folder_;
};

TEST_F(ScenarioMatrixTest, CellsWithoutATestSetSayNotEvaluatedAndCoverageCountsThem) {
  CUPEL_ASSERT_OK(const ScenarioMatrix matrix, Read(std::string(kMatrix)));
  CUPEL_ASSERT_OK(const FilledMatrix filled, FillMatrix(matrix, {}));

  EXPECT_EQ(filled.declared, 2 * 2 * 2);
  EXPECT_EQ(filled.covered, 2);
  ASSERT_EQ(filled.cells.size(), 8U);
  const MatrixCell& first = filled.cells.front();
  EXPECT_EQ(first.test_set, "day-2026");
  EXPECT_EQ(first.cohort, "all rows");
  ASSERT_TRUE(first.metric.has_value());
  EXPECT_EQ(first.metric->value, 0.75);
  EXPECT_EQ(first.metric->n, 4);
  EXPECT_TRUE(first.metric->interval.has_value());
  EXPECT_FALSE(filled.cells.back().metric.has_value());
  EXPECT_EQ(filled.cells.back().reason, "not evaluated");
}

TEST_F(ScenarioMatrixTest, TwoTestSetsOfOneCellStandBesideEachOther) {
  CUPEL_ASSERT_OK(const ScenarioMatrix matrix, Read(std::string(kMatrix) + R"(
[[test_set]]
id = "dusk"
algorithm = "face-v2"
scenario = "day"
cohort = "dusk only"
predictions = "night.csv"
schemes = ["accuracy"]
)"));
  CUPEL_ASSERT_OK(const FilledMatrix filled, FillMatrix(matrix, {}));

  EXPECT_EQ(filled.covered, 2);
  ASSERT_EQ(filled.cells.size(), 9U);
  EXPECT_EQ(filled.cells[1].test_set, "dusk");
  EXPECT_EQ(filled.cells[1].metric->value, 1);
}

TEST_F(ScenarioMatrixTest, RefusesNamesThatWereNotDeclared) {
  const std::string text(kMatrix);
  std::string scenario = text;
  scenario.replace(scenario.rfind("\"day\""), 5, "\"dya\"");
  EXPECT_THAT(Read(scenario),
              HasError(ErrorCode::kInvalidArgument, AllOf(HasSubstr("dya"), HasSubstr("day"))));

  std::string scheme = text;
  scheme.replace(scheme.find("accuracy"), 8, "acuracy");
  EXPECT_THAT(Read(scheme), HasError(ErrorCode::kInvalidArgument, HasSubstr("accuracy")));

  EXPECT_THAT(Read("schemes = [\"accuracy\"]\n[[algorithm]]\nid = \"a\"\nclass = \"side\"\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("side")));
}

}  // namespace
}  // namespace cupel::algorithm::catalogue
