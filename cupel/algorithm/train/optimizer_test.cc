// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::train {
namespace {

/// The update rules of trainer.h's header, element by element in double.
struct Reference {
  std::vector<double> w;
  std::vector<double> first = std::vector<double>(w.size());
  std::vector<double> second = std::vector<double>(w.size());
  int t = 0;

  void Update(const std::vector<float>& gradient, double rate, double decay, const TrainOptions& options) {
    ++t;
    const double m = options.momentum;
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (options.optimizer == Optimizer::kSgd) {
        const double d = gradient[i] + decay * w[i];
        first[i] = m * first[i] + d;
        w[i] -= rate * (options.nesterov ? d + m * first[i] : first[i]);
      } else {
        first[i] = m * first[i] + (1 - m) * gradient[i];
        second[i] = 0.999 * second[i] + 0.001 * gradient[i] * gradient[i];
        const double mean = first[i] / (1 - std::pow(m, t));
        const double deviation = std::sqrt(second[i] / (1 - std::pow(0.999, t))) + 1e-8;
        w[i] -= rate * decay * w[i] + rate * mean / deviation;
      }
    }
  }
};

struct Rule {
  const char* name;
  TrainOptions options;
};

void PrintTo(const Rule& test, std::ostream* os) { *os << test.name; }

class UpdateRule : public ::testing::TestWithParam<Rule> {};

INSTANTIATE_TEST_SUITE_P(
    Rules, UpdateRule,
    ::testing::Values(Rule{"plain", {.momentum = 0, .nesterov = false, .weight_decay = 0}},
                      Rule{"momentum", {.momentum = 0.9, .nesterov = false, .weight_decay = 0}},
                      Rule{"nesterov", {.momentum = 0.9, .nesterov = true, .weight_decay = 0}},
                      Rule{"nesterov_decay", {.momentum = 0.8, .nesterov = true, .weight_decay = 0.05}},
                      Rule{"momentum_decay", {.momentum = 0.8, .nesterov = false, .weight_decay = 0.05}},
                      Rule{"adam", {.optimizer = Optimizer::kAdam, .momentum = 0.9, .weight_decay = 0}},
                      Rule{"adam_decay",
                           {.optimizer = Optimizer::kAdam, .momentum = 0.8, .weight_decay = 0.05}}),
    [](const auto& test) { return std::string(test.param.name); });

// Ten steps of a matrix (decayed) and of a bias (not decayed), with a rate that changes.
TEST_P(UpdateRule, EqualsItsFormulaOverManySteps) {
  const TrainOptions& options = GetParam().options;
  ReproducibleStream stream(3, "optimizer");
  std::vector<float> matrix(6), bias(4);
  for (float& value : matrix) value = static_cast<float>(stream.Normal());
  for (float& value : bias) value = static_cast<float>(stream.Normal());
  const std::vector<tensor::Tensor> weights = {tensor::FromFloats(matrix, {2, 3}),
                                               tensor::FromFloats(bias, {4})};
  OptimizerState state = InitialState(weights, options.optimizer);
  Reference of_matrix{{matrix.begin(), matrix.end()}};
  Reference of_bias{{bias.begin(), bias.end()}};
  for (int step = 0; step < 10; ++step) {
    for (float& value : matrix) value = static_cast<float>(stream.Normal());
    for (float& value : bias) value = static_cast<float>(stream.Normal());
    const double rate = 0.1 / (1 + step);
    Update(weights, {tensor::FromFloats(matrix, {2, 3}), tensor::FromFloats(bias, {4})}, rate, options,
           state);
    of_matrix.Update(matrix, rate, options.weight_decay, options);
    of_bias.Update(bias, rate, 0, options);
  }
  EXPECT_EQ(state.steps, 10);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(tensor::ToFloats(weights[0])[i], of_matrix.w[i], 2e-6);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(tensor::ToFloats(weights[1])[i], of_bias.w[i], 2e-6);
}

TEST(Update, LeavesAParameterWithoutGradientAlone) {
  const std::vector<tensor::Tensor> weights = {tensor::FromFloats(std::vector<float>{1, 2}, {1, 2})};
  OptimizerState state = InitialState(weights, Optimizer::kSgd);
  Update(weights, {tensor::Tensor()}, 0.1, {.weight_decay = 0.5}, state);
  EXPECT_EQ(tensor::ToFloats(weights[0]), (std::vector<float>{1, 2}));
}

struct RateCase {
  std::int64_t step;
  std::int64_t total;
  double warmup;
  double expected;  ///< Of a peak of 1.
};

// Warm-up: (step + 1) / w with w = floor(warmup * total); then (1 + cos(pi (step - w) / (total - w))) / 2.
TEST(Rate, HasItsExactValues) {
  const double root3 = std::numbers::sqrt3;
  for (const RateCase& c : std::vector<RateCase>{
           {0, 100, 0.1, 0.1},
           {4, 100, 0.1, 0.5},
           {9, 100, 0.1, 1},
           {10, 100, 0.1, 1},
           {25, 100, 0.1, (1 + root3 / 2) / 2},  // cos 30 degrees
           {40, 100, 0.1, 0.75},                 // 60
           {55, 100, 0.1, 0.5},                  // 90
           {70, 100, 0.1, 0.25},                 // 120
           {85, 100, 0.1, (1 - root3 / 2) / 2},  // 150
           {100, 100, 0.1, 0},
           {0, 100, 0, 1},     // no warm-up: from the peak
           {50, 100, 0, 0.5},  //
           {0, 5, 0.19, 1},    // less than one step of warm-up is none
           {0, 1, 0.5, 1},     // a single step takes the peak
           {0, 2, 0.5, 1},     // one of two steps warms up, to the peak
           {1, 2, 0.5, 1},
       }) {
    EXPECT_NEAR(RateAt(c.step, c.total, {.learning_rate = 1, .warmup = c.warmup}), c.expected, 1e-12)
        << "step " << c.step << " of " << c.total;
    EXPECT_NEAR(RateAt(c.step, c.total, {.learning_rate = 0.03, .warmup = c.warmup}), 0.03 * c.expected,
                1e-13);
  }
}

TEST(Rate, RisesWhileWarmAndFallsAfterwards) {
  const TrainOptions options{.learning_rate = 0.4, .warmup = 0.3};
  for (std::int64_t step = 1; step < 50; ++step) {
    const double change = RateAt(step, 50, options) - RateAt(step - 1, 50, options);
    EXPECT_TRUE(step < 15 ? change > 0 : step == 15 ? change == 0 : change < 0) << step;
  }
}

}  // namespace
}  // namespace cupel::algorithm::train
