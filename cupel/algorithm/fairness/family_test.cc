// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/family.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/fairness/grouped.h"
#include "cupel/algorithm/fairness/sample_for_test.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::fairness {
namespace {

using cupel::testing::HasError;

/// sample_for_test.h as a predictions file; with two groups: group 0 and the others.
std::string File(bool two_groups) {
  const test_support::Sample sample;
  std::string text = "label,prediction,group_team\n";
  for (std::size_t i = 0; i < 60; ++i) {
    const int team = two_groups ? (sample.group_of[i] == 0 ? 0 : 1) : sample.group_of[i];
    text += std::to_string(sample.outcomes[i] / 2) + "," + std::to_string(sample.outcomes[i] % 2) + ",t" +
            std::to_string(team) + "\n";
  }
  return text;
}

Result<scheme::Evaluation> Evaluate(const std::string& call_text, const std::string& file) {
  const cupel::testing::ScratchFolder folder;
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / "p.csv", file));
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(call_text, known));
  const scheme::Sources sources{.predictions = folder / "p.csv", .truth = std::nullopt};
  CUPEL_TRY(const std::unique_ptr<scheme::Input> input, call.scheme->input->read(sources));
  return call.scheme->evaluate(*input, call.parameters, {.replicates = 200});
}

double Value(const char* call, bool two_groups) {
  const auto evaluation = Evaluate(call, File(two_groups));
  EXPECT_TRUE(evaluation.has_value()) << evaluation.error().ToString();
  EXPECT_EQ(evaluation->metrics[0].name, "value");
  EXPECT_LE(evaluation->metrics[0].interval->low, evaluation->metrics[0].value);
  EXPECT_GE(evaluation->metrics[0].interval->high, evaluation->metrics[0].value);
  return evaluation->metrics[0].value;
}

// fairlearn 0.9.0 on four groups, AIF360 at commit 3487791 on group 0 against the others.
TEST(FairnessFamilyTest, EqualsTheReferences) {
  constexpr double kExact = 1e-13;
  EXPECT_NEAR(Value("demographic_parity_difference", false), 0.1333333333333333, kExact);
  EXPECT_NEAR(Value("demographic_parity_ratio", false), 0.75, kExact);
  EXPECT_NEAR(Value("equalized_odds_difference", false), 0.3333333333333333, kExact);
  EXPECT_NEAR(Value("equal_opportunity_difference", true), 0.1324786324786325, kExact);
  EXPECT_NEAR(Value("predictive_parity_difference", true), 0.2142857142857143, kExact);
  EXPECT_NEAR(Value("accuracy_parity_difference", true), 0.1777777777777777, kExact);
  EXPECT_NEAR(Value("differential_fairness", false), 0.2682639865946793, kExact);
  EXPECT_NEAR(Value("theil_index", false), 0.4390980470385408, kExact);
}

TEST(FairnessFamilyTest, TheCorrectedGapIsSmallerThanTheObservedOne) {
  const auto evaluation = Evaluate("demographic_parity_difference@attribute=team", File(false)).value();
  EXPECT_EQ(evaluation.metrics[1].name, "corrected");
  EXPECT_LT(evaluation.metrics[1].value, evaluation.metrics[0].value);
}

TEST(FairnessFamilyTest, InequityIsThatOfTheCounts) {
  // FMR (k + 1/2) / (n + 1) of the four cells, and FNMR.
  const double fmr[] = {2.5 / 7, 4.5 / 7, 4.5 / 7, 3.5 / 8}, fnmr[] = {4.5 / 10, 5.5 / 10, 5.5 / 10, 5.5 / 9};
  EXPECT_NEAR(Value("inequity_rate@weight=0.5", false), std::sqrt(fmr[1] / fmr[0] * fnmr[3] / fnmr[0]),
              1e-13);
}

TEST(FairnessFamilyTest, RefusesWhatHasNoGroups) {
  EXPECT_THAT(Evaluate("theil_index", "label,prediction\n0,1\n1,1\n"),
              HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("name no groups")));
  EXPECT_THAT(Evaluate("theil_index@attribute=site", File(false)), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Evaluate("demographic_parity_difference", "label,prediction,group_a\n0,1,x\n1,0,x\n"),
              HasError(ErrorCode::kInvalidArgument, ::testing::HasSubstr("fewer than two groups")));
}

}  // namespace
}  // namespace cupel::algorithm::fairness
