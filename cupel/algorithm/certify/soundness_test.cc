// SPDX-License-Identifier: Apache-2.0
// What the libtorch executor answers in float32, anywhere in the ball, lies within the bounds: networks of
// every operator, random graphs, both norms, all methods, preprocessing; and a relaxation that is wrong on
// purpose is found.
#include <rapidcheck.h>

#include <functional>
#include <set>

#include "cupel/algorithm/certify/activation.h"
#include "cupel/algorithm/certify/compile.h"
#include "cupel/algorithm/certify/compiler.h"
#include "cupel/algorithm/certify/network_for_test.h"
#include "cupel/algorithm/graph/random_graph_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using cupel::testing::HasError;
using inspect::Norm;

constexpr BoundMethod kMethods[] = {BoundMethod::kIbp, BoundMethod::kCrownIbp, BoundMethod::kCrown};

void AddRandomStep(NetworkBuilder& b) {
  const std::int64_t channels = b.shape()[0];
  const std::string before = b.current();
  switch (b.stream().Below(18)) {
    case 0: b.Conv(3, 3, 1, 1); return;
    case 1: b.Conv(4, 2, b.shape()[1] > 3 ? 2 : 1, 1); return;
    case 2: b.Conv(channels * 2, 3, 1, 1, channels); return;
    case 3: b.BatchNorm(); return;
    case 4: b.Unary("Relu"); return;
    case 5: b.Unary("LeakyRelu", {{"alpha", 0.2F}}); return;
    case 6: b.Node("Clip", {before, b.Constant({}, {-0.3F}), b.Constant({}, {0.6F})}); return;
    case 7: b.Unary("Sigmoid"); return;
    case 8: b.Unary("Tanh"); return;
    case 9: b.Unary("HardSigmoid"); return;
    case 10: b.Node("PRelu", {before, b.Normal({channels, 1, 1}, 0.8)}); return;
    case 11: b.Pool("MaxPool", 2, 1, 0); return;
    case 12: b.Pool("MaxPool", 3, 2, 1); return;
    case 13:
      b.Pool("AveragePool", 3, 1, 1, {{"count_include_pad", static_cast<std::int64_t>(b.stream().Below(2))}});
      return;
    case 14: {  // A residual: both branches read the same value.
      const Shape shape = b.shape();
      b.Conv(channels, 3, 1, 1).Unary("Relu");
      b.Node(b.stream().Below(2) == 0 ? "Add" : "Sub", {before, b.current()});
      b.GoBackTo(b.current(), shape);
      return;
    }
    case 15: {
      const Shape shape = b.shape();
      b.Unary("Relu");
      b.Node("Concat", {before, b.current()}, {{"axis", std::int64_t{1}}});
      b.GoBackTo(b.current(), {2 * shape[0], shape[1], shape[2]});
      return;
    }
    case 16:
      b.Node("Mul", {before, b.Normal({channels, 1, 1}, 1)});
      b.Node("Sub", {b.Normal({1}, 1), b.current()});
      return;
    default:
      b.Unary("Transpose", {{"perm", std::vector<std::int64_t>{0, 1, 3, 2}}});
      b.GoBackTo(b.current(), {channels, b.shape()[2], b.shape()[1]});
  }
}

graph::Graph RandomNetwork(std::uint64_t seed) {
  NetworkBuilder b({2, 5, 5}, seed);
  const std::uint64_t steps = 1 + b.stream().Below(6);
  for (std::uint64_t i = 0; i < steps && b.shape()[1] > 2 && b.shape()[2] > 2; ++i) AddRandomStep(b);
  if (b.stream().Below(3) == 0) {
    b.Unary("GlobalAveragePool");
    b.GoBackTo(b.current(), {b.shape()[0], 1, 1});
  }
  b.Flatten().Dense(4);
  if (b.stream().Below(2) == 0) b.Unary("Relu").Dense(3);
  return b.Finish();
}

inspect::ThreatModel Threat(Norm norm, double epsilon) { return {.norm = norm, .epsilon = epsilon}; }

class Soundness : public ::testing::TestWithParam<Norm> {};
INSTANTIATE_TEST_SUITE_P(Norms, Soundness, ::testing::Values(Norm::kLinf, Norm::kL2),
                         [](const auto& test) { return std::string(NormName(test.param)); });

TEST_P(Soundness, NoPointOfTheBallLeavesTheBounds) {
  tensor::UseOneThreadPerOperator();
  std::int64_t points = 0;
  for (std::uint64_t seed = 0; seed < 250; ++seed) {
    const graph::Graph graph = RandomNetwork(seed);
    CUPEL_ASSERT_OK(const Program program, Compile(graph, OptionsFor({2, 5, 5})));
    const auto exact = ExactExecutor(graph);
    ReproducibleStream stream(seed, "soundness");
    for (const BoundMethod method : kMethods) {
      const double epsilon = std::pow(10, -4 * stream.UniformDouble()) * (GetParam() == Norm::kL2 ? 2 : 0.3);
      const std::vector<float> x = RandomSample(50, stream);
      const auto violation =
          FindViolation({program, *exact, {2, 5, 5}, Threat(GetParam(), epsilon), method}, x, stream, 12);
      ASSERT_FALSE(violation) << *violation << "; seed " << seed << ", " << BoundMethodName(method)
                              << ", epsilon " << epsilon << ": " << graph::Operators(graph);
      points += 12;
    }
  }
  EXPECT_GE(points, 9000);
}

// What the random networks do not draw.
std::vector<graph::Graph> FixedNetworks() {
  std::vector<graph::Graph> graphs;
  const auto add = [&](const std::function<void(NetworkBuilder&)>& build) {
    NetworkBuilder b({2, 5, 5}, 40 + graphs.size());
    b.Conv(3, 3, 1, 1);
    build(b);
    if (b.shape().size() > 1) b.Flatten();
    b.Unary("Relu").Dense(3);
    graphs.push_back(b.Finish());
  };
  const std::vector<std::int64_t> spatial = {2, 3};
  add([&](NetworkBuilder& b) {
    b.Unary("ReduceMean", {{"axes", spatial}, {"keepdims", std::int64_t{0}}}).GoBackTo(b.current(), {3});
  });
  add([](NetworkBuilder& b) { b.Unary("GlobalMaxPool").GoBackTo(b.current(), {3, 1, 1}); });
  add([](NetworkBuilder& b) { b.Node("Div", {b.current(), b.Positive({3, 1, 1})}); });
  add([](NetworkBuilder& b) { b.Unary("Neg").Unary("Identity").Unary("Cast", {{"to", std::int64_t{1}}}); });
  add([](NetworkBuilder& b) {  // Rows of a picture times a matrix.
    b.Node("MatMul", {b.current(), b.Normal({5, 4}, 0.5)}).GoBackTo(b.current(), {3, 5, 4});
  });
  add([](NetworkBuilder& b) {
    b.Node("Unsqueeze", {b.current(), b.Integers({2})}).Unary("Dropout");
    b.Node("Squeeze", {b.current(), b.Integers({2})});
  });
  add([](NetworkBuilder& b) {
    b.Node("Reshape", {b.current(), b.Integers({0, 5, 15})}).GoBackTo(b.current(), {5, 15});
  });
  add([](NetworkBuilder& b) {
    b.Pool("AveragePool", 2, 2, 0, {{"ceil_mode", std::int64_t{1}}}).GoBackTo(b.current(), {3, 3, 3});
  });
  return graphs;
}

TEST_P(Soundness, HoldsForEveryOperatorThatIsCompiled) {
  tensor::UseOneThreadPerOperator();
  std::vector<graph::Graph> graphs = FixedNetworks();
  const std::size_t fixed = graphs.size();
  for (std::uint64_t seed = 0; seed < 250; ++seed) graphs.push_back(RandomNetwork(seed));
  std::set<std::string, std::less<>> seen;
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    for (const graph::Node& node : graphs[i].nodes) seen.insert(node.op_type);
    if (i >= fixed) continue;
    CUPEL_ASSERT_OK(const Program program, Compile(graphs[i], OptionsFor({2, 5, 5})));
    const auto exact = ExactExecutor(graphs[i]);
    ReproducibleStream stream(i, "fixed");
    for (int repeat = 0; repeat < 10; ++repeat) {
      const std::vector<float> x = RandomSample(50, stream);
      const auto violation = FindViolation(
          {program, *exact, {2, 5, 5}, Threat(GetParam(), 0.1), BoundMethod::kCrown}, x, stream, 12);
      ASSERT_FALSE(violation) << *violation << ": " << graph::Operators(graphs[i]);
    }
  }
  for (const auto table :
       {LinearOperators(), WindowOperators(), ActivationOperators(), MovementOperators()}) {
    for (const OperatorEntry& entry : table) EXPECT_TRUE(seen.contains(entry.op_type)) << entry.op_type;
  }
}

// At epsilon 0 nothing but rounding is left between the bounds, so a rounding that is not covered shows.
TEST(SoundnessAtOnePoint, BoundsHoldFloatRoundingAndLittleElse) {
  tensor::UseOneThreadPerOperator();
  int rounded = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const graph::Graph graph = RandomNetwork(seed);
    CUPEL_ASSERT_OK(const Program program, Compile(graph, OptionsFor({2, 5, 5})));
    const auto exact = ExactExecutor(graph);
    ReproducibleStream stream(seed, "one point");
    const std::vector<float> x = RandomSample(50, stream);
    const InputBall ball = MakeInputBall(Threat(Norm::kLinf, 0), x);
    Propagation propagation(program, ball, BoundMethod::kCrown);
    ASSERT_TRUE(propagation.Run().value());
    const std::vector<float> y =
        tensor::ToFloats(exact->Forward(tensor::FromFloats(x, {1, 2, 5, 5})).value());
    const Box& box = propagation.BoundsOf(program.output);
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_GE(y[i], box.low[i]) << "seed " << seed << ": " << graph::Operators(graph);
      ASSERT_LE(y[i], box.high[i]) << "seed " << seed << ": " << graph::Operators(graph);
      EXPECT_LT(box.high[i] - box.low[i], 2e-2) << "seed " << seed << ": " << graph::Operators(graph);
      // The exact value lies near the middle; double would be 2^-29 nearer.
      const double middle = (box.low[i] + box.high[i]) / 2;
      rounded += std::abs(y[i] - middle) > 1e-9 * std::abs(middle);
    }
  }
  EXPECT_GT(rounded, 300) << "float32 hardly rounds here: the test shows nothing";
}

TEST(SoundnessOfPreprocessing, ScaleMeanDeviationAndLayoutAreCovered) {
  tensor::UseOneThreadPerOperator();
  for (const auto layout :
       {executor::Preprocessing::Layout::kChannelsFirst, executor::Preprocessing::Layout::kChannelsLast,
        executor::Preprocessing::Layout::kFlat}) {
    executor::ClassifierOptions options = OptionsFor({3, 4, 5});
    options.preprocessing = {
        .scale = 1.7F, .mean = {0.4F, 0.5F, 0.6F}, .std = {0.2F, 0.3F, 0.25F}, .layout = layout};
    const bool flat = layout == executor::Preprocessing::Layout::kFlat;
    const bool last = layout == executor::Preprocessing::Layout::kChannelsLast;
    NetworkBuilder b(flat ? Shape{60} : last ? Shape{4, 5, 3} : Shape{3, 4, 5}, 3);
    if (!flat) b.Flatten();
    b.Dense(8).Unary("Relu").Dense(3);
    const graph::Graph graph = b.Finish();
    const auto classifier = executor::Classifier::Create(graph, options).value();
    CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(*classifier));
    ReproducibleStream stream(5, "preprocessing");
    for (int repeat = 0; repeat < 30; ++repeat) {
      const std::vector<float> x = RandomSample(60, stream);
      const inspect::ThreatModel threat = Threat(Norm::kLinf, 0.01);
      const InputBall ball = MakeInputBall(threat, x);
      Propagation propagation(certifier.program(), ball, BoundMethod::kCrown);
      ASSERT_TRUE(propagation.Run().value());
      const Box& box = propagation.BoundsOf(certifier.program().output);
      for (int i = 0; i < 10; ++i) {
        const auto point = tensor::FromFloats(PointInBall(threat, x, stream), {1, 3, 4, 5});
        const std::vector<float> y = tensor::ToFloats(classifier->ExactLogits(point).value());
        for (std::size_t k = 0; k < y.size(); ++k) {
          ASSERT_GE(y[k], box.low[k]);
          ASSERT_LE(y[k], box.high[k]);
        }
      }
      EXPECT_LT(box.high[0] - box.low[0], 6);
    }
  }
}

// The passes' random graphs: most have something that no certificate goes through, and say so.
TEST(SoundnessOnRandomGraphs, CertifiedOrRefusedByName) {
  tensor::UseOneThreadPerOperator();
  int compiled = 0;
  int refused = 0;
  for (const std::size_t rank : {2U, 3U}) {
    EXPECT_TRUE(rc::check("random graphs", [&] {
      const graph::RandomGraph random(rank);
      const Shape whole = random.InputShape(), shape(whole.begin() + 1, whole.end());
      const auto program = Compile(random.graph(), OptionsFor(shape));
      if (!program) {
        RC_ASSERT(program.error().code == ErrorCode::kUnsupported);
        ++refused;
        return;
      }
      ++compiled;
      const auto exact = ExactExecutor(random.graph());
      ReproducibleStream stream(static_cast<std::uint64_t>(compiled), "random graphs");
      const std::vector<float> x = RandomSample(graph::ElementCount(shape), stream);
      const auto violation = FindViolation(
          {*program, *exact, shape, Threat(Norm::kLinf, 0.1), BoundMethod::kCrown}, x, stream, 2);
      if (violation) RC_FAIL(*violation);
    }));
  }
  EXPECT_GT(compiled, 20) << refused << " refused";
}

/// A rectifier whose upper line lies too low: half of what the chord needs.
class LowRelu : public Activation {
 public:
  double operator()(double x) const override { return (*right_)(x); }
  Extremes ExtremesAgainst(double slope, double low, double high) const override {
    Extremes extremes = right_->ExtremesAgainst(slope, low, high);
    if (slope != 0) extremes.most /= 2;
    return extremes;
  }
  double LowerSlope(double low, double high) const override { return right_->LowerSlope(low, high); }
  double UpperSlope(double low, double high) const override { return right_->UpperSlope(low, high); }
  double FloatError(double y) const override { return right_->FloatError(y); }
  bool IsLinear(double low, double high) const override { return right_->IsLinear(low, high); }

 private:
  std::unique_ptr<Activation> right_ = MakeRelu();
};

TEST(BrokenTwin, OfTheRelaxationIsFoundByTheProperty) {
  tensor::UseOneThreadPerOperator();
  int found = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const graph::Graph graph = RandomMlp({4, 6, 3}, seed);
    CUPEL_ASSERT_OK(Program program, Compile(graph, OptionsFor({4})));
    for (auto& step : program.steps) {
      if (!step->origin.starts_with("Relu")) continue;
      auto twin = MakeActivationStep({std::make_shared<LowRelu>()});
      twin->reads = step->reads;
      twin->writes = step->writes;
      step = std::move(twin);
    }
    const auto exact = ExactExecutor(graph);
    ReproducibleStream stream(seed, "twin");
    const std::vector<float> x = RandomSample(4, stream);
    found +=
        FindViolation({program, *exact, {4}, Threat(Norm::kLinf, 0.5), BoundMethod::kCrown}, x, stream, 200)
            .has_value();
  }
  EXPECT_GE(found, 3);
}

}  // namespace
}  // namespace cupel::algorithm::certify
