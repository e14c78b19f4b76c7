// SPDX-License-Identifier: Apache-2.0
// What is written is what is read, bit for bit: every element type, attribute and kind of value, and random
// graphs.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/random_graph_for_test.h"
#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::onnx {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using graph::DataType;
using graph::Graph;
using graph::MakeGraph;
using graph::MakeNode;
using graph::TensorValue;
using ::testing::HasSubstr;

TEST(RoundTrip, RandomGraphsKeepEveryBit) {
  for (const std::size_t rank : {2u, 3u}) {
    EXPECT_TRUE(rc::check("round trip", [rank] {
      Graph graph = graph::RandomGraph(rank).graph();
      graph::AddInferredTypes(graph);  // As the reader leaves it.
      const auto written = WriteModel(graph);
      RC_ASSERT(written.has_value());
      const auto read = ReadModelFromBytes(*written);
      if (!read) RC_FAIL(read.error().ToString());
      RC_ASSERT(graph::Equal(*read, graph));
      RC_ASSERT(*WriteModel(*read) == *written);
      const auto optimised = graph::Optimise(*read);
      RC_ASSERT(optimised.has_value());
      const auto smaller = WriteModel(optimised->graph);
      RC_ASSERT(smaller.has_value() && ReadModelFromBytes(*smaller).has_value());
    }));
  }
}

std::shared_ptr<const Bytes> Pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(37 * i + 129);
  return std::make_shared<const Bytes>(std::move(bytes));
}

TEST(RoundTrip, EveryElementTypeKeepsItsBits) {
  for (int number = 1; number <= 16; ++number) {
    const auto type = static_cast<DataType>(number);
    TensorValue value{type, {2, 3}, Pattern(6 * static_cast<std::size_t>(ElementSize(type))), {}};
    if (type == DataType::kBool) value.bytes = std::make_shared<const Bytes>(Bytes{0, 1, 1, 0, 0, 1});
    if (type == DataType::kString) {
      value.bytes = nullptr;
      value.strings = {"a", "", std::string("\0\xff", 2), "d", "\xe4\xb8\xad", "f"};
    }
    for (const graph::Shape& shape : {graph::Shape{2, 3}, graph::Shape{6}, graph::Shape{1, 6, 1}}) {
      value.shape = shape;
      CUPEL_ASSERT_OK(const Bytes bytes, WriteTensorProto(value, "t"));
      CUPEL_ASSERT_OK(const TensorValue back, ReadTensorProto(bytes));
      EXPECT_EQ(back, value) << DataTypeName(type);
    }
    if (type == DataType::kString) value.strings.clear();
    if (type != DataType::kString) value.bytes = std::make_shared<const Bytes>();
    value.shape = {0, 3};
    CUPEL_ASSERT_OK(const Bytes bytes, WriteTensorProto(value));
    CUPEL_ASSERT_OK(const TensorValue back, ReadTensorProto(bytes));
    EXPECT_EQ(back, value) << "no element of " << DataTypeName(type);
  }
}

TEST(RoundTrip, SpecialFloatsKeepTheirBits) {
  const float signalling = std::bit_cast<float>(0x7fa00001u);
  const TensorValue value = TensorValue::FromFloats(
      {6}, {NAN, -NAN, INFINITY, -0.0f, std::numeric_limits<float>::denorm_min(), signalling});
  CUPEL_ASSERT_OK(const Bytes bytes, WriteTensorProto(value));
  CUPEL_ASSERT_OK(const TensorValue back, ReadTensorProto(bytes));
  EXPECT_EQ(back, value);
}

/// A graph with every kind of attribute, in a domain that libonnx's checker does not know.
Graph EveryAttribute() {
  Graph branch = MakeGraph({}, {MakeNode("Relu", {"x"}, {"r"})});
  branch.inputs.clear();
  branch.outputs = {graph::FloatValue("r", {"2"})};
  Graph graph = MakeGraph({"2"}, {MakeNode("Everything", {"x", "", "w"}, {"y", "", "z"})},
                          {{"w", TensorValue::FromInt64s({2}, {INT64_MIN, INT64_MAX})}});
  graph.nodes[0].domain = "com.example";
  graph.nodes[0].name = "all of it";
  graph.nodes[0].attributes = {{"i", std::int64_t{INT64_MIN}},
                               {"f", -0.0f},
                               {"s", std::string("\0\xfe text", 7)},
                               {"t", TensorValue{DataType::kFloat16, {}, Pattern(2), {}}},
                               {"is", std::vector<std::int64_t>{-1, 0}},
                               {"is_empty", std::vector<std::int64_t>{}},
                               {"fs", std::vector<float>{NAN, 1e-45f}},
                               {"fs_empty", std::vector<float>{}},
                               {"ss", std::vector<std::string>{"", "b"}},
                               {"ss_empty", std::vector<std::string>{}}};
  graph.opsets["com.example"] = 3;
  branch.opsets = graph.opsets;
  graph.nodes[0].attributes["g"] = std::make_shared<const Graph>(branch);
  graph.producer = "round trip";
  graph.outputs[0] = graph::FloatValue("y", {"N", "3", ""});
  return graph;
}

TEST(RoundTrip, EveryAttributeAndKindOfValue) {
  Graph graph = EveryAttribute();
  for (const auto& [domain, version] : graph.opsets) ASSERT_GT(version, 0) << domain;
  auto branch = *graph.nodes[0].Subgraph("g");
  branch.producer = graph.producer;
  graph.nodes[0].attributes["g"] = std::make_shared<const Graph>(branch);
  for (const char* kind : {"tensor", "sequence", "optional", "sequence of sequence", "optional sequence"}) {
    graph.inputs.resize(1);
    graph.inputs.push_back(graph::FloatValue("more", {"2"}));
    graph.inputs.back().kind = kind;
    CUPEL_ASSERT_OK(const Bytes bytes, WriteModel(graph));
    CUPEL_ASSERT_OK(const Graph back, ReadModelFromBytes(bytes));
    EXPECT_TRUE(graph::Equal(back, graph)) << kind;
    EXPECT_EQ(*WriteModel(back), bytes) << "the same graph gives the same bytes";
  }
  for (const char* kind : {"map", "sparse", "sequence of map"}) {
    graph.inputs.back().kind = kind;
    EXPECT_THAT(WriteModel(graph), HasError(ErrorCode::kUnsupported, HasSubstr("'more'"))) << kind;
  }
}

TEST(RoundTrip, EveryReadableVersion) {
  for (std::int64_t opset = 1; opset <= kNewestOpset; ++opset) {
    for (std::int64_t ir : {3, 4, 7, 8, 10}) {
      Graph graph =
          MakeGraph({"N", "3"}, {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Softmax", {"a"}, {"y"})});
      graph.opsets[""] = opset;
      graph.ir_version = ir;
      if (opset < 6) graph.nodes[0].attributes["consumed_inputs"] = std::vector<std::int64_t>{0};
      graph.outputs = {graph::FloatValue("y", {"N", "3"})};
      graph::AddInferredTypes(graph);
      CUPEL_ASSERT_OK(const Bytes bytes, WriteModel(graph));
      CUPEL_ASSERT_OK(const Graph back, ReadModelFromBytes(bytes));
      EXPECT_TRUE(graph::Equal(back, graph)) << opset << " in IR " << ir;
    }
  }
}

TEST(RoundTrip, RefusesToWriteWhatIsNoGraph) {
  Graph graph = EveryAttribute();
  graph.nodes[0].inputs[0] = "nothing";
  EXPECT_THAT(WriteModel(graph), HasError(ErrorCode::kCorrupt, HasSubstr("'nothing'")));
}

/// An error with a text, or a graph that holds together.
bool IsCleanAnswer(const Result<Graph>& answer) {
  if (answer) return graph::Validate(*answer).has_value() && graph::Optimise(*answer).has_value();
  return !answer.error().message.empty() && answer.error().code != ErrorCode::kInternal;
}

class Damaged : public ::testing::Test {
 protected:
  void SetUp() override {
    Graph graph = MakeGraph({"N", "3"},
                            {MakeNode("Gemm", {"x", "w", "b"}, {"a"}, {{"transB", std::int64_t{1}}}),
                             MakeNode("Reshape", {"a", "t"}, {"c"}), MakeNode("Dropout", {"c"}, {"y"})},
                            {{"w", TensorValue::FromFloats({2, 3}, {1, 2, 3, 4, 5, 6})},
                             {"b", TensorValue::FromFloats({2}, {1, 2})},
                             {"t", TensorValue::FromInt64s({2}, {0, -1})}});
    graph.outputs = {graph::FloatValue("y", {"N", "2"})};
    graph::AddInferredTypes(graph);
    CUPEL_ASSERT_OK(plain_, WriteModel(graph));
    CUPEL_ASSERT_OK(every_, WriteModel(EveryAttribute()));
  }
  Bytes plain_, every_;
};

TEST_F(Damaged, EveryTruncationIsAnErrorOrAWholeGraph) {
  for (const Bytes& whole : {plain_, every_}) {
    ASSERT_THAT(ReadModelFromBytes(whole), IsOk());
    std::size_t errors = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto answer = ReadModelFromBytes(BytesView(whole).first(size));
      EXPECT_TRUE(IsCleanAnswer(answer)) << size;
      errors += answer ? 0 : 1;
    }
    EXPECT_GE(errors + 2, whole.size()) << "a cut model passes for a whole one";
  }
}

TEST_F(Damaged, EveryByteMayTakeManyOtherValues) {
  for (Bytes bytes : {plain_, every_}) {
    for (std::uint8_t& byte : bytes) {
      const std::uint8_t was = byte;
      for (const int change : {0x01, 0x02, 0x08, 0x40, 0x80, 0xff}) {
        byte = static_cast<std::uint8_t>(was ^ change);
        EXPECT_TRUE(IsCleanAnswer(ReadModelFromBytes(bytes))) << (&byte - bytes.data()) << " ^ " << change;
      }
      byte = was;
    }
  }
}

TEST_F(Damaged, PiecesRepeatedOrMissingAreAnswered) {
  EXPECT_TRUE(rc::check("splices", [&] {
    const Bytes& whole = *rc::gen::arbitrary<bool>() ? plain_ : every_;
    const auto place = [&] { return *rc::gen::resize(100, rc::gen::inRange<std::size_t>(0, whole.size())); };
    Bytes spliced(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(place()));
    spliced.insert(spliced.end(), whole.begin() + static_cast<std::ptrdiff_t>(place()), whole.end());
    RC_ASSERT(IsCleanAnswer(ReadModelFromBytes(spliced)));
  }));
}

}  // namespace
}  // namespace cupel::algorithm::onnx
