// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/compiled_graph.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "cupel/algorithm/compiled/graph_runs_for_test.h"
#include "cupel/testing/status_matchers.h"

extern "C" {
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
}

namespace cupel::algorithm::compiled {
namespace {

using ::cupel::testing::HasError;
using graph::Graph;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Axes = std::vector<std::int64_t>;

/// x [n, 1, 12, 12] to logits [n, 10]: convolutions with a residual sum, pooling, two products.
Graph SmallNetwork() {
  return MakeGraph(
      {"N", "1", "12", "12"},
      {MakeNode("Conv", {"x", "w1", "b1"}, {"a"}, {{"pads", Axes{1, 1, 1, 1}}}),
       MakeNode("Relu", {"a"}, {"r1"}),
       MakeNode("Conv", {"r1", "w2", "b1"}, {"b"}, {{"pads", Axes{1, 1, 1, 1}}}),
       MakeNode("Add", {"b", "r1"}, {"s"}), MakeNode("Relu", {"s"}, {"r2"}),
       MakeNode("MaxPool", {"r2"}, {"p"}, {{"kernel_shape", Axes{2, 2}}, {"strides", Axes{2, 2}}}),
       MakeNode("Flatten", {"p"}, {"f"}), MakeNode("Gemm", {"f", "w3", "b3"}, {"g"}),
       MakeNode("Relu", {"g"}, {"r3"}), MakeNode("Gemm", {"r3", "w4"}, {"y"})},
      {{"w1", Weights({16, 1, 3, 3}, 1)},
       {"b1", Weights({16}, 2)},
       {"w2", Weights({16, 16, 3, 3}, 3)},
       {"w3", Weights({576, 30}, 4)},
       {"b3", Weights({30}, 5)},
       {"w4", Weights({30, 10}, 6)}});
}

constexpr std::int64_t kRow = 144;
constexpr std::int64_t kClasses = 10;

std::unique_ptr<CompiledGraph> Compile(const CompileOptions& options) {
  auto compiled = CompiledGraph::Create(SmallNetwork(), options);
  EXPECT_TRUE(compiled) << (compiled ? "" : compiled.error().ToString());
  return compiled ? *std::move(compiled) : nullptr;
}

TEST(CompiledGraphTest, GradientAgreesWithDifferences) {
  EXPECT_EQ(CompareWithCentralDifferences(SmallNetwork(), 0, 1), "");
}

TEST(CompiledGraphTest, ASpoiltGradientIsNoticed) {
  EXPECT_THAT(CompareWithCentralDifferences(SmallNetwork(), 0, 1, true), HasSubstr("along direction"));
}

// The second of three tiles asks for nothing.
TEST(CompiledGraphTest, ATileThatAsksForNothingGetsZerosAndTheOthersTheirOwn) {
  const auto compiled = Compile({.rows = 4});
  const Floats input = Draw(12 * kRow, 7);
  Floats seed = Draw(12 * kClasses, 8);
  const Numbers all = Evaluate(*compiled, input, seed);
  std::fill(seed.begin() + 4 * kClasses, seed.begin() + 8 * kClasses, 0.0F);
  Numbers some = Evaluate(*compiled, input, seed);
  EXPECT_EQ(some.output, all.output);
  const auto middle = some.gradient.begin() + 4 * kRow;
  EXPECT_TRUE(std::all_of(middle, middle + 4 * kRow, [](float value) { return value == 0; }));
  std::copy_n(all.gradient.begin() + 4 * kRow, 4 * kRow, middle);
  EXPECT_EQ(some.gradient, all.gradient);
}

TEST(CompiledGraphTest, ARowsBitsDependOnThatRowAlone) {
  for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const auto compiled = Compile({.precision = precision});
    const Floats input = Draw(21 * kRow, 7), seed = Draw(21 * kClasses, 8);
    const Numbers all = Evaluate(*compiled, input, seed);
    for (const std::int64_t first : {0, 3, 7, 8, 20}) {
      for (const std::int64_t count : {1, 2, 8, 13}) {
        if (first + count > 21) continue;
        const Numbers some =
            Evaluate(*compiled, {input.begin() + first * kRow, input.begin() + (first + count) * kRow},
                     {seed.begin() + first * kClasses, seed.begin() + (first + count) * kClasses});
        EXPECT_TRUE(
            std::equal(some.output.begin(), some.output.end(), all.output.begin() + first * kClasses));
        EXPECT_TRUE(
            std::equal(some.gradient.begin(), some.gradient.end(), all.gradient.begin() + first * kRow));
      }
    }
  }
}

TEST(CompiledGraphTest, OneForwardServesManyGradients) {
  const auto compiled = Compile({});
  const Floats input = Draw(10 * kRow, 7);
  Floats output(10 * kClasses);
  CUPEL_ASSERT_OK(Recording recording, compiled->Record(input, output));
  for (const std::uint64_t trial : {1, 2, 1}) {
    const Floats seed = Draw(10 * kClasses, trial);
    Floats gradient(input.size());
    EXPECT_THAT(recording.InputGradient(seed, gradient), ::cupel::testing::IsOk());
    EXPECT_EQ(gradient, Evaluate(*compiled, input, seed).gradient);
  }
}

TEST(CompiledGraphTest, ForwardOnlyGivesTheSameBitsInLessMemory) {
  const auto both = Compile({}), forward = Compile({.gradient = false});
  const Floats input = Draw(9 * kRow, 7);
  EXPECT_EQ(Evaluate(*forward, input).output, Evaluate(*both, input, Draw(9 * kClasses, 8)).output);
  EXPECT_EQ(Evaluate(*forward, input).output, Evaluate(*both, input).output);
  EXPECT_LT(forward->RunBytes(32, false), both->RunBytes(32, false));
  EXPECT_LT(both->RunBytes(32, false), both->RunBytes(32, true));
  // Memory does not grow with the number of samples when nothing is kept.
  EXPECT_EQ(forward->RunBytes(8, false), forward->RunBytes(4000, false));
}

TEST(CompiledGraphTest, ConcurrentRunsGiveTheSameBits) {
  const auto compiled = Compile({});
  constexpr std::size_t kThreads = 4;
  std::vector<Floats> inputs, seeds;
  std::vector<Numbers> alone, together(kThreads);
  for (std::size_t i = 0; i < kThreads; ++i) {
    inputs.push_back(Draw(12 * kRow, 20 + i));
    seeds.push_back(Draw(12 * kClasses, 40 + i));
    alone.push_back(Evaluate(*compiled, inputs[i], seeds[i]));
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 20; ++repeat) together[i] = Evaluate(*compiled, inputs[i], seeds[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < kThreads; ++i) {
    EXPECT_EQ(together[i].output, alone[i].output);
    EXPECT_EQ(together[i].gradient, alone[i].gradient);
  }
}

TEST(CompiledGraphTest, TheCallersNumberOfThreadsStays) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(3);
  const auto compiled = Compile({});
  const Numbers three = Evaluate(*compiled, Draw(8 * kRow, 7), Draw(8 * kClasses, 8));
  EXPECT_EQ(omp_get_max_threads(), 3);
  omp_set_num_threads(1);
  EXPECT_EQ(Evaluate(*compiled, Draw(8 * kRow, 7), Draw(8 * kClasses, 8)).gradient, three.gradient);
  EXPECT_EQ(omp_get_max_threads(), 1);
  omp_set_num_threads(before);
}

TEST(CompiledGraphTest, BfloatStaysWithinItsRounding) {
  const auto wide = Compile({}), narrow = Compile({.precision = Precision::kBfloat16});
  const Floats input = Draw(16 * kRow, 7), seed = Draw(16 * kClasses, 8);
  const Numbers exact = Evaluate(*wide, input, seed), rounded = Evaluate(*narrow, input, seed);
  double largest = 0, difference = 0, direction = 0, exact_length = 0, rounded_length = 0;
  for (std::size_t i = 0; i < exact.output.size(); ++i) {
    largest = std::max(largest, std::abs(double{exact.output[i]}));
    difference = std::max(difference, std::abs(double{exact.output[i]} - rounded.output[i]));
  }
  // Seven layers of rounding to 8 bits, each at most 2^-9 of the largest value it meets.
  EXPECT_LT(difference, 7 * std::ldexp(largest, -8));
  EXPECT_GT(difference, 0);
  for (std::size_t i = 0; i < exact.gradient.size(); ++i) {
    direction += double{exact.gradient[i]} * rounded.gradient[i];
    exact_length += double{exact.gradient[i]} * exact.gradient[i];
    rounded_length += double{rounded.gradient[i]} * rounded.gradient[i];
  }
  EXPECT_GT(direction / std::sqrt(exact_length * rounded_length), 0.98);
}

TEST(CompiledGraphTest, AnyNumberOfRowsGivesTheSameFunction) {
  const Floats input = Draw(6 * kRow, 7), seed = Draw(6 * kClasses, 8);
  const Numbers eight = Evaluate(*Compile({.rows = 8}), input, seed);
  for (const std::int64_t rows : {1, 2, 5, 32}) {
    const Numbers numbers = Evaluate(*Compile({.rows = rows}), input, seed);
    for (std::size_t i = 0; i < eight.output.size(); ++i)
      ASSERT_NEAR(numbers.output[i], eight.output[i], 1e-3);
    for (std::size_t i = 0; i < eight.gradient.size(); ++i)
      ASSERT_NEAR(numbers.gradient[i], eight.gradient[i], 1e-3);
  }
}

TEST(CompiledGraphTest, NoSamplesGiveNothing) {
  const auto compiled = Compile({});
  Floats none;
  EXPECT_THAT(compiled->Forward(none, none), ::cupel::testing::IsOk());
}

TEST(CompiledGraphTest, RefusesSizesThatDoNotFit) {
  const auto compiled = Compile({});
  Floats input(2 * kRow), output(3 * kClasses), gradient(kRow);
  EXPECT_THAT(compiled->Forward(input, output), HasError(ErrorCode::kInvalidArgument, HasSubstr("n * 144")));
  output.resize(2 * kClasses);
  CUPEL_ASSERT_OK(Recording recording, compiled->Record(input, output));
  EXPECT_THAT(recording.InputGradient(std::span(output).first(kClasses), gradient),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("of 2 samples, got 1")));
}

TEST(CompiledGraphTest, RefusesUnknownShapesAndNoRows) {
  Graph graph = SmallNetwork();
  graph.inputs[0].shape = std::nullopt;
  EXPECT_THAT(CompiledGraph::Create(graph, {}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("not known")));
  EXPECT_THAT(CompiledGraph::Create(graph, {.sample_shape = {1, 12, 12}}), ::cupel::testing::IsOk());
  EXPECT_THAT(CompiledGraph::Create(graph, {.rows = 0}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("rows")));
}

TEST(CompiledGraphTest, AnOutputWithoutTheInputsInfluenceHasZeroGradient) {
  const Graph graph = MakeGraph({"N", "2"}, {MakeNode("Mul", {"x", "zero"}, {"y"})},
                                {{"zero", TensorValue::FromFloats({}, {0})}});
  CUPEL_ASSERT_OK(const auto compiled, CompiledGraph::Create(graph, {}));
  EXPECT_THAT(Evaluate(*compiled, {1, 2}, {1, 1}).gradient, Each(0));
}

TEST(CompiledGraphTest, TheInputItselfMayBeTheOutput) {
  const Graph graph = MakeGraph({"N", "2"}, {MakeNode("Identity", {"x"}, {"y"})});
  CUPEL_ASSERT_OK(const auto compiled, CompiledGraph::Create(graph, {}));
  const Numbers numbers = Evaluate(*compiled, {1, 2}, {3, 4});
  EXPECT_THAT(numbers.output, ElementsAre(1, 2));
  EXPECT_THAT(numbers.gradient, ElementsAre(3, 4));
}

}  // namespace
}  // namespace cupel::algorithm::compiled
