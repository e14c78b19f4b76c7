// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/transfer_attack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/inspect/linear_model_for_test.h"
#include "cupel/algorithm/transfer/input_diversity.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::transfer {
namespace {

using cupel::testing::HasError;
using inspect::Norm;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

// Answers two equal logits and, whatever is asked, the next gradient of a script; remembers where it was
// asked.
class Scripted : public inspect::AttackTarget {
 public:
  Scripted(std::vector<std::int64_t> shape, std::vector<std::vector<float>> gradients)
      : shape_(std::move(shape)), gradients_(std::move(gradients)) {}
  std::int64_t class_count() const override { return 2; }
  const std::vector<std::int64_t>& sample_shape() const override { return shape_; }
  tensor::Device device() const override { return {}; }
  std::int64_t independent_rows() const override { return 1; }
  Result<tensor::Tensor> Logits(const tensor::Tensor&) const override {
    return tensor::FromFloats(std::vector<float>{logit, 0}, {1, 2});
  }
  Result<executor::Passes> LogitsGradients(const tensor::Tensor& x,
                                           std::span<const executor::OutputGradient> seeds) const override {
    asked.push_back(tensor::ToFloats(x));
    CUPEL_TRY(const tensor::Tensor output, Logits(x));
    seeds[0](output);
    const std::vector<float>& gradient = gradients_[(asked.size() - 1) % gradients_.size()];
    return executor::Passes{output, {tensor::FromFloats(gradient, x.sizes().vec())}};
  }
  Result<tensor::Tensor> ExactLogits(const tensor::Tensor& x) const override { return Logits(x); }

  float logit = 0;
  mutable std::vector<std::vector<float>> asked;

 private:
  std::vector<std::int64_t> shape_;
  std::vector<std::vector<float>> gradients_;
};

class TransferAttackTest : public ::testing::Test {
 protected:
  std::vector<float> Crafted(const Scripted& surrogate, const TransferOptions& options, double epsilon,
                             Norm norm = Norm::kLinf) {
    original_.assign(static_cast<std::size_t>(surrogate.sample_shape().size() == 3
                                                  ? surrogate.sample_shape()[1] * surrogate.sample_shape()[2]
                                                  : surrogate.sample_shape()[0]),
                     0.5F);
    const inspect::Sample sample{.original = original_,
                                 .shape = surrogate.sample_shape(),
                                 .original_index = 3,
                                 .goal = {0},
                                 .class_count = 2,
                                 .threat = {norm, epsilon, 0, 1},
                                 .seed = 1,
                                 .stream = "test"};
    const TransferAttack attack(surrogate, options);
    const auto crafted = attack.Craft({&sample, 1});
    EXPECT_TRUE(crafted.has_value()) << crafted.error().ToString();
    return crafted ? crafted->at(0) : std::vector<float>{};
  }

  std::vector<float> original_;
};

// By hand, a = 0.1: d_0 = (3, 1) / 2 = (1.5, 0.5), d_1 = (-1, 1) / 1.
TEST_F(TransferAttackTest, MomentumCarriesAnOldGradientOn) {
  const Scripted surrogate({2}, {{3, 1}, {-1, 1}});
  // g_2 = d_0 + d_1 = (0.5, 1.5): both steps go up.
  EXPECT_THAT(Crafted(surrogate, {.steps = 2}, 0.2),
              ElementsAre(FloatNear(0.7F, 1e-6F), FloatNear(0.7F, 1e-6F)));
  // Without momentum the first feature goes up and down again.
  const Scripted again({2}, {{3, 1}, {-1, 1}});
  EXPECT_THAT(Crafted(again, {.steps = 2, .decay = 0}, 0.2),
              ElementsAre(FloatNear(0.5F, 1e-6F), FloatNear(0.7F, 1e-6F)));
}

TEST_F(TransferAttackTest, InL2TheStepFollowsTheMomentumsDirection) {
  const Scripted surrogate({2}, {{3, 1}, {-1, 1}});
  const std::vector<float> x = Crafted(surrogate, {.steps = 2, .decay = 0.5}, 0.2, Norm::kL2);
  // g_1 = (1.5, 0.5); g_2 = 0.5 g_1 + (-1, 1) = (-0.25, 1.25).
  const double first = std::hypot(1.5, 0.5), second = std::hypot(0.25, 1.25);
  EXPECT_NEAR(x[0], 0.5 + 0.1 * (1.5 / first) - 0.1 * (0.25 / second), 1e-6);
  EXPECT_NEAR(x[1], 0.5 + 0.1 * (0.5 / first) + 0.1 * (1.25 / second), 1e-6);
}

TEST_F(TransferAttackTest, NesterovAsksForTheGradientAhead) {
  const Scripted surrogate({2}, {{3, 1}, {-1, 1}});
  Crafted(surrogate, {.steps = 2, .nesterov = true}, 0.2);
  EXPECT_THAT(surrogate.asked[0], ElementsAre(0.5F, 0.5F));
  // x_1 + a m g_1 = 0.6 + 0.1 (1.5, 0.5).
  EXPECT_THAT(surrogate.asked[1], ElementsAre(FloatNear(0.75F, 1e-6F), FloatNear(0.65F, 1e-6F)));
  const Scripted plain({2}, {{3, 1}, {-1, 1}});
  Crafted(plain, {.steps = 2}, 0.2);
  EXPECT_THAT(plain.asked[1], ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(0.6F, 1e-6F)));
}

TEST_F(TransferAttackTest, TranslationInvarianceSpreadsTheGradientByTheKernel) {
  std::vector<float> impulse(49, 0.0F);
  impulse[24] = 1;
  const Scripted surrogate({1, 7, 7}, {impulse});
  const std::vector<float> x = Crafted(surrogate, {.steps = 1, .kernel = 5}, 0.1, Norm::kL2);
  // Five taps, three standard deviations to the edge: sigma 2/3.
  const double side = std::exp(-1 / (2 * 4.0 / 9)), far = std::exp(-4 / (2 * 4.0 / 9));
  const double centre = x[24] - 0.5;
  EXPECT_NEAR((x[25] - 0.5) / centre, side, 1e-4);
  EXPECT_NEAR((x[26] - 0.5) / centre, far, 1e-4);
  EXPECT_NEAR((x[32] - 0.5) / centre, side * side, 1e-4);
  EXPECT_EQ(x[27], 0.5F);
}

TEST_F(TransferAttackTest, TheKernelGrowsWithThePicture) {
  EXPECT_EQ(ScaledKernel({3, 299, 299}), 15);
  EXPECT_EQ(ScaledKernel({3, 224, 300}), 11);
  EXPECT_EQ(ScaledKernel({1, 28, 28}), 3);
  EXPECT_EQ(ScaledKernel({12}), 1);
}

TEST_F(TransferAttackTest, DiversityShowsTheSurrogateOtherPicturesAndTheTargetTheSameSize) {
  const Scripted surrogate({1, 20, 20}, {std::vector<float>(400, 1.0F)});
  Crafted(surrogate, {.steps = 40, .diversity_prob = 0.5}, 0.1);
  int padded = 0;
  for (const auto& asked : surrogate.asked) padded += std::ranges::count(asked, 0.0F) > 0;
  EXPECT_GT(padded, 8);
  EXPECT_LT(padded, 32);
  const Scripted plain({1, 20, 20}, {std::vector<float>(400, 1.0F)});
  Crafted(plain, {.steps = 5}, 0.1);
  for (const auto& asked : plain.asked) EXPECT_EQ(std::ranges::count(asked, 0.0F), 0);
}

TEST_F(TransferAttackTest, AGradientOfZerosMovesNothing) {
  const Scripted surrogate({3}, {{0, 0, 0}});
  EXPECT_EQ(Crafted(surrogate, {}, 0.1), original_);
}

TEST_F(TransferAttackTest, ASurrogateThatAnswersNanIsReportedWhenAllIsDone) {
  Scripted surrogate({2}, {{1, 1}});
  surrogate.logit = NAN;
  const TransferAttack attack(surrogate, {});
  EXPECT_TRUE(attack.status().has_value());
  const std::vector<float> original = {0.5F, 0.5F};
  const auto walk = attack.Begin({.original = original,
                                  .shape = surrogate.sample_shape(),
                                  .original_index = 8,
                                  .goal = {0},
                                  .threat = {Norm::kLinf, 0.1, 0, 1},
                                  .stream = "test"});
  std::vector<float> x(2);
  EXPECT_FALSE(walk->Next(x));
  EXPECT_THAT(attack.status(), HasError(ErrorCode::kInvalidArgument, HasSubstr("sample 8")));
}

TEST_F(TransferAttackTest, AnInputIsTheSameWhateverIsMadeBesideIt) {
  const inspect::RowModel model = inspect::RowModel::Random({64, 10, 4}, 3);
  const auto target = inspect::TargetOf(model, model, 4, {1, 8, 8});
  const TransferAttack attack(*target, {.nesterov = true, .diversity_prob = 0.5, .kernel = 0});
  std::vector<std::vector<float>> originals;
  std::vector<inspect::Sample> samples;
  for (std::int64_t i = 0; i < 5; ++i) {
    ReproducibleStream stream(5, "originals", static_cast<std::uint64_t>(i));
    for (float& value : originals.emplace_back(64)) value = stream.Uniform();
  }
  for (std::size_t i = 0; i < 5; ++i) {
    samples.push_back({.original = originals[i],
                       .shape = target->sample_shape(),
                       .original_index = static_cast<std::int64_t>(i),
                       .goal = {static_cast<std::int32_t>(i % 4)},
                       .class_count = 4,
                       .threat = {Norm::kLinf, 0.1, 0, 1},
                       .seed = 1,
                       .stream = "test"});
  }
  CUPEL_ASSERT_OK(const auto together, attack.Craft(samples));
  for (std::size_t i = 0; i < 5; ++i) {
    CUPEL_ASSERT_OK(const auto alone, attack.Craft({&samples[i], 1}));
    EXPECT_EQ(together[i], alone[0]);
    EXPECT_NE(together[i], originals[i]);
  }
}

TEST_F(TransferAttackTest, StopsWhenAsked) {
  const Scripted surrogate({2}, {{1, 1}});
  const TransferAttack attack(surrogate, {});
  const std::vector<float> original = {0.5F, 0.5F};
  Interrupt::SetRequested(true);
  const inspect::Sample sample{.original = original,
                               .shape = surrogate.sample_shape(),
                               .goal = {0},
                               .threat = {Norm::kLinf, 0.1, 0, 1},
                               .stream = "test"};
  EXPECT_THAT(attack.Craft({&sample, 1}), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

TEST(InputDiversity, TransposeIsTheAdjoint) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    ReproducibleStream stream(4, "diversity", i);
    const InputDiversity diversity({2, 24, 30}, 1.0, stream);
    ASSERT_TRUE(diversity.acts());
    std::vector<float> a, b;
    for (int j = 0; j < 1440; ++j) {
      a.push_back(static_cast<float>(stream.Normal()));
      b.push_back(static_cast<float>(stream.Normal()));
    }
    std::vector<float> forward = a, backward = b;
    diversity.Apply(forward);
    diversity.ApplyTransposed(backward);
    double left = 0, right = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
      left += double{forward[j]} * b[j];
      right += double{a[j]} * backward[j];
    }
    EXPECT_NEAR(left, right, 1e-3);
    EXPECT_NE(forward, a);
  }
}

TEST(InputDiversity, ShrinksAConstantPictureToAConstantPartOnZeros) {
  ReproducibleStream stream(1, "diversity");
  const InputDiversity diversity({1, 40, 40}, 1.0, stream);
  std::vector<float> picture(1600, 0.25F);
  diversity.Apply(picture);
  std::int64_t kept = 0;
  for (const float value : picture) {
    EXPECT_TRUE(value == 0 || std::abs(value - 0.25F) < 1e-6F) << value;
    kept += value != 0;
  }
  EXPECT_GE(kept, 36 * 36);
  EXPECT_LT(kept, 40 * 40);
}

TEST(InputDiversity, ActsAsOftenAsItsProbabilitySays) {
  int acted = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ReproducibleStream stream(6, "diversity", i);
    acted += InputDiversity({1, 4, 4}, 0.3, stream).acts();
  }
  EXPECT_NEAR(acted, 300, 50);
  ReproducibleStream stream(6, "rows");
  EXPECT_FALSE(InputDiversity({16}, 1.0, stream).acts());
}

}  // namespace
}  // namespace cupel::algorithm::transfer
