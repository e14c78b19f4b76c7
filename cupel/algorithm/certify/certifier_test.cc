// SPDX-License-Identifier: Apache-2.0
// Certificates against what is known exactly: closed forms of linear models, all activation patterns of small
// rectifier networks, every point of a grid.
#include "cupel/algorithm/certify/certifier.h"

#include <array>

#include "cupel/algorithm/certify/network_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::certify {
namespace {

using cupel::testing::HasError;
using inspect::Norm;
using ::testing::HasSubstr;

constexpr BoundMethod kMethods[] = {BoundMethod::kIbp, BoundMethod::kCrownIbp, BoundMethod::kCrown};

std::vector<float> Floats(const graph::Graph& graph, const std::string& name) {
  std::vector<float> values;
  for (const double value : graph.initializers.at(name).AsDoubles())
    values.push_back(static_cast<float>(value));
  return values;
}

std::int32_t Answer(const executor::Executor& exact, const std::vector<float>& x, const Shape& sample_shape) {
  Shape shape = sample_shape;
  shape.insert(shape.begin(), 1);
  const std::vector<float> z = tensor::ToFloats(exact.Forward(tensor::FromFloats(x, shape)).value());
  return static_cast<std::int32_t>(std::ranges::max_element(z) - z.begin());
}

/// y = x W^T + b with two classes: the distance to the boundary is |margin| over the dual norm of w_0 - w_1.
struct LinearDistance {
  double margin = 0;
  double linf = 0;
  double l2 = 0;
};
LinearDistance DistanceOf(const graph::Graph& graph, const std::vector<float>& x, std::int32_t label) {
  const std::vector<float> w = Floats(graph, graph.nodes[0].inputs[1]),
                           b = Floats(graph, graph.nodes[0].inputs[2]);
  const std::size_t d = x.size(), y = static_cast<std::size_t>(label), rival = 1 - y;
  LinearDistance result;
  result.margin = double{b[y]} - b[rival];
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const double difference = double{w[y * d + i]} - w[rival * d + i];
    result.margin += difference * x[i];
    sum += std::abs(difference);
    squares += difference * difference;
  }
  result.linf = result.margin / sum;
  result.l2 = result.margin / std::sqrt(squares);
  return result;
}

TEST(LinearModel, CertifiedRadiusIsTheDistanceToTheBoundaryToRounding) {
  tensor::UseOneThreadPerOperator();
  ReproducibleStream stream(1, "linear");
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const graph::Graph graph = RandomMlp({12, 2}, seed);
    const auto exact = ExactExecutor(graph);
    CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(graph, OptionsFor({12})));
    for (int repeat = 0; repeat < 10; ++repeat) {
      const std::vector<float> x = RandomSample(12, stream, 0.45F, 0.55F);
      const std::int32_t label = Answer(*exact, x, {12});
      const LinearDistance distance = DistanceOf(graph, x, label);
      for (const BoundMethod method : kMethods) {
        for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
          const double radius = norm == Norm::kLinf ? distance.linf : distance.l2;
          if (distance.margin < 0.05 || radius > 0.4) continue;  // Too near to call, or the box helps.
          ++tried;
          const auto at = [&](double epsilon) {
            return certifier.Certify({.norm = norm, .epsilon = epsilon}, x, label, method).value();
          };
          EXPECT_TRUE(at(radius * (1 - 2e-4)).certified) << NormName(norm) << " " << BoundMethodName(method);
          EXPECT_FALSE(at(radius * (1 + 1e-6)).certified) << NormName(norm) << " " << BoundMethodName(method);
          EXPECT_NEAR(at(radius / 2).margin, distance.margin / 2, 1e-5);
        }
      }
    }
  }
  EXPECT_GT(tried, 200);
}

/// max(0, x V^T + c) W^T + b over two inputs, in double.
struct TinyNetwork {
  std::vector<float> v, c, w, b;
  std::size_t hidden = 0;

  explicit TinyNetwork(const graph::Graph& graph)
      : v(Floats(graph, graph.nodes[0].inputs[1])),
        c(Floats(graph, graph.nodes[0].inputs[2])),
        w(Floats(graph, graph.nodes[2].inputs[1])),
        b(Floats(graph, graph.nodes[2].inputs[2])),
        hidden(c.size()) {}

  double Margin(double x0, double x1, std::size_t label) const {
    double margin = double{b[label]} - b[1 - label];
    for (std::size_t k = 0; k < hidden; ++k) {
      const double a = std::max(v[2 * k] * x0 + v[2 * k + 1] * x1 + c[k], 0.0);
      margin += (double{w[label * hidden + k]} - w[(1 - label) * hidden + k]) * a;
    }
    return margin;
  }

  /// The smallest margin over a rectangle. The margin is linear where no neuron changes sign, so it is
  /// smallest at a corner of some activation pattern's cell: where two of the neurons' lines and the
  /// rectangle's edges cross.
  double SmallestMargin(const std::array<double, 2>& low, const std::array<double, 2>& high,
                        std::size_t label) const {
    std::vector<std::array<double, 3>> lines = {
        {1, 0, -low[0]}, {1, 0, -high[0]}, {0, 1, -low[1]}, {0, 1, -high[1]}};
    for (std::size_t k = 0; k < hidden; ++k) lines.push_back({v[2 * k], v[2 * k + 1], c[k]});
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (std::size_t j = i + 1; j < lines.size(); ++j) {
        const double determinant = lines[i][0] * lines[j][1] - lines[i][1] * lines[j][0];
        if (determinant == 0) continue;
        const double x0 = (lines[i][1] * lines[j][2] - lines[j][1] * lines[i][2]) / determinant;
        const double x1 = (lines[j][0] * lines[i][2] - lines[i][0] * lines[j][2]) / determinant;
        const double room = 1e-12;
        if (x0 < low[0] - room || x0 > high[0] + room || x1 < low[1] - room || x1 > high[1] + room) continue;
        smallest = std::min(smallest, Margin(x0, x1, label));
      }
    }
    return smallest;
  }
};

TEST(SmallRectifierNetworks, AreCertifiedOnlyWhereEveryActivationPatternIsRightAndMostlyThere) {
  tensor::UseOneThreadPerOperator();
  std::array<int, 3> certified{};
  std::array<double, 3> margins{};
  int robust = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const graph::Graph graph = RandomMlp({2, 6, 2}, seed);
    const TinyNetwork network(graph);
    const auto exact = ExactExecutor(graph);
    CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(graph, OptionsFor({2})));
    ReproducibleStream stream(seed, "patterns");
    for (int repeat = 0; repeat < 10; ++repeat) {
      const std::vector<float> x = RandomSample(2, stream);
      const std::int32_t label = Answer(*exact, x, {2});
      const double epsilon = 0.02 + 0.3 * stream.UniformDouble();
      const auto bound = [&](std::size_t i, double sign) {
        return std::clamp(x[i] + sign * epsilon, 0.0, 1.0);
      };
      const double truth = network.SmallestMargin({bound(0, -1), bound(1, -1)}, {bound(0, 1), bound(1, 1)},
                                                  static_cast<std::size_t>(label));
      robust += truth > 0;
      double before = -std::numeric_limits<double>::infinity();
      for (std::size_t m = 0; m < 3; ++m) {
        const Certificate found =
            certifier.Certify({.norm = Norm::kLinf, .epsilon = epsilon}, x, label, kMethods[m]).value();
        EXPECT_LE(found.margin, truth) << "seed " << seed << ", epsilon " << epsilon;
        EXPECT_GE(found.margin, before) << "a tighter method gave a worse bound";
        before = found.margin;
        certified[m] += found.certified;
        margins[m] += found.margin;
        if (found.certified) {
          EXPECT_GT(truth, 0) << "seed " << seed << ", epsilon " << epsilon;
        }
      }
    }
  }
  EXPECT_GT(robust, 200);
  EXPECT_GT(certified[2], robust * 6 / 10) << "of " << robust << " robust";
  EXPECT_GT(certified[1], certified[0]);
  EXPECT_GT(margins[1], margins[0]);
}

// Where no neuron is undecided the network is linear in the ball, and the bound is exact to float rounding.
TEST(SmallRectifierNetworks, HaveExactBoundsWhereNoNeuronIsUndecided) {
  tensor::UseOneThreadPerOperator();
  int exact_bounds = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const graph::Graph graph = RandomMlp({2, 5, 2}, seed);
    const TinyNetwork network(graph);
    CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(graph, OptionsFor({2})));
    const double epsilon = 0.01, low = 0.5 - epsilon, high = 0.5 + epsilon;
    bool decided = true;
    for (std::size_t k = 0; k < network.hidden; ++k) {
      const double at = network.v[2 * k] * 0.5 + network.v[2 * k + 1] * 0.5 + network.c[k];
      const double reach = 1.01 * epsilon * (std::abs(network.v[2 * k]) + std::abs(network.v[2 * k + 1]));
      decided = decided && std::abs(at) > reach;
    }
    if (!decided) continue;
    ++exact_bounds;
    const Certificate found = certifier
                                  .Certify({.norm = Norm::kLinf, .epsilon = epsilon},
                                           std::vector<float>{0.5F, 0.5F}, 0, BoundMethod::kCrown)
                                  .value();
    EXPECT_NEAR(found.margin, network.SmallestMargin({low, low}, {high, high}, 0), 1e-5);
  }
  EXPECT_GT(exact_bounds, 20);
}

// A small convolution with three free pixels: every point of a 17^3 grid of the ball is tried.
TEST(ExhaustiveSearch, NeverContradictsACertificate) {
  tensor::UseOneThreadPerOperator();
  int certified = 0;
  int broken = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    NetworkBuilder b({1, 1, 3}, seed);
    b.Conv(3, 2, 1, 1).Unary("Relu").Pool("MaxPool", 2, 1, 0).Flatten().Dense(4).Unary("Tanh").Dense(3);
    const graph::Graph graph = b.Finish();
    const auto exact = ExactExecutor(graph);
    CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(graph, OptionsFor({1, 1, 3})));
    for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
      const inspect::ThreatModel threat{.norm = norm, .epsilon = norm == Norm::kLinf ? 0.08 : 0.12};
      const std::vector<float> x = RandomSample(3, b.stream(), 0.2F, 0.8F);
      const std::int32_t label = Answer(*exact, x, {1, 1, 3});
      std::vector<float> tile;
      for (int i = 0; i < 17 * 17 * 17; ++i) {
        std::vector<float> point;
        for (std::size_t k = 0, rest = static_cast<std::size_t>(i); k < 3; ++k, rest /= 17)
          point.push_back(
              inspect::RoundInward(x[k], threat.epsilon * (static_cast<double>(rest % 17) - 8) / 8));
        if (inspect::CheckWithin(threat, x, point)) tile.insert(tile.end(), point.begin(), point.end());
      }
      const auto n = static_cast<std::int64_t>(tile.size() / 3);
      const std::vector<float> z =
          tensor::ToFloats(exact->Forward(tensor::FromFloats(tile, {n, 1, 1, 3})).value());
      double smallest = std::numeric_limits<double>::infinity();
      for (std::size_t row = 0; row < static_cast<std::size_t>(n); ++row) {
        for (std::size_t k = 0; k < 3; ++k) {
          if (k != static_cast<std::size_t>(label))
            smallest =
                std::min(smallest, double{z[row * 3 + static_cast<std::size_t>(label)]} - z[row * 3 + k]);
        }
      }
      for (const BoundMethod method : kMethods) {
        const Certificate found = certifier.Certify(threat, x, label, method).value();
        EXPECT_LE(found.margin, smallest);
        if (method == BoundMethod::kCrown) certified += found.certified;
        if (found.certified) {
          EXPECT_GT(smallest, 0);
        }
      }
      broken += smallest <= 0;
    }
  }
  EXPECT_GT(certified, 15);
  EXPECT_GT(broken, 2);
}

TEST(Certificates, DoNotDependOnWorkers) {
  const graph::Graph graph = RandomMlp({8, 16, 16, 3}, 4);
  CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(graph, OptionsFor({8})));
  ReproducibleStream stream(2, "samples");
  const std::vector<float> x = RandomSample(8 * 20, stream);
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 20; ++i) labels.push_back(i % 3);
  const inspect::ThreatModel threat{.norm = Norm::kLinf, .epsilon = 0.02};
  CUPEL_ASSERT_OK(const auto one, CertifyAll(certifier, threat, x, labels, BoundMethod::kCrown, 1));
  CUPEL_ASSERT_OK(const auto three, CertifyAll(certifier, threat, x, labels, BoundMethod::kCrown, 3));
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].margin, three[i].margin);
    EXPECT_EQ(one[i].rival, three[i].rival);
    EXPECT_EQ(one[i].certified, three[i].certified);
  }
  EXPECT_THAT(CertifyAll(certifier, threat, std::span(x).first(7), labels, BoundMethod::kIbp, 1),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("160 features")));
}

// A model that ends in Softmax answers probabilities: they keep the order only with a gap.
TEST(Softmax, IsTakenOffAndAsksForAGap) {
  NetworkBuilder b({4}, 6);
  b.Dense(3);
  const graph::Graph logits = b.Finish();
  b.Unary("Softmax");
  const graph::Graph probabilities = b.Finish();
  executor::ClassifierOptions says_so = OptionsFor({4});
  says_so.output_is_probability = true;
  CUPEL_ASSERT_OK(const Certifier plain, Certifier::Create(logits, OptionsFor({4})));
  CUPEL_ASSERT_OK(const Certifier bypassed, Certifier::Create(probabilities, says_so));
  CUPEL_ASSERT_OK(const Certifier kept, Certifier::Create(probabilities, OptionsFor({4})));
  EXPECT_EQ(plain.program().required_gap, 0);
  EXPECT_EQ(bypassed.program().required_gap, 0);
  EXPECT_GT(kept.program().required_gap, 1e-5);
  const std::vector<float> x = {0.1F, 0.9F, 0.4F, 0.6F};
  const inspect::ThreatModel threat{.norm = Norm::kLinf, .epsilon = 0.01};
  const double margin = plain.Certify(threat, x, 1, BoundMethod::kCrown)->margin;
  EXPECT_EQ(bypassed.Certify(threat, x, 1, BoundMethod::kCrown)->margin, margin);
  EXPECT_EQ(kept.Certify(threat, x, 1, BoundMethod::kCrown)->margin, margin);
}

TEST(Refusals, NameOperatorAndNode) {
  const auto create = [](const std::function<void(NetworkBuilder&)>& build) {
    NetworkBuilder b({4}, 1);
    build(b);
    graph::Graph graph = b.Finish();
    if (!graph.nodes.empty()) graph.nodes[0].name = "first";
    return Certifier::Create(graph, OptionsFor({4}));
  };
  EXPECT_THAT(create([](NetworkBuilder& b) { b.Unary("Erf").Dense(2); }),
              HasError(ErrorCode::kUnsupported, ::testing::AllOf(HasSubstr("Erf"), HasSubstr("first"))));
  EXPECT_THAT(create([](NetworkBuilder& b) { b.Node("Mul", {"x", "x"}).Dense(2); }),
              HasError(ErrorCode::kUnsupported, HasSubstr("two computed values")));
  EXPECT_THAT(create([](NetworkBuilder& b) { b.Node("Add", {"x", b.Normal({2, 4}, 1)}).Dense(2); }),
              HasError(ErrorCode::kUnsupported, HasSubstr("first")));
  EXPECT_THAT(create([](NetworkBuilder& b) { b.Node("Transpose", {"x"}).Dense(2); }),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(create([](NetworkBuilder& b) {
                b.Node("Mul", {"x", b.Constant({}, {std::numeric_limits<float>::infinity()})}).Dense(2);
              }),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("not finite")));
}

TEST(Refusals, OfWhatDoesNotFitSayWhatDoes) {
  CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(RandomMlp({4, 3}, 1), OptionsFor({4})));
  const std::vector<float> x(4, 0.5F);
  const inspect::ThreatModel threat{.norm = Norm::kLinf, .epsilon = 0.1};
  EXPECT_THAT(certifier.Certify(threat, std::span(x).first(3), 0, BoundMethod::kIbp),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("expected 4 features, got 3")));
  EXPECT_THAT(certifier.Certify(threat, x, 3, BoundMethod::kIbp),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 3)")));
  EXPECT_THAT(certifier.Certify({.epsilon = -1}, x, 0, BoundMethod::kIbp),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("epsilon")));
  EXPECT_THAT(ParseBoundMethod("deeppoly"), HasError(ErrorCode::kInvalidArgument, HasSubstr("crown")));
}

// Numbers that float32 cannot hold: no bound, no certificate, no NaN.
TEST(Overflow, GivesNoCertificate) {
  NetworkBuilder b({2}, 1);
  b.Node("Mul", {"x", b.Constant({}, {3e30F})}).Node("Mul", {b.current(), b.Constant({}, {3e30F})}).Dense(2);
  CUPEL_ASSERT_OK(const Certifier certifier, Certifier::Create(b.Finish(), OptionsFor({2})));
  for (const BoundMethod method : kMethods) {
    const Certificate found =
        certifier.Certify({.epsilon = 0.1}, std::vector<float>{0.5F, 0.5F}, 0, method).value();
    EXPECT_FALSE(found.certified);
    EXPECT_EQ(found.margin, -std::numeric_limits<double>::infinity());
  }
}

}  // namespace
}  // namespace cupel::algorithm::certify
