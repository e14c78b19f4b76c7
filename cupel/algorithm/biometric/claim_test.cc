// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/claim.h"

#include <gmock/gmock.h>

#include <array>

#include "cupel/stats/distribution.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::biometric {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The face unlock of the white paper: FAR 0.00000526.
TEST(ClaimTest, TheFaceClaimNeeds569530TrialsWithoutAnError) {
  CUPEL_ASSERT_OK(const Judgement enough, JudgeClaim({.metric = "FAR", .value = 5.26e-6, .trials = 569530}));
  EXPECT_EQ(enough.verdict, ClaimVerdict::kSupported);
  EXPECT_EQ(enough.needed_without_error, 569530);
  EXPECT_EQ(enough.needed_for_rule_of_30, 5703423);
  EXPECT_FALSE(enough.meets_rule_of_30);
  CUPEL_ASSERT_OK(const Judgement short_by_one,
                  JudgeClaim({.metric = "FAR", .value = 5.26e-6, .trials = 569529}));
  EXPECT_EQ(short_by_one.verdict, ClaimVerdict::kUnsupported);
  EXPECT_THAT(short_by_one.reasons[0].en, HasSubstr("refused: 0 errors in 569529 trials"));
  EXPECT_THAT(short_by_one.reasons[0].en, HasSubstr("569530"));
  EXPECT_THAT(short_by_one.reasons[0].zh, HasSubstr("拒绝"));
}

// 5.26e-6 is what one false accept in 190 000 gives: then the bound is 4.74 / 190000.
TEST(ClaimTest, APointEstimateIsNotABound) {
  CUPEL_ASSERT_OK(const Judgement judgement,
                  JudgeClaim({.metric = "far", .value = 5.26e-6, .errors = 1, .trials = 190000}));
  EXPECT_EQ(judgement.verdict, ClaimVerdict::kUnsupported);
  EXPECT_NEAR(judgement.upper_bound, 4.7439 / 190000, 1e-9);
  EXPECT_EQ(judgement.needed_with_errors, 901874);
  EXPECT_THAT(judgement.reasons,
              ::testing::Contains(::testing::Field(&check::Text::en, HasSubstr("observed share itself"))));
}

TEST(ClaimTest, ErrorsCanContradictAClaim) {
  CUPEL_ASSERT_OK(const Judgement judgement,
                  JudgeClaim({.metric = "FAR", .value = 1e-4, .errors = 20, .trials = 10000}));
  EXPECT_EQ(judgement.verdict, ClaimVerdict::kContradicted);
  // By definition: at the lower bound as many errors or more have the probability 5 %.
  EXPECT_NEAR(stats::BinomialUpperTail(20, 10000, judgement.lower_bound), 0.05, 1e-9);
}

// "FAR < 3 % and FRR < 1/10,000": FIDO's limits, the wrong way round.
TEST(ClaimTest, CatchesTheSwapOfTheWhitePaper) {
  const std::array<Figure, 2> printed{{{"FAR", 0.03}, {"FRR", 0.0001}}};
  CUPEL_ASSERT_OK(const auto reasons, Implausible(printed));
  ASSERT_THAT(reasons, SizeIs(1));
  EXPECT_THAT(reasons[0].en, HasSubstr("swapped"));
  EXPECT_THAT(reasons[0].en, HasSubstr("FAR < 1/10 000"));
  EXPECT_THAT(reasons[0].zh, HasSubstr("互换"));
  const std::array<Figure, 2> right{{{"FRR", 0.03}, {"FAR", 0.0001}}};
  EXPECT_THAT(*Implausible(right), IsEmpty());
  const std::array<Figure, 2> face{{{"FAR", 5.26e-6}, {"FRR", 0.00649585}}};
  EXPECT_THAT(*Implausible(face), IsEmpty());
}

TEST(ClaimTest, AClaimIsJudgedWithWhatStandsBesideIt) {
  CUPEL_ASSERT_OK(const Judgement judgement,
                  JudgeClaim({.metric = "FAR", .value = 0.03, .trials = 1000, .beside = {{"FRR", 0.0001}}}));
  EXPECT_EQ(judgement.verdict, ClaimVerdict::kSupported);
  EXPECT_FALSE(judgement.is_plausible);
  EXPECT_THAT(judgement.reasons[1].en, HasSubstr("as if they had been swapped"));
}

TEST(ClaimTest, AnImplausibleFigureIsSaidAlsoWhenTheSampleSupportsIt) {
  CUPEL_ASSERT_OK(const Judgement accept, JudgeClaim({.metric = "FAR", .value = 0.03, .trials = 100000}));
  EXPECT_EQ(accept.verdict, ClaimVerdict::kSupported);
  EXPECT_FALSE(accept.is_plausible);
  EXPECT_THAT(accept.reasons[1].en, HasSubstr("swapped?"));
  CUPEL_ASSERT_OK(const Judgement reject, JudgeClaim({.metric = "FRR", .value = 0.0001, .trials = 100000}));
  EXPECT_FALSE(reject.is_plausible);
  CUPEL_ASSERT_OK(const Judgement attack, JudgeClaim({.metric = "IAPAR", .value = 0.07, .trials = 42}));
  EXPECT_TRUE(attack.is_plausible);
  EXPECT_EQ(attack.verdict, ClaimVerdict::kSupported);
}

TEST(ClaimTest, SubjectsLimitWhatAttemptsCanSay) {
  CUPEL_ASSERT_OK(const Judgement judgement,
                  JudgeClaim({.metric = "FRR", .value = 0.03, .errors = 5, .trials = 1000, .subjects = 50}));
  EXPECT_EQ(judgement.verdict, ClaimVerdict::kSupported);
  // Five errors of 1000 trials by 50 subjects are at least one failing subject.
  EXPECT_NEAR(*judgement.upper_bound_by_subjects, 0.0914, 1e-3);
  CUPEL_ASSERT_OK(const Judgement pairs,
                  JudgeClaim({.metric = "FMR", .value = 1e-4, .trials = 40000, .subjects = 246}));
  EXPECT_THAT(pairs.reasons,
              ::testing::Contains(::testing::Field(&check::Text::en, HasSubstr("30135 pairs"))));
}

TEST(ClaimTest, RefusesWhatIsNoClaim) {
  EXPECT_THAT(JudgeClaim({.metric = "FAP", .value = 0.1, .trials = 1}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("FAR")));
  EXPECT_THAT(JudgeClaim({.metric = "FAR", .value = 3, .trials = 1}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("0.03")));
  EXPECT_THAT(JudgeClaim({.metric = "FAR", .value = 0.1, .trials = 0}),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(JudgeClaim({.metric = "FAR", .value = 0.1, .errors = 3, .trials = 2}),
              HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(JudgeClaim({.metric = "FAR", .value = 0.1, .trials = 2, .subjects = 3}),
              HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::biometric
