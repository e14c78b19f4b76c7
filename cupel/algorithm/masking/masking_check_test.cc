// SPDX-License-Identifier: Apache-2.0
// The diagnosis on one network that hides nothing and on twins of it that do, each in one of the known ways.
#include <gmock/gmock.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/inspect/linear_model_for_test.h"
#include "cupel/algorithm/masking/checks.h"
#include "cupel/algorithm/masking/path_operators.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::masking {
namespace {

using check::CheckResult;
using graph::Node;
using inspect::RowModel;

constexpr std::int64_t kFeatures = 12;

void AddLayer(graph::Graph& graph, const RowModel::Layer& layer, const std::string& name,
              const std::string& from, const std::string& to) {
  std::vector<float> weights;
  for (const auto& row : layer.weights) weights.insert(weights.end(), row.begin(), row.end());
  const auto out = static_cast<std::int64_t>(layer.bias.size());
  graph.initializers[name + ".w"] =
      graph::TensorValue::FromFloats({out, static_cast<std::int64_t>(weights.size()) / out}, weights);
  graph.initializers[name + ".b"] = graph::TensorValue::FromFloats({out}, layer.bias);
  graph.nodes.push_back(
      Node{name, "Gemm", "", {from, name + ".w", name + ".b"}, {to}, {{"transB", std::int64_t{1}}}});
}

/// What stands before the network: nodes that read "x" and answer "seen".
using Defence = std::function<void(graph::Graph& graph)>;

graph::Graph Network(const RowModel& model, const Defence& defence) {
  graph::Graph graph;
  graph.name = "network";
  graph.opsets[""] = 13;
  graph.inputs.push_back({.name = "x", .type = graph::DataType::kFloat32, .shape = {}});
  graph.outputs.push_back({.name = "logits", .type = graph::DataType::kFloat32, .shape = {}});
  defence(graph);
  AddLayer(graph, model.layers()[0], "hidden", "seen", "h");
  graph.nodes.push_back(Node{"relu", "Relu", "", {"h"}, {"a"}, {}});
  AddLayer(graph, model.layers()[1], "last", "a", "logits");
  return graph;
}

void None(graph::Graph& graph) { graph.nodes.push_back(Node{"id", "Identity", "", {"x"}, {"seen"}, {}}); }

void Scalar(graph::Graph& graph, const char* name, float value) {
  graph.initializers[name] = graph::TensorValue::FromFloats({}, {value});
}

// Inputs rounded to sixteenths: the gradient is zero everywhere.
void Quantised(graph::Graph& graph) {
  Scalar(graph, "levels", 16);
  graph.nodes.push_back(Node{"up", "Mul", "", {"x", "levels"}, {"scaled"}, {}});
  graph.nodes.push_back(Node{"round", "Round", "", {"scaled"}, {"rounded"}, {}});
  graph.nodes.push_back(Node{"down", "Div", "", {"rounded", "levels"}, {"seen"}, {}});
}

// x + 0.004 sin(10^4 x): answers hardly change, the gradient is another one at every point.
void Shattered(graph::Graph& graph) {
  Scalar(graph, "frequency", 1e4F);
  Scalar(graph, "amplitude", 4e-3F);
  graph.nodes.push_back(Node{"angle", "Mul", "", {"x", "frequency"}, {"t"}, {}});
  graph.nodes.push_back(Node{"sine", "Sin", "", {"t"}, {"s"}, {}});
  graph.nodes.push_back(Node{"small", "Mul", "", {"s", "amplitude"}, {"ripple"}, {}});
  graph.nodes.push_back(Node{"sum", "Add", "", {"x", "ripple"}, {"seen"}, {}});
}

// Noise on every input, drawn anew where the model runs.
void Stochastic(graph::Graph& graph) {
  graph.nodes.push_back(Node{"noise", "RandomNormalLike", "", {"x"}, {"n"}, {{"scale", 0.02F}}});
  graph.nodes.push_back(Node{"sum", "Add", "", {"x", "n"}, {"seen"}, {}});
}

class MaskingTest : public ::testing::Test {
 protected:
  Result<CheckResult> Diagnose(const Defence& defence, int workers = 1) const {
    CUPEL_TRY(const auto classifier,
              executor::Classifier::Create(Network(model_, defence),
                                           {.device = {}, .preprocessing = {}, .sample_shape = {kFeatures}}));
    inspect::TestContext made(model_, *data_);
    CUPEL_TRY(const Json given, Json::Parse(R"({"epsilon": 0.1, "samples": 80})"));
    CUPEL_TRY(made.context.parameters, check::Parameters::Create(MaskingCheck().description(), given));
    made.context.model = classifier.get();
    made.context.workers = workers;
    made.context.seed = 3;
    return MaskingCheck().Run(made.context);
  }
  static double Value(const CheckResult& result, const std::string& name) {
    const check::Metric* metric = check::FindMetric(result.metrics, name);
    EXPECT_NE(metric, nullptr) << name;
    return metric == nullptr ? -1 : metric->value;
  }
  static std::string Notes(const CheckResult& result) {
    std::string notes;
    for (const check::Text& note : result.notes) notes += note.en + "\n";
    return notes;
  }

  RowModel model_ = RowModel::Random({kFeatures, 24, 4}, 21);
  data::dataset::DatasetPointer data_ = inspect::LabelledByModel(model_, 120, {kFeatures}, 0.0F, 1.0F, 2);
};

TEST_F(MaskingTest, AnHonestNetworkShowsNoSign) {
  CUPEL_ASSERT_OK(const CheckResult result, Diagnose(None));
  EXPECT_EQ(Value(result, "signs"), 0) << Notes(result);
  EXPECT_LT(Value(result, "sign.gradient-misleads"), 0.01);
  EXPECT_THAT(Notes(result), ::testing::HasSubstr("No sign"));
  EXPECT_TRUE(result.witnesses.empty());
}

TEST_F(MaskingTest, AQuantisedInputIsDiagnosed) {
  CUPEL_ASSERT_OK(const CheckResult result, Diagnose(Quantised));
  EXPECT_EQ(Value(result, "sign.gradient-vanishes"), 1);
  EXPECT_EQ(Value(result, "sign.path-is-not-differentiable"), 1);
  EXPECT_EQ(Value(result, "sign.loss-is-flat"), 1);
  EXPECT_GT(Value(result, "sign.queries-beat-gradients"), 0.05);
  EXPECT_THAT(Notes(result), ::testing::HasSubstr("cannot be trusted for this model because"));
  EXPECT_THAT(Notes(result), ::testing::HasSubstr("Round"));
  EXPECT_FALSE(result.witnesses.empty());
}

TEST_F(MaskingTest, AShatteredGradientIsDiagnosed) {
  CUPEL_ASSERT_OK(const CheckResult result, Diagnose(Shattered));
  EXPECT_GT(Value(result, "sign.gradient-misleads"), 0.3);
  EXPECT_GE(Value(result, "signs"), 1);
  EXPECT_EQ(Value(result, "sign.path-is-not-differentiable"), 0);
  EXPECT_EQ(Value(result, "sign.gradient-vanishes"), 0);
  EXPECT_THAT(Notes(result), ::testing::HasSubstr("does not point where the answers really change"));
}

TEST_F(MaskingTest, AStochasticDefenceIsDiagnosed) {
  CUPEL_ASSERT_OK(const CheckResult result, Diagnose(Stochastic));
  EXPECT_EQ(Value(result, "sign.answers-are-random"), 1);
  EXPECT_THAT(Notes(result), ::testing::HasSubstr("EOT"));
}

TEST_F(MaskingTest, TheNumberOfWorkersChangesNothing) {
  CUPEL_ASSERT_OK(const CheckResult one, Diagnose(Shattered, 1));
  CUPEL_ASSERT_OK(const CheckResult two, Diagnose(Shattered, 2));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline).Canonical(),
            ToJson(two, check::ArtifactBytes::kInline).Canonical());
}

TEST_F(MaskingTest, ShapesAreNotOnThePathAndCastsToFloatAreSmooth) {
  graph::Graph graph = Network(model_, [](graph::Graph& g) {
    g.nodes.push_back(Node{"shape", "Shape", "", {"x"}, {"size"}, {}});
    g.nodes.push_back(Node{"reshape", "Reshape", "", {"x", "size"}, {"r"}, {}});
    g.nodes.push_back(Node{"cast", "Cast", "", {"r"}, {"seen"}, {{"to", std::int64_t{1}}}});
    g.nodes.push_back(Node{"aside", "ArgMax", "", {"x"}, {"unused"}, {}});
  });
  EXPECT_TRUE(NonDifferentiableOperators(graph).empty());
  graph.nodes[2].attributes["to"] = std::int64_t{7};
  EXPECT_EQ(NonDifferentiableOperators(graph), std::vector<std::string>{"Cast"});
}

TEST_F(MaskingTest, DropoutDrawsOnlyInTraining) {
  const auto with_mode = [&](std::int64_t mode) {
    return Network(model_, [&](graph::Graph& g) {
      Scalar(g, "ratio", 0.5F);
      g.initializers["mode"] = graph::TensorValue::FromInt64s({}, {mode});
      g.nodes.push_back(Node{"drop", "Dropout", "", {"x", "ratio", "mode"}, {"seen"}, {}});
    });
  };
  EXPECT_TRUE(RandomOperators(with_mode(0)).empty());
  EXPECT_EQ(RandomOperators(with_mode(1)), std::vector<std::string>{"Dropout"});
}

}  // namespace
}  // namespace cupel::algorithm::masking
