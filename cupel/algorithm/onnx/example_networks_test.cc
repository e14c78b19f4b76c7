// SPDX-License-Identifier: Apache-2.0
// Two trained Fashion-MNIST networks (shared/data/bench-inspect): counts against PyTorch's, and damaged
// copies.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cupel/algorithm/graph/cost.h"
#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::onnx {
namespace {

using cupel::testing::IsOk;

std::filesystem::path Network(const std::string& name) {
  const char* const shared = std::getenv("CUPEL_SHARED");
  const auto root = shared != nullptr ? std::filesystem::path(shared)
                                      : std::filesystem::path(CUPEL_SOURCE_DIR) / "../shared";
  return root / "data/bench-inspect" / name;
}

class ExampleNetworks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(Network("cnn.onnx")))
      GTEST_SKIP() << "set CUPEL_SHARED to the folder with data/bench-inspect";
  }
};

TEST_F(ExampleNetworks, CnnHasPyTorchsParametersAndFlops) {
  CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(Network("cnn.onnx")));
  const graph::Cost cost = graph::MeasureCost(graph);
  EXPECT_EQ(cost.parameters, 80202);
  // 2 * (24*24*16*25 + 8*8*32*16*25 + 512*128 + 128*10).
  EXPECT_EQ(cost.linear_flops, 2232832);
  EXPECT_EQ(cost.unknown_nodes, 0);
}

TEST_F(ExampleNetworks, ResNetHasPyTorchsParametersAndFlops) {
  CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(Network("resnet_bn.onnx")));
  const graph::Cost cost = graph::MeasureCost(graph);
  // PyTorch counts 77754. The two projection blocks end in a sum of two normalised branches, whose shifts (32
  // and 64 values) are trained to the same bits; the exporter stores each pair once.
  EXPECT_EQ(cost.parameters, 77754 - 32 - 64);
  EXPECT_EQ(cost.linear_flops, 18691840);
  EXPECT_EQ(cost.unknown_nodes, 0);
}

TEST_F(ExampleNetworks, NineBatchNormsFoldAway) {
  CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(Network("resnet_bn.onnx")));
  EXPECT_EQ(graph::MeasureCost(graph).operators.at("BatchNormalization"), 9);
  CUPEL_ASSERT_OK(const graph::Optimised optimised, graph::Optimise(graph));
  const auto folded = graph::MeasureCost(optimised.graph).operators;
  CUPEL_ASSERT_OK(const graph::Graph exported, ReadModel(Network("resnet.onnx")));
  EXPECT_EQ(folded, graph::MeasureCost(exported).operators) << "what PyTorch's exporter leaves when it folds";
}

TEST_F(ExampleNetworks, FoldedWeightsAgreeWithPyTorchs) {
  CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(Network("resnet_bn.onnx")));
  CUPEL_ASSERT_OK(const graph::Optimised optimised, graph::Optimise(graph));
  CUPEL_ASSERT_OK(const graph::Graph exported, ReadModel(Network("resnet.onnx")));
  ASSERT_EQ(optimised.graph.nodes.size(), exported.nodes.size());
  for (std::size_t i = 0; i < exported.nodes.size(); ++i) {
    const graph::Node& mine = optimised.graph.nodes[i];
    const graph::Node& reference = exported.nodes[i];
    ASSERT_EQ(mine.op_type, reference.op_type);
    for (std::size_t k = 1; k < reference.inputs.size() && mine.op_type == "Conv"; ++k) {
      const auto a = optimised.graph.initializers.at(mine.inputs[k]).AsDoubles();
      const auto b = exported.initializers.at(reference.inputs[k]).AsDoubles();
      ASSERT_EQ(a.size(), b.size());
      // The exporter folds in float32; ours rounds once.
      for (std::size_t j = 0; j < a.size(); ++j)
        ASSERT_NEAR(a[j], b[j], 4e-6 * std::max(1.0, std::abs(b[j])));
    }
  }
}

TEST_F(ExampleNetworks, SurviveARoundTrip) {
  for (const char* name : {"cnn.onnx", "resnet.onnx", "resnet_bn.onnx"}) {
    CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(Network(name)));
    CUPEL_ASSERT_OK(const Bytes bytes, WriteModel(graph));
    CUPEL_ASSERT_OK(const graph::Graph again, ReadModelFromBytes(bytes));
    EXPECT_TRUE(graph::Equal(graph, again)) << name;
    CUPEL_ASSERT_OK(const graph::Optimised optimised, graph::Optimise(graph));
    CUPEL_ASSERT_OK(const Bytes folded, WriteModel(optimised.graph));
    EXPECT_THAT(ReadModelFromBytes(folded), IsOk())
        << name << ": libonnx's checker accepts what the passes made";
  }
}

/// An error with a message, or a graph that holds together.
void ExpectCleanAnswer(BytesView bytes) {
  const auto graph = ReadModelFromBytes(bytes);
  if (graph) {
    EXPECT_THAT(graph::Validate(*graph), IsOk());
    EXPECT_THAT(graph::Optimise(*graph), IsOk());
    static_cast<void>(graph::MeasureCost(*graph));
  } else {
    EXPECT_NE(graph.error().message, "");
    EXPECT_NE(graph.error().code, ErrorCode::kInternal);
  }
}

TEST_F(ExampleNetworks, TruncationsGiveAnError) {
  CUPEL_ASSERT_OK(const Bytes bytes, ReadFile(Network("cnn.onnx")));
  for (std::size_t size = 0; size < bytes.size(); size += 97) ExpectCleanAnswer(BytesView(bytes).first(size));
}

TEST_F(ExampleNetworks, FlippedBytesGiveAnErrorOrAValidGraph) {
  CUPEL_ASSERT_OK(const Bytes bytes, ReadFile(Network("cnn.onnx")));
  // Most bytes are weights; every second flip goes to the bytes between them, which are at the ends of the
  // file.
  constexpr std::uint64_t kEnds = 2000;
  ReproducibleStream stream(1, "flips");
  for (int i = 0; i < 2000; ++i) {
    Bytes flipped = bytes;
    const std::uint64_t at = i % 2 == 0 ? stream.Below(bytes.size()) : stream.Below(2 * kEnds);
    const std::size_t place = i % 2 == 0 || at < kEnds ? at : bytes.size() - 1 - (at - kEnds);
    flipped[place] ^= static_cast<std::uint8_t>(1 + stream.Below(255));
    ExpectCleanAnswer(flipped);
  }
}

}  // namespace
}  // namespace cupel::algorithm::onnx
