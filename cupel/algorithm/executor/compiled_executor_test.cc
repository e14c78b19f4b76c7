// SPDX-License-Identifier: Apache-2.0
// The compiled executor against the general one: on the example networks, on random graphs, with islands.
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <rapidcheck.h>

#include <cmath>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/executor/compiled_executor.h"
#include "cupel/algorithm/executor/graph_for_test.h"
#include "cupel/algorithm/graph/random_graph_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::executor {
namespace {

using ::cupel::testing::HasError;
using graph::Graph;
using graph::Node;
using graph::TensorValue;
using tensor::Tensor;
using ::testing::HasSubstr;
using Axes = std::vector<std::int64_t>;

Tensor Drawn(const graph::Shape& shape, std::uint64_t seed) {
  ReproducibleStream stream(seed, "compiled-executor-test");
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = 2 * stream.Uniform() - 1;
  return tensor::FromFloats(values, shape);
}

TensorValue Weights(const graph::Shape& shape, std::uint64_t seed) {
  return TensorValue::FromFloats(shape, tensor::ToFloats(Drawn(shape, seed)));
}

/// x [n, 3, 8, 8]: convolution, an operator that only the general executor has, convolution, dense.
Graph WithIsland(const std::string& op_type) {
  Graph graph = GraphOf(
      {{"w", Weights({16, 3, 3, 3}, 1)}, {"v", Weights({8, 16, 3, 3}, 2)}, {"u", Weights({128, 5}, 3)}},
      {{"conv1", "Conv", "", {"x", "w"}, {"a"}, {}},
       {"act1", "Relu", "", {"a"}, {"b"}, {}},
       {"odd", op_type, "", {"b"}, {"c"}, {}},
       {"conv2", "Conv", "", {"c", "v"}, {"d"}, {}},
       {"flat", "Flatten", "", {"d"}, {"e"}, {}},
       {"fc", "MatMul", "", {"e", "u"}, {"y"}, {}}});
  return graph;
}

ExecutorOptions Compiled(const graph::Shape& sample_shape) {
  return {.device = {}, .optimise = true, .kind = ExecutorKind::kCompiled, .sample_shape = sample_shape};
}

/// Largest difference over the largest value.
double Relative(const Tensor& a, const Tensor& b) {
  const double scale = b.abs().max().item().toDouble();
  return a.sub(b).abs().max().item().toDouble() / (scale > 0 ? scale : 1);
}

TEST(CompiledExecutorTest, IslandsAreBetweenCompiledParts) {
  CUPEL_ASSERT_OK(const auto parts, DescribeCompiled(WithIsland("Sin"), Compiled({3, 8, 8})));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_TRUE(parts[0].compiled);
  EXPECT_FALSE(parts[1].compiled);
  EXPECT_TRUE(parts[2].compiled);
  EXPECT_EQ(parts[1].graph.nodes.size(), 1U);
  EXPECT_THAT(parts[1].reason, HasSubstr("node \"odd\" (Sin)"));
  EXPECT_EQ(CompiledShare(parts), 1);  // A sine multiplies nothing.
}

TEST(CompiledExecutorTest, AnIslandChangesNeitherOutputNorGradient) {
  const Tensor x = Drawn({11, 3, 8, 8}, 7), seed = Drawn({11, 5}, 8);
  CUPEL_ASSERT_OK(const auto general, MakeExecutor(WithIsland("Sin"), {}));
  CUPEL_ASSERT_OK(const auto compiled, MakeExecutor(WithIsland("Sin"), Compiled({3, 8, 8})));
  CUPEL_ASSERT_OK(const Pass expected, general->ForwardGradient(x, [&](const auto&) { return seed; }));
  CUPEL_ASSERT_OK(const Pass found, compiled->ForwardGradient(x, [&](const auto&) { return seed; }));
  CUPEL_ASSERT_OK(const Tensor forward, compiled->Forward(x));
  EXPECT_LT(Relative(found.output, expected.output), 1e-5);
  EXPECT_LT(Relative(found.input_gradient, expected.input_gradient), 1e-5);
  EXPECT_TRUE(forward.equal(found.output));
}

TEST(CompiledExecutorTest, SeveralObjectivesShareOneForwardPass) {
  const Tensor x = Drawn({11, 3, 8, 8}, 7);
  CUPEL_ASSERT_OK(const auto compiled, MakeExecutor(WithIsland("Sin"), Compiled({3, 8, 8})));
  std::vector<OutputGradient> objectives;
  for (std::uint64_t k = 0; k < 3; ++k)
    objectives.emplace_back([k](const Tensor& y) { return Drawn(y.sizes().vec(), k); });
  CUPEL_ASSERT_OK(const Passes together, compiled->ForwardGradients(x, objectives));
  ASSERT_EQ(together.input_gradients.size(), 3U);
  for (std::size_t k = 0; k < 3; ++k) {
    CUPEL_ASSERT_OK(const Pass alone, compiled->ForwardGradient(x, objectives[k]));
    EXPECT_TRUE(together.output.equal(alone.output));
    EXPECT_TRUE(together.input_gradients[k].equal(alone.input_gradient));
  }
}

// As many rows as it says, wherever they stand in a batch.
TEST(CompiledExecutorTest, RowsAreAsIndependentAsItSays) {
  for (const compiled::Precision precision :
       {compiled::Precision::kFloat32, compiled::Precision::kBfloat16}) {
    ExecutorOptions options = Compiled({3, 8, 8});
    options.precision = precision;
    CUPEL_ASSERT_OK(const auto executor, MakeExecutor(WithIsland("Relu"), options));
    const std::int64_t step = executor->independent_rows();
    ASSERT_GT(step, 0);
    EXPECT_GT(executor->cached_rows(), 0);
    const Tensor x = Drawn({12, 3, 8, 8}, 7), seed = Drawn({12, 5}, 8);
    CUPEL_ASSERT_OK(const Pass all, executor->ForwardGradient(x, [&](const auto&) { return seed; }));
    for (const std::int64_t first : {0, 4, 8}) {
      for (std::int64_t n = step; first + n <= 12; n += step) {
        const Tensor rows = x.narrow(0, first, n);
        CUPEL_ASSERT_OK(const Tensor forward, executor->Forward(rows));
        CUPEL_ASSERT_OK(const Pass some, executor->ForwardGradient(
                                             rows, [&](const auto&) { return seed.narrow(0, first, n); }));
        EXPECT_TRUE(forward.equal(all.output.narrow(0, first, n)));
        EXPECT_TRUE(some.output.equal(all.output.narrow(0, first, n)));
        EXPECT_TRUE(some.input_gradient.equal(all.input_gradient.narrow(0, first, n)));
      }
    }
  }
  CUPEL_ASSERT_OK(const auto with_island, MakeExecutor(WithIsland("Sin"), Compiled({3, 8, 8})));
  EXPECT_EQ(with_island->independent_rows(), 0);
}

TEST(CompiledExecutorTest, AGraphOfIslandsAloneStillRuns) {
  const Graph graph = GraphOf({}, {{"odd", "Sin", "", {"x"}, {"y"}, {}}});
  CUPEL_ASSERT_OK(const auto parts, DescribeCompiled(graph, Compiled({4})));
  EXPECT_EQ(CompiledShare(parts), 0);
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(graph, Compiled({4})));
  const Tensor x = Drawn({3, 4}, 1);
  CUPEL_ASSERT_OK(const Pass pass,
                  executor->ForwardGradient(x, [](const auto& y) { return at::ones_like(y); }));
  EXPECT_TRUE(pass.output.equal(x.sin()));
  EXPECT_TRUE(pass.input_gradient.equal(x.cos()));
}

TEST(CompiledExecutorTest, RefusesOtherShapesAndDevices) {
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(SmallGraph(), Compiled({2})));
  EXPECT_THAT(executor->Forward(Drawn({1, 3}, 1)),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[n, 2]")));
  EXPECT_THAT(MakeExecutor(SmallGraph(), Compiled({})),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("not known")));
  ExecutorOptions options = Compiled({2});
  options.optimise = false;
  EXPECT_THAT(MakeExecutor(SmallGraph(), options),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("optimised")));
}

TEST(CompiledExecutorTest, AnErrorOfTheObjectiveIsAnError) {
  CUPEL_ASSERT_OK(const auto executor, MakeExecutor(WithIsland("Sin"), Compiled({3, 8, 8})));
  const auto wrong = [](const Tensor&) { return at::ones({1, 2}); };
  EXPECT_THAT(executor->ForwardGradient(Drawn({2, 3, 8, 8}, 1), wrong),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("another shape")));
}

// Random graphs hold weights of quarters up to 1, of at most ten layers with at most 12 terms a sum. Every
// float32 sum of t terms is off by at most t 2^-24 of the sum of its terms' magnitudes (Higham 2002, section
// 3.1), and both executors take that error in every layer; so the outputs differ by at most
// 2 * 10 * 12 * 2^-24 = 1.5e-5 of the magnitudes that flow; sums cancel, so these may exceed the largest
// result, for which the bound below leaves a factor of 7. Gradients likewise, except where a ReLU's input
// lies within that error of 0: x is drawn off the grid of quarters, so that sums that are exactly 0 in one
// order and not in the other are as good as impossible.
void ExpectSameNumbers() {
  const bool image = *rc::gen::arbitrary<bool>();
  const graph::RandomGraph random(image ? 3 : 2);
  const graph::Shape shape = random.InputShape();
  const auto general = MakeExecutor(random.graph(), {});
  const auto compiled = MakeExecutor(random.graph(), Compiled({shape.begin() + 1, shape.end()}));
  RC_ASSERT(general.has_value() == compiled.has_value());
  RC_PRE(general.has_value());
  const Tensor x = Drawn(shape, 3);
  const auto objective = [](const Tensor& y) { return Drawn(y.sizes().vec(), 4); };
  const auto expected = (*general)->ForwardGradient(x, objective);
  const auto found = (*compiled)->ForwardGradient(x, objective);
  RC_ASSERT(expected.has_value() == found.has_value());
  RC_PRE(expected.has_value());
  RC_ASSERT(found->output.sizes() == expected->output.sizes());
  RC_ASSERT(Relative(found->output, expected->output) < 1e-4);
  RC_ASSERT(Relative(found->input_gradient, expected->input_gradient) < 1e-4);
}

TEST(CompiledExecutorTest, RandomGraphsGiveTheGeneralExecutorsNumbers) {
  tensor::UseOneThreadPerOperator();
  EXPECT_TRUE(rc::check("same numbers", ExpectSameNumbers));
}

Graph PictureGraph() {
  return GraphOf({{"k", Weights({16, 2, 3, 3}, 1)}, {"w", Weights({256, 3}, 2)}},
                 {{"conv", "Conv", "", {"x", "k"}, {"c"}, {{"pads", Axes{1, 1, 1, 1}}}},
                  {"act", "Relu", "", {"c"}, {"a"}, {}},
                  {"flat", "Flatten", "", {"a"}, {"f"}, {}},
                  {"fc", "MatMul", "", {"f", "w"}, {"y"}, {}}});
}

TEST(SearchExecutorTest, IsTheCompiledOneWhereItRunsMostOfTheWork) {
  ClassifierOptions options{.device = {}, .preprocessing = {}, .sample_shape = {2, 4, 4}};
  CUPEL_ASSERT_OK(const auto automatic, Classifier::Create(PictureGraph(), options));
  EXPECT_EQ(automatic->search_kind(), ExecutorKind::kCompiled);
  options.search = SearchExecutor::kGeneral;
  CUPEL_ASSERT_OK(const auto general, Classifier::Create(PictureGraph(), options));
  EXPECT_EQ(general->search_kind(), ExecutorKind::kGeneral);
  const Tensor x = Drawn({9, 2, 4, 4}, 3);
  CUPEL_ASSERT_OK(const Tensor a, automatic->Logits(x));
  CUPEL_ASSERT_OK(const Tensor b, general->Logits(x));
  EXPECT_LT(Relative(a, b), 1e-5);
  CUPEL_ASSERT_OK(const Tensor exact, automatic->ExactLogits(x));
  CUPEL_ASSERT_OK(const Tensor general_exact, general->ExactLogits(x));
  EXPECT_TRUE(exact.equal(general_exact));
}

TEST(SearchExecutorTest, IsTheGeneralOneWhereTheConvolutionsAreInAnIsland) {
  // The sum with x spans the sine, and holds the convolution in its island.
  const Graph graph = GraphOf({{"k", Weights({2, 2, 3, 3}, 1)}, {"w", Weights({32, 3}, 2)}},
                              {{"conv", "Conv", "", {"x", "k"}, {"c"}, {{"pads", Axes{1, 1, 1, 1}}}},
                               {"sin", "Sin", "", {"c"}, {"s"}, {}},
                               {"sum", "Add", "", {"s", "x"}, {"a"}, {}},
                               {"flat", "Flatten", "", {"a"}, {"f"}, {}},
                               {"fc", "MatMul", "", {"f", "w"}, {"y"}, {}}});
  ClassifierOptions options{.device = {}, .preprocessing = {}, .sample_shape = {2, 4, 4}};
  CUPEL_ASSERT_OK(const auto automatic, Classifier::Create(graph, options));
  EXPECT_EQ(automatic->search_kind(), ExecutorKind::kGeneral);
  options.search = SearchExecutor::kCompiled;
  CUPEL_ASSERT_OK(const auto compiled, Classifier::Create(graph, options));
  EXPECT_EQ(compiled->search_kind(), ExecutorKind::kCompiled);
  const Tensor x = Drawn({5, 2, 4, 4}, 3);
  CUPEL_ASSERT_OK(const Tensor a, automatic->Logits(x));
  CUPEL_ASSERT_OK(const Tensor b, compiled->Logits(x));
  EXPECT_LT(Relative(a, b), 1e-5);
}

}  // namespace
}  // namespace cupel::algorithm::executor
