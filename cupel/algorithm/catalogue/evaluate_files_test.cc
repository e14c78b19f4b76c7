// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/evaluate_files.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/base/file.h"
#include "cupel/testing/status_matchers.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::algorithm::catalogue {
namespace {

using ::cupel::testing::HasError;
using ::cupel::testing::IsOk;
using ::testing::HasSubstr;

class EvaluateFilesTest : public ::testing::Test {
 protected:
  Result<std::vector<Outcome>> Evaluate(std::string_view schemes, const std::string& csv,
                                        std::optional<std::filesystem::path> truth = std::nullopt) {
    const std::filesystem::path path = folder_.path() / "p.csv";
    CUPEL_TRY_STATUS(WriteFileAtomic(path, csv));
    Result<std::vector<scheme::Call>> calls = scheme::ParseCalls(schemes, AllSchemes());
    if (!calls) return tl::unexpected(std::move(calls).error());
    return EvaluateFiles(*calls, {.predictions = path, .truth = std::move(truth)}, {});
  }

  cupel::testing::ScratchFolder folder_;
};

TEST_F(EvaluateFilesTest, ASchemeThatTheInputCannotCarryFailsAlone) {
  // No scores: accuracy can be said, an area under the curve cannot.
  CUPEL_ASSERT_OK(const std::vector<Outcome> outcomes,
                  Evaluate("accuracy,roc_auc", "label,prediction\n0,0\n1,1\n1,0\n"));

  ASSERT_EQ(outcomes.size(), 2U);
  ASSERT_THAT(outcomes[0].evaluation, IsOk());
  EXPECT_DOUBLE_EQ(outcomes[0].evaluation->metrics.front().value, 2.0 / 3);
  EXPECT_EQ(outcomes[0].evaluation->metrics.front().name, "value");
  EXPECT_THAT(outcomes[1].evaluation, HasError(ErrorCode::kInvalidArgument, HasSubstr("score")));
}

TEST_F(EvaluateFilesTest, AsksForTheTruthWhereItIsAFileOfItsOwn) {
  EXPECT_THAT(Evaluate("coco_ap", "[]"), HasError(ErrorCode::kInvalidArgument, HasSubstr("--truth")));
  EXPECT_THAT(Evaluate("accuracy", "label,prediction\n0,0\n", folder_.path() / "t.json"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("leave --truth out")));
}

TEST_F(EvaluateFilesTest, AFileThatCannotBeReadFailsAll) {
  EXPECT_THAT(Evaluate("accuracy", "label\n0\n"), HasError(ErrorCode::kCorrupt, HasSubstr("p.csv")));
}

}  // namespace
}  // namespace cupel::algorithm::catalogue
