// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/features.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/backdoor/activation_clustering.h"
#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/planted_for_test.h"
#include "cupel/algorithm/backdoor/spectral_signatures.h"
#include "cupel/stats/roc.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::backdoor {
namespace {

using cupel::testing::HasError;

// Rows (3a + 1, 4a - 2): one direction, (3, 4) / 5, with the variance of 5a.
TEST(PrincipalComponents, OfALineAreItsDirection) {
  std::vector<float> rows;
  for (const float a : {-1.0F, 0.0F, 1.0F, 4.0F}) {
    rows.push_back(3 * a + 1);
    rows.push_back(4 * a - 2);
  }
  CUPEL_ASSERT_OK(const PrincipalComponents found, FindPrincipalComponents(rows, 2, 5, 1));
  ASSERT_EQ(found.variances.size(), 2u);  // No more than there are dimensions.
  EXPECT_NEAR(found.directions[0], 0.6, 1e-9);
  EXPECT_NEAR(found.directions[1], 0.8, 1e-9);
  EXPECT_NEAR(found.variances[0], 25 * (1 + 0 + 1 + 16 - 4) / 4.0, 1e-9);
  EXPECT_NEAR(found.variances[1], 0, 1e-9);
  EXPECT_NEAR(found.scores[0], -10, 1e-9);  // a = -1 is 2 below the mean of 1.
  EXPECT_NEAR(found.Project(std::vector<float>{1, -2})[0], -5, 1e-6);
}

// Independent columns of known variances, 40 of them: the first ten are found, in order.
TEST(PrincipalComponents, AreThoseOfADiagonalCovariance) {
  constexpr std::size_t kColumns = 40;
  std::vector<float> rows;
  ReproducibleStream stream(1, "rows");
  for (int i = 0; i < 3000; ++i) {
    for (std::size_t j = 0; j < kColumns; ++j)
      rows.push_back(static_cast<float>(stream.Normal() * (j < 10 ? 12.0 - static_cast<double>(j) : 0.5)));
  }
  CUPEL_ASSERT_OK(const PrincipalComponents found, FindPrincipalComponents(rows, kColumns, 10, 1));
  for (std::size_t j = 0; j < 10; ++j) {
    const double deviation = 12.0 - static_cast<double>(j);
    EXPECT_NEAR(std::sqrt(found.variances[j]), deviation, 0.06 * deviation);
    double norm = 0;
    for (std::size_t i = 0; i < kColumns; ++i)
      norm += found.directions[j * kColumns + i] * found.directions[j * kColumns + i];
    EXPECT_NEAR(norm, 1, 1e-9);
  }
}

TEST(FeatureExtractor, AnswersTheInputOfTheLastLayerThroughThePreprocessing) {
  // x (2) -> (x - 1) / 2 -> Gemm identity -> Relu -> Gemm.
  graph::Graph graph = AffineGraph({{1, 0}, {0, 1}, {1, 1}}, {0, 0, 0});
  graph.initializers["i"] = graph::TensorValue::FromFloats({2, 2}, {1, 0, 0, 1});
  graph.nodes = {{"", "Gemm", "", {"x", "i"}, {"z"}, {}},
                 {"", "Relu", "", {"z"}, {"h"}, {}},
                 {"", "Gemm", "", {"h", "w", "b"}, {"y"}, {{"transB", std::int64_t{1}}}}};
  executor::ClassifierOptions options;
  options.sample_shape = {2};
  options.preprocessing.mean = {1};
  options.preprocessing.std = {2};
  CUPEL_ASSERT_OK(const auto model, executor::Classifier::Create(graph, options));
  CUPEL_ASSERT_OK(const auto extractor, FeatureExtractor(*model));
  CUPEL_ASSERT_OK(const std::vector<float> features, Answers(*extractor, std::vector<float>{5, 0, 0, 2}));
  EXPECT_THAT(features, ::testing::ElementsAre(2, 0, 0, 0.5));
  const auto affine = ClassifierOf(AffineGraph({{1, 0}, {0, 1}}, {0, 0}), {2});
  EXPECT_TRUE(FeatureExtractor(*affine).has_value());  // What Flatten hands on is computed, too.
}

/// Features of one class: `clean` training rows and 300 held-out rows around 0, `poison` rows around `shift`
/// along the first axis.
ClassFeatures Lumps(std::int64_t clean, std::int64_t poison, double shift, std::uint64_t seed) {
  ClassFeatures features;
  features.d = 24;
  ReproducibleStream stream(seed, "lumps");
  const auto row = [&](double at, std::vector<float>& rows) {
    for (int j = 0; j < 24; ++j) rows.push_back(static_cast<float>(stream.Normal() + (j == 0 ? at : 0)));
  };
  for (std::int64_t i = 0; i < clean + poison; ++i) {
    features.training.push_back(i);
    row(i < clean ? 0 : shift, features.features);
  }
  for (int i = 0; i < 300; ++i) row(0, features.held_out);
  return features;
}

std::vector<std::int64_t> Names(const ClassFeatures& features) {
  std::vector<std::int64_t> names;
  for (const std::int64_t i : features.training) names.push_back(1000 + i);
  return names;
}

// A twentieth, a third and half of a class; the paper's own rule would miss the half, which is no smaller
// cluster.
TEST(ActivationClustering, FindsALumpOfAnySize) {
  for (const std::int64_t poison : {60, 300, 600}) {
    const ClassFeatures features = Lumps(600, poison, 12, 3);
    CUPEL_ASSERT_OK(const ClassFinding found, ClusterClass(features, Names(features), 0, {}));
    EXPECT_TRUE(found.flagged) << poison;
    ASSERT_EQ(found.suspects.size(), static_cast<std::size_t>(poison));
    EXPECT_EQ(found.suspects.front(), 1600);
    EXPECT_EQ(found.suspects_held_out, 0);
    EXPECT_GT(found.scores.front(), 0);
  }
}

TEST(ActivationClustering, DoesNotFlagAClassWithoutALumpOrWithOneThatHeldOutSamplesShare) {
  const ClassFeatures clean = Lumps(900, 0, 0, 4);
  CUPEL_ASSERT_OK(const ClassFinding found, ClusterClass(clean, Names(clean), 0, {}));
  EXPECT_TRUE(found.examined);
  EXPECT_FALSE(found.flagged);
  ClassFeatures two_kinds = Lumps(300, 300, 12, 5);
  for (std::size_t i = 0; i < two_kinds.held_out.size(); i += 48) two_kinds.held_out[i] += 12;
  CUPEL_ASSERT_OK(const ClassFinding natural, ClusterClass(two_kinds, Names(two_kinds), 0, {}));
  EXPECT_GT(natural.strength, 0.3);  // A true split, and no reason for suspicion.
  EXPECT_FALSE(natural.flagged);
}

TEST(ActivationClustering, LeavesOutAClassWithTooFewSamples) {
  const ClassFeatures few = Lumps(19, 0, 0, 4);
  CUPEL_ASSERT_OK(const ClassFinding found, ClusterClass(few, Names(few), 0, {}));
  EXPECT_FALSE(found.examined);
  EXPECT_FALSE(found.flagged);
}

TEST(SpectralSignatures, ScoresPoisonAboveCleanAndFlagsTheClass) {
  for (const std::int64_t poison : {120, 300, 600}) {
    const ClassFeatures features = Lumps(600, poison, 8, 6);
    CUPEL_ASSERT_OK(const SpectralScores scores, ScoreClass(features, 1));
    const auto clean = std::span(scores.training).first(600);
    const auto planted = std::span(scores.training).subspan(600);
    EXPECT_GT(stats::DeLongAuc(planted, clean, 0.95).value, 0.99) << poison;
    CUPEL_ASSERT_OK(const ClassFinding found, SpectralClass(features, Names(features), {}));
    EXPECT_TRUE(found.flagged) << poison;
    EXPECT_GE(static_cast<std::int64_t>(found.suspects.size()), poison * 95 / 100);
    EXPECT_LE(static_cast<std::int64_t>(found.suspects.size()), poison + 60);
  }
  const ClassFeatures clean = Lumps(900, 0, 0, 7);
  CUPEL_ASSERT_OK(const ClassFinding found, SpectralClass(clean, Names(clean), {}));
  EXPECT_FALSE(found.flagged);
}

TEST(ShareIsExcess, AsksForEvidenceNotForARatio) {
  EXPECT_TRUE(ShareIsExcess(300, 600, 10, 300, 0.5));
  EXPECT_FALSE(ShareIsExcess(300, 600, 100, 300, 0.5));  // A third against a half.
  EXPECT_FALSE(ShareIsExcess(3, 600, 0, 300, 0.5));      // None of 300 does not rule out 1 %.
  EXPECT_FALSE(ShareIsExcess(0, 600, 0, 300, 0.5));
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
