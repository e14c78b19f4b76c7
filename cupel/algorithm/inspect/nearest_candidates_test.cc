// SPDX-License-Identifier: Apache-2.0
// What AttackPiece keeps of a nearest-point attack whose walk ends within the float noise of the boundary.
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/attack_for_test.h"
#include "cupel/algorithm/inspect/query_walk_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

/// Walks along one line, at the given shares of the way from the original to a far point.
class LineAttack final : public Attack {
 public:
  LineAttack(std::vector<float> far, std::vector<double> shares)
      : far_(std::move(far)), shares_(std::move(shares)) {}
  int gradients(std::int64_t) const override { return 0; }
  bool nearest() const override { return true; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    return std::make_unique<LineWalk>(*this, sample);
  }

 private:
  class LineWalk final : public Walk {
   public:
    LineWalk(const LineAttack& attack, const Sample& sample) : attack_(attack), original_(sample.original) {}
    bool Next(std::span<float> x) override {
      if (at_ == attack_.shares_.size()) return false;
      const double share = attack_.shares_[at_++];
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(original_[i] + share * (attack_.far_[i] - original_[i]));
      return true;
    }
    void See(std::span<const float>, std::span<const float>) override {}

   private:
    const LineAttack& attack_;
    std::span<const float> original_;
    std::size_t at_ = 0;
  };

  std::vector<float> far_;
  std::vector<double> shares_;
};

class NearestCandidates : public ::testing::Test {
 protected:
  // The far point lies beyond the boundary, straight across it: at share 1 / 2 the line crosses.
  void SetUp() override {
    sample_ = DrawSample(AnswersOf(model_), {kFeatures},
                         {.norm = Norm::kL2, .epsilon = 1, .box_low = -9, .box_high = 9}, 2);
    const auto& layer = model_.layers()[0];
    double squares = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      const double w = double{layer.weights[1][i]} - layer.weights[0][i];
      squares += w * w;
    }
    distance_ = *ExactDistance(model_, sample_);
    const double sign = sample_.goal.label == 0 ? 1 : -1;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      const double w = double{layer.weights[1][i]} - layer.weights[0][i];
      far_.push_back(static_cast<float>(sample_.original[i] + 2 * sign * distance_ * w / std::sqrt(squares)));
    }
  }

  AttackOutcome Look(std::vector<double> shares) {
    const LineAttack attack(far_, std::move(shares));
    const auto target = TargetOf(model_, model_, 2, {kFeatures});
    const AttackJob job{.original_index = 0, .goal = sample_.goal};
    auto outcomes =
        AttackPiece(*target, attack, {.threat = sample_.threat, .keep_nearest = true, .stream = "test"}, {},
                    sample_.original, {&job, 1}, SilentProgress());
    EXPECT_TRUE(outcomes.has_value());
    return outcomes ? outcomes->front() : AttackOutcome{};
  }

  RowModel model_ = RowModel::Random({kFeatures, 2}, 5);
  OwnedSample sample_;
  std::vector<float> far_;
  double distance_ = 0;
};

// Forty halvings end far below the noise of float32; the success reported is one that is still above it, and
// not much farther than the noise asks for.
TEST_F(NearestCandidates, OneAboveTheNoiseIsLeftAfterAWalkThatEndsInIt) {
  std::vector<double> shares;
  for (int k = 1; k <= 40; ++k) shares.push_back(0.5 + std::ldexp(0.5, -k));
  const AttackOutcome outcome = Look(shares);
  EXPECT_GT(outcome.unconfirmed, 0);
  ASSERT_TRUE(outcome.broken);
  EXPECT_GT(outcome.margin, outcome.noise);
  EXPECT_LT(outcome.margin, 32 * outcome.noise);
  EXPECT_NEAR(outcome.moved.l2, distance_, 1e-4 * distance_);
}

// Steps of a thousandth, all with much the same margins in between: the end is the nearest one.
TEST_F(NearestCandidates, TheNearestOneIsReportedWhereItIsAboveTheNoise) {
  std::vector<double> shares;
  for (int k = 0; k <= 400; ++k) shares.push_back(1 - 0.001 * k);
  shares.push_back(0.9);  // farther again: not kept
  const AttackOutcome outcome = Look(shares);
  ASSERT_TRUE(outcome.broken);
  EXPECT_EQ(outcome.unconfirmed, 0);
  EXPECT_EQ(outcome.found_at, 401);
  EXPECT_NEAR(outcome.moved.l2, 0.6 * 2 * distance_, 1e-5);
  EXPECT_EQ(outcome.evaluations, 402);
}

// As DeepFool's do: the first success is within the noise, the next one is clear of it and farther.
TEST_F(NearestCandidates, AFartherOneIsReportedWhereTheNearestIsWithinTheNoise) {
  const AttackOutcome outcome = Look({0.5 + 1e-7, 0.55, 0.6});
  ASSERT_TRUE(outcome.broken);
  EXPECT_NEAR(outcome.moved.l2, 0.55 * 2 * distance_, 1e-5);
}

TEST_F(NearestCandidates, ApproachesAreNotedFromOneHundredthToTheNext) {
  std::vector<double> shares;
  for (int k = 0; k <= 400; ++k) shares.push_back(1 - 0.001 * k);
  const AttackOutcome outcome = Look(shares);
  ASSERT_GT(outcome.approaches.size(), 10U);
  EXPECT_LT(outcome.approaches.size(), 53U);  // ln(0.6) / ln(0.99)
  EXPECT_EQ(outcome.approaches.front().evaluations, 1);
  for (std::size_t i = 1; i < outcome.approaches.size(); ++i) {
    EXPECT_LT(outcome.approaches[i].distance, 0.99 * outcome.approaches[i - 1].distance);
    EXPECT_GT(outcome.approaches[i].evaluations, outcome.approaches[i - 1].evaluations);
  }
  EXPECT_LT(outcome.approaches.back().distance, outcome.moved.l2 / 0.98);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
