// SPDX-License-Identifier: Apache-2.0
// Randomised smoothing against the linear classifier, whose smoothed twin is known: it answers as the
// classifier itself, and its radius is the distance to the boundary whatever sigma is.
#include "cupel/algorithm/certify/smoothing.h"

#include "cupel/algorithm/certify/network_for_test.h"
#include "cupel/stats/distribution.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

/// Two classes over d features: z = (w . x + b, 0).
std::unique_ptr<executor::Classifier> LinearClassifier(const std::vector<float>& w, float b) {
  std::vector<float> weights = w;
  weights.resize(2 * w.size(), 0.0F);
  const auto d = static_cast<std::int64_t>(w.size());
  graph::Graph graph =
      graph::MakeGraph({"N", std::to_string(d)},
                       {graph::MakeNode("Gemm", {"x", "w", "b"}, {"y"}, {{"transB", std::int64_t{1}}})},
                       {{"w", graph::TensorValue::FromFloats({2, d}, weights)},
                        {"b", graph::TensorValue::FromFloats({2}, {b, 0})}});
  return executor::Classifier::Create(graph, OptionsFor({d})).value();
}

SmoothingOptions Options(std::int64_t n) {
  return {.sigma = 0.5, .n0 = 50, .n = n, .alpha = 0.01, .seed = 7, .stream = "test"};
}

// Cohen et al. 2019: when all n draws agree the bound is alpha^(1/n), the radius sigma Phi^-1 of it.
TEST(Answer, IsThePapersFormula) {
  const SmoothingOptions options{.sigma = 0.25, .n = 100000, .alpha = 0.001};
  const SmoothedAnswer all = AnswerFrom(2, 100000, options);
  EXPECT_FALSE(all.abstained);
  EXPECT_NEAR(all.probability, std::pow(0.001, 1e-5), 1e-12);
  EXPECT_NEAR(all.radius, 0.25 * 3.8115, 1e-4);  // The paper's largest radius at sigma 0.25 is 0.95.
  // R: binom.test(990, 1000, alternative = "greater", conf.level = 0.999)$conf.int[1] is the x with
  // P(K >= 990 | x) = 0.001.
  const SmoothedAnswer most = AnswerFrom(0, 990, {.sigma = 1, .n = 1000, .alpha = 0.001});
  EXPECT_NEAR(stats::BinomialUpperTail(990, 1000, most.probability), 0.001, 1e-9);
  EXPECT_NEAR(most.radius, stats::NormalQuantile(most.probability), 1e-12);
}

TEST(Answer, AbstainsUnlessTheBoundIsAboveOneHalf) {
  const SmoothingOptions options{.sigma = 1, .n = 100, .alpha = 0.001};
  EXPECT_TRUE(AnswerFrom(0, 0, options).abstained);
  EXPECT_TRUE(AnswerFrom(0, 60, options).abstained);
  EXPECT_EQ(AnswerFrom(0, 60, options).radius, 0);
  EXPECT_FALSE(AnswerFrom(0, 70, options).abstained);
}

TEST(CertifiedRadius, OfALinearClassifierIsBelowTheExactOneAndNearIt) {
  tensor::UseOneThreadPerOperator();
  const std::vector<float> w = {3, -4, 12, 0, 1};
  const double length = std::sqrt(9.0 + 16 + 144 + 1);
  const auto classifier = LinearClassifier(w, 0.3F);
  ReproducibleStream stream(3, "points");
  int above = 0;
  int abstained = 0;
  double share = 0;
  int counted = 0;
  for (int i = 0; i < 60; ++i) {
    std::vector<float> x;
    for (int k = 0; k < 5; ++k) x.push_back(static_cast<float>(0.1 * stream.Normal()));
    double margin = 0.3F;
    for (std::size_t k = 0; k < 5; ++k) margin += double{w[k]} * x[k];
    const double exact = std::abs(margin) / length;
    CUPEL_ASSERT_OK(const SmoothedAnswer answer, CertifySmoothed(*classifier, x, i, Options(2000)));
    if (answer.abstained) {
      ++abstained;
      EXPECT_LT(exact, 0.08);
      continue;
    }
    EXPECT_EQ(answer.predicted, margin > 0 ? 0 : 1);
    above += answer.radius > exact;
    if (exact > 0.1) share += answer.radius / exact, ++counted;
  }
  // Each radius is too large with probability alpha = 0.01: three or more of 60 has probability 0.02.
  EXPECT_LE(above, 3);
  EXPECT_GT(counted, 10);
  EXPECT_GT(share / counted, 0.7);
  EXPECT_LT(abstained, 30);
}

// A broken twin: noise that is half as large as it says gives radii beyond the boundary.
TEST(CertifiedRadius, WouldBeTooLargeIfTheNoiseWereTooSmall) {
  const auto classifier = LinearClassifier({1, 0}, 0);
  const std::vector<float> x = {0.3F, 0};
  SmoothingOptions options = Options(4000);
  options.sigma = 0.25;
  CUPEL_ASSERT_OK(const SmoothedAnswer right, CertifySmoothed(*classifier, x, 0, options));
  EXPECT_LT(right.radius, 0.3);
  const SmoothedAnswer wrong = AnswerFrom(right.predicted, right.count, Options(4000));
  EXPECT_GT(wrong.radius, 0.3);
}

TEST(CertifiedRadius, DependsOnSeedAndSampleAlone) {
  const auto classifier = LinearClassifier({1, 1}, 0.1F);
  const std::vector<float> x = {0.1F, 0.05F};
  CUPEL_ASSERT_OK(const SmoothedAnswer first, CertifySmoothed(*classifier, x, 4, Options(333)));
  CUPEL_ASSERT_OK(const SmoothedAnswer again, CertifySmoothed(*classifier, x, 4, Options(333)));
  CUPEL_ASSERT_OK(const SmoothedAnswer other, CertifySmoothed(*classifier, x, 5, Options(333)));
  EXPECT_EQ(first.count, again.count);
  EXPECT_NE(first.count, other.count);
  // The first draws of a longer run are those of the shorter: tiles do not enter.
  CUPEL_ASSERT_OK(const SmoothedAnswer longer, CertifySmoothed(*classifier, x, 4, Options(334)));
  EXPECT_TRUE(longer.count == first.count || longer.count == first.count + 1);
}

TEST(CertifiedRadius, RefusesAModelThatIsNotFiniteUnderNoise) {
  NetworkBuilder b({2}, 1);
  b.Node("Log", {"x"}).Dense(2);
  const auto classifier = executor::Classifier::Create(b.Finish(), OptionsFor({2})).value();
  EXPECT_THAT(CertifySmoothed(*classifier, std::vector<float>{0.1F, 0.1F}, 0, Options(50)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("NaN or infinity under noise")));
}

}  // namespace
}  // namespace cupel::algorithm::certify
