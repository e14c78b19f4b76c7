// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/conformance/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/conformance/random_output.h"

namespace cupel::algorithm::conformance {
namespace {

using graph::TensorValue;
using ::testing::HasSubstr;
using ::testing::Optional;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::optional<std::string> Difference(const TensorValue& expected, const TensorValue& found) {
  return FirstDifference({&expected, 1}, {&found, 1});
}

TensorValue Floats(const std::vector<float>& values) {
  return TensorValue::FromFloats({static_cast<std::int64_t>(values.size())}, values);
}

TEST(FirstDifference, AllowsATenthOfAPercentAndNoMore) {
  EXPECT_EQ(Difference(Floats({100}), Floats({100.09F})), std::nullopt);
  EXPECT_THAT(Difference(Floats({100}), Floats({100.11F})),
              Optional(HasSubstr("output 0 at [0]: expected 100")));
  EXPECT_NE(Difference(Floats({0}), Floats({2e-7F})), std::nullopt);
}

TEST(FirstDifference, NamesThePlace) {
  const auto expected = TensorValue::FromInt64s({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto found = TensorValue::FromInt64s({2, 3}, {1, 2, 3, 4, 7, 6});
  EXPECT_THAT(Difference(expected, found), Optional(std::string("output 0 at [1, 1]: expected 5, got 7")));
}

TEST(FirstDifference, TreatsSpecialValuesAsValues) {
  EXPECT_EQ(Difference(Floats({NAN, kInfinity}), Floats({NAN, kInfinity})), std::nullopt);
  EXPECT_NE(Difference(Floats({NAN}), Floats({0})), std::nullopt);
  EXPECT_NE(Difference(Floats({0}), Floats({NAN})), std::nullopt);
  EXPECT_NE(Difference(Floats({kInfinity}), Floats({-kInfinity})), std::nullopt);
  EXPECT_NE(Difference(Floats({1e30F}), Floats({kInfinity})), std::nullopt);
}

TEST(FirstDifference, ComparesTypeShapeAndNumberOfOutputs) {
  EXPECT_THAT(Difference(Floats({1}), TensorValue::FromInt64s({1}, {1})),
              Optional(HasSubstr("expected type float32, got int64")));
  EXPECT_THAT(Difference(Floats({1}), TensorValue::FromFloats({1, 1}, {1})),
              Optional(HasSubstr("expected shape [1], got [1, 1]")));
  EXPECT_THAT(FirstDifference({}, std::vector<TensorValue>(1)),
              Optional(HasSubstr("expected 0 outputs, got 1")));
}

struct RandomCase {
  graph::Graph graph;
  std::vector<TensorValue> inputs;
};

RandomCase BernoulliCase(const std::vector<float>& p) {
  RandomCase test;
  test.graph.inputs.push_back({.name = "p", .type = graph::DataType::kFloat32, .shape = {}});
  test.graph.outputs.push_back({.name = "y", .type = graph::DataType::kFloat32, .shape = {}});
  test.graph.nodes.push_back({"", "Bernoulli", "", {"p"}, {"y"}, {}});
  test.inputs = {Floats(p)};
  return test;
}

std::optional<std::string> Violation(const RandomCase& test, const TensorValue& found) {
  const RandomRule rule = RuleFor(test.graph, test.inputs);
  return FirstViolation(rule, test.graph, test.inputs, std::vector{found}, std::vector{found});
}

TEST(RandomOutput, BernoulliNoticesWhatCannotBeDrawn) {
  const RandomCase test = BernoulliCase({0, 1, 0.5F});
  EXPECT_EQ(RuleFor(test.graph, test.inputs), RandomRule::kBernoulli);
  EXPECT_EQ(Violation(test, Floats({0, 1, 1})), std::nullopt);
  EXPECT_THAT(Violation(test, Floats({0, 1, 0.5F})), Optional(HasSubstr("element 2")));
  EXPECT_THAT(Violation(test, Floats({1, 1, 1})), Optional(HasSubstr("element 0")));
  EXPECT_NE(Violation(BernoulliCase(std::vector<float>(100, 0.1F)), Floats(std::vector<float>(100, 1))),
            std::nullopt);
}

RandomCase DropoutCase(float ratio, std::int64_t training) {
  RandomCase test;
  for (const char* name : {"x", "r", "t"}) test.graph.inputs.push_back({.name = name, .shape = {}});
  test.graph.nodes.push_back({"", "Dropout", "", {"x", "r", "t"}, {"y", "m"}, {}});
  test.inputs = {Floats({1, 2, 3, 4}), Floats({ratio}), TensorValue::FromInt64s({}, {training})};
  return test;
}

TEST(RandomOutput, DropoutNoticesAWrongScaleAndALyingMask) {
  const RandomCase test = DropoutCase(0.5F, 1);
  ASSERT_EQ(RuleFor(test.graph, test.inputs), RandomRule::kDropout);
  const auto violation = [&](const std::vector<float>& y, const std::vector<std::int64_t>& mask) {
    const std::vector<TensorValue> found = {Floats(y), TensorValue::FromInt64s({4}, mask)};
    return FirstViolation(RandomRule::kDropout, test.graph, test.inputs, found, found);
  };
  EXPECT_EQ(violation({2, 0, 6, 0}, {1, 0, 1, 0}), std::nullopt);
  EXPECT_THAT(violation({1, 0, 3, 0}, {1, 0, 1, 0}), Optional(HasSubstr("expected 0 or 2")));
  EXPECT_THAT(violation({2, 0, 6, 0}, {1, 1, 1, 0}), Optional(HasSubstr("mask")));
}

TEST(RandomOutput, DropoutIsDeterminedWithoutTrainingOrRatio) {
  const RandomCase idle = DropoutCase(0.5F, 0);
  const RandomCase zero = DropoutCase(0, 1);
  EXPECT_EQ(RuleFor(idle.graph, idle.inputs), RandomRule::kNone);
  EXPECT_EQ(RuleFor(zero.graph, zero.inputs), RandomRule::kNone);
}

TEST(RandomOutput, WithoutARuleThereIsNothingToCompare) {
  graph::Graph graph;
  graph.nodes.push_back({"", "RandomNormal", "", {}, {"y"}, {}});
  EXPECT_EQ(RuleFor(graph, {}), RandomRule::kNothingToCompare);
}

}  // namespace
}  // namespace cupel::algorithm::conformance
