// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/clustering.h"

#include <gmock/gmock.h>

#include <limits>

namespace cupel::algorithm::backdoor {
namespace {

using ::testing::ElementsAre;

const std::vector<double> kSix = {0, 0, 1, 0, 0, 2, 8, 8, 9, 8, 8, 11};

// Figures: scikit-learn 1.2.1 (Debian 12), silhouette_score.
TEST(Silhouette, EqualsScikitLearn) {
  EXPECT_NEAR(Silhouette(kSix, 2, std::vector<std::int32_t>{0, 0, 0, 1, 1, 1}), 0.8227666930088134, 1e-12);
  EXPECT_NEAR(Silhouette(kSix, 2, std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}), 0.39296563022965797, 1e-12);
  EXPECT_NEAR(Silhouette(kSix, 2, std::vector<std::int32_t>{1, 0, 0, 0, 0, 0}), -0.05482318303363265, 1e-12);
}

TEST(Silhouette, OneClusterAndEqualPointsCountNothing) {
  EXPECT_EQ(Silhouette(kSix, 2, std::vector<std::int32_t>{0, 0, 0, 0, 0, 0}), 0);
  EXPECT_EQ(Silhouette(std::vector<double>{1, 1, 1, 1}, 1, std::vector<std::int32_t>{0, 0, 1, 1}), 0);
}

double Inertia(const std::vector<double>& x, unsigned members) {
  double total = 0;
  for (const bool side : {false, true}) {
    double sum = 0;
    double squares = 0;
    double n = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (((members >> i & 1U) != 0) != side) continue;
      sum += x[i];
      squares += x[i] * x[i];
      ++n;
    }
    if (n > 0) total += squares - sum * sum / n;
  }
  return total;
}

// All 2^11 splits of twelve numbers: k-means with restarts finds the best of them.
TEST(TwoMeans, FindsTheBestSplitOfAll) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ReproducibleStream draw(seed, "points");
    std::vector<double> x;
    for (int i = 0; i < 12; ++i) x.push_back(draw.Normal());
    double best = std::numeric_limits<double>::infinity();
    for (unsigned members = 0; members < 1U << 11U; ++members) best = std::min(best, Inertia(x, members));
    ReproducibleStream stream(seed, "starts");
    EXPECT_NEAR(TwoMeans(x, 1, 30, stream).inertia, best, 1e-9) << seed;
  }
}

TEST(TwoMeans, PartsTwoLumpsAndNamesTheSmallerZero) {
  const std::vector<double> rows = {0, 0, 0.1, 0, 0, 0.2, 0.1, 0.1, 9, 9, 9.1, 9};
  ReproducibleStream stream(1, "starts");
  const TwoClusters clusters = TwoMeans(rows, 2, 3, stream);
  EXPECT_THAT(clusters.member_of, ElementsAre(1, 1, 1, 1, 0, 0));
  EXPECT_NEAR(clusters.centres[0], 9.05, 1e-12);
  EXPECT_THAT(Assign(clusters, std::vector<double>{8, 8, -5, 3}, 2), ElementsAre(0, 1));
}

TEST(TwoMeans, EqualPointsAreOneCluster) {
  ReproducibleStream stream(1, "starts");
  const TwoClusters clusters = TwoMeans(std::vector<double>(10, 2.0), 2, 2, stream);
  EXPECT_EQ(clusters.inertia, 0);
  EXPECT_THAT(clusters.member_of, ::testing::Each(clusters.member_of[0]));
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
