// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "cupel/algorithm/onnx/proto.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::onnx {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::onnx::AttributeProto;
using ::onnx::ModelProto;
using ::onnx::TensorProto;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes Serialised(const google::protobuf::MessageLite& message) {
  const std::string text = message.SerializeAsString();
  return {text.begin(), text.end()};
}

void SetType(::onnx::ValueInfoProto& info, const std::string& name, std::vector<std::int64_t> shape) {
  info.set_name(name);
  auto* const type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(TensorProto::FLOAT);
  type->mutable_shape();
  for (std::int64_t dimension : shape) type->mutable_shape()->add_dim()->set_dim_value(dimension);
}

/// y = Add(x, w), x and w of 3 floats; `change` makes it something else.
ModelProto Model(const std::function<void(ModelProto&)>& change = {}) {
  ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("test");
  model.add_opset_import()->set_version(13);
  auto& graph = *model.mutable_graph();
  graph.set_name("g");
  SetType(*graph.add_input(), "x", {3});
  SetType(*graph.add_output(), "y", {3});
  auto& weight = *graph.add_initializer();
  weight.set_name("w");
  weight.set_data_type(TensorProto::FLOAT);
  weight.add_dims(3);
  for (float value : {1.0f, 2.0f, 3.0f}) weight.add_float_data(value);
  auto& node = *graph.add_node();
  node.set_op_type("Add");
  node.add_input("x");
  node.add_input("w");
  node.add_output("y");
  if (change) change(model);
  return model;
}

Result<graph::Graph> Read(const std::function<void(ModelProto&)>& change) {
  return ReadModelFromBytes(Serialised(Model(change)));
}

TEST(ReaderTest, ReadsAModel) {
  CUPEL_ASSERT_OK(const graph::Graph graph, Read({}));
  EXPECT_EQ(graph.name, "g");
  EXPECT_EQ(graph.producer, "test");
  EXPECT_EQ(graph.Opset(), 13);
  EXPECT_EQ(graph.initializers.at("w"), graph::TensorValue::FromFloats({3}, {1, 2, 3}));
  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x", "w"));
}

TEST(ReaderTest, DropsInputsThatAreConstants) {
  CUPEL_ASSERT_OK(const graph::Graph graph, Read([](ModelProto& model) {
                    model.set_ir_version(3);
                    SetType(*model.mutable_graph()->add_input(), "w", {3});
                  }));
  EXPECT_EQ(graph.inputs.size(), 1u);
  CUPEL_ASSERT_OK(const Bytes written, WriteModel(graph));
  EXPECT_THAT(ReadModelFromBytes(written), IsOk()) << "IR 3 wants the constant among the inputs again";
}

TEST(ReaderTest, NamesTheFile) {
  const ScratchFolder folder;
  EXPECT_THAT(ReadModel(folder / "none.onnx"), HasError(ErrorCode::kNotFound));
  ASSERT_THAT(WriteFileAtomic(folder / "bad.onnx", "this is no model"), IsOk());
  EXPECT_THAT(ReadModel(folder / "bad.onnx"), HasError(ErrorCode::kCorrupt, HasSubstr("bad.onnx")));
  ASSERT_THAT(WriteFileAtomic(folder / "empty.onnx", ""), IsOk());
  EXPECT_THAT(ReadModel(folder / "empty.onnx"), HasError(ErrorCode::kCorrupt));
}

TEST(ReaderTest, ParsesWithoutNoise) {
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(ReadModelFromBytes(Bytes(100, 0x0a)));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(ReaderTest, RefusesVersionsItDoesNotKnow) {
  const auto opset = [](std::int64_t version) {
    return Read([version](ModelProto& model) { model.mutable_opset_import(0)->set_version(version); });
  };
  for (std::int64_t version : {7, 13, 17, 18, 21}) EXPECT_THAT(opset(version), IsOk()) << version;
  EXPECT_THAT(opset(22),
              HasError(ErrorCode::kUnsupported, HasSubstr("export the model with opset_version 21")));
  EXPECT_THAT(opset(0), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Read([](ModelProto& model) { model.set_ir_version(11); }),
              HasError(ErrorCode::kUnsupported, HasSubstr("IR version")));
  EXPECT_THAT(Read([](ModelProto& model) { model.clear_opset_import(); }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(
      Read([](ModelProto& model) { model.mutable_graph()->mutable_node(0)->set_domain("com.example"); }),
      HasError(ErrorCode::kCorrupt, HasSubstr("com.example")));
}

TEST(ReaderTest, RefusesTheSameDomainUnderTwoNames) {
  EXPECT_THAT(Read([](ModelProto& model) {
                auto& again = *model.add_opset_import();
                again.set_domain("ai.onnx");
                again.set_version(12);
              }),
              HasError(ErrorCode::kCorrupt, HasSubstr("given twice")));
  CUPEL_ASSERT_OK(const graph::Graph graph, Read([](ModelProto& model) {
                    model.mutable_opset_import(0)->set_domain("ai.onnx");
                    model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
                  }));
  EXPECT_EQ(graph.Opset(), 13);
  EXPECT_EQ(graph.nodes[0].domain, "");
}

TEST(ReaderTest, NamesThePlaceOfWhatItRefuses) {
  using Change = std::function<void(ModelProto&)>;
  const auto attribute = [](const std::function<void(AttributeProto&)>& fill) -> Change {
    return [fill](ModelProto& model) {
      auto& added = *model.mutable_graph()->mutable_node(0)->add_attribute();
      added.set_name("extra");
      fill(added);
    };
  };
  const std::vector<std::tuple<ErrorCode, std::string, Change>> cases = {
      {ErrorCode::kCorrupt, "node 0 (Add): attribute 'extra'", attribute([](AttributeProto&) {})},
      {ErrorCode::kUnsupported, "node 0 (Add): attribute 'extra'",
       attribute([](AttributeProto& a) { a.set_type(AttributeProto::SPARSE_TENSOR); })},
      {ErrorCode::kUnsupported, "GRAPHS",
       attribute([](AttributeProto& a) { a.set_type(AttributeProto::GRAPHS); })},
      {ErrorCode::kCorrupt, "outside a function", attribute([](AttributeProto& a) {
         a.set_type(AttributeProto::INT);
         a.set_ref_attr_name("parameter");
       })},
      {ErrorCode::kCorrupt, "attribute 'extra'", attribute([](AttributeProto& a) {
         a.set_type(AttributeProto::TENSOR);
         a.mutable_t()->set_data_type(TensorProto::FLOAT);
         a.mutable_t()->add_dims(2);
       })},
      {ErrorCode::kCorrupt, "given twice",
       [](ModelProto& model) {
         for (int i = 0; i < 2; ++i) {
           auto& added = *model.mutable_graph()->mutable_node(0)->add_attribute();
           added.set_name("extra");
           added.set_type(AttributeProto::INT);
         }
       }},
      {ErrorCode::kUnsupported, "value 'x'",
       [](ModelProto& m) { m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_opaque_type(); }},
      {ErrorCode::kUnsupported, "value 'y'",
       [](ModelProto& m) {
         m.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(17);
       }},
      {ErrorCode::kCorrupt, "printable",
       [](ModelProto& m) { m.mutable_graph()->mutable_input(0)->set_name("x\xff"); }},
      {ErrorCode::kCorrupt, "printable", [](ModelProto& m) { m.mutable_graph()->set_name("\xed\xa0\x80"); }},
      {ErrorCode::kCorrupt, "node 0 (?)",
       [](ModelProto& m) { m.mutable_graph()->mutable_node(0)->set_op_type("A\x7f"); }},
      {ErrorCode::kCorrupt, "constant 'w'",
       [](ModelProto& m) { *m.mutable_graph()->add_initializer() = m.graph().initializer(0); }},
      {ErrorCode::kCorrupt, "no IR version", [](ModelProto& m) { m.clear_ir_version(); }},
      {ErrorCode::kCorrupt, "no graph", [](ModelProto& m) { m.clear_graph(); }},
  };
  for (const auto& [code, text, change] : cases)
    EXPECT_THAT(Read(change), HasError(code, HasSubstr(text))) << text;
}

TEST(ReaderTest, ShapesOfValuesMayBeKnownNamedOrNeither) {
  CUPEL_ASSERT_OK(
      const graph::Graph graph, Read([](ModelProto& model) {
        auto* shape =
            model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
        shape->clear_dim();
        shape->add_dim()->set_dim_value(0);
        shape->add_dim()->set_dim_value(-1);
        shape->add_dim()->set_dim_param("N");
        shape->add_dim();
        auto* output = model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_tensor_type();
        output->clear_shape();
        output->mutable_shape();
        for (int i = 0; i < 4; ++i) output->mutable_shape()->add_dim();
      }));
  const auto& shape = *graph.inputs[0].shape;
  EXPECT_EQ(shape[0].value, 0);
  EXPECT_EQ(shape[1], graph::Dimension{}) << "a negative size is an exporter's way to say nothing";
  EXPECT_EQ(shape[2].symbol, "N");
  EXPECT_EQ(shape[3], graph::Dimension{});
}

TEST(ReaderTest, StandsAloneWhereLibonnxKnowsTooLittle) {
  // Operator set 21 is newer than libonnx 1.12: our own validation still refuses.
  EXPECT_THAT(Read([](ModelProto& model) {
                model.set_ir_version(10);
                model.mutable_opset_import(0)->set_version(21);
                model.mutable_graph()->mutable_node(0)->set_input(0, "nothing");
              }),
              HasError(ErrorCode::kCorrupt, HasSubstr("'nothing'")));
}

TEST(ReaderTest, NamesTheNodeWhoseOperatorDoesNotExist) {
  EXPECT_THAT(
      Read([](ModelProto& model) { model.mutable_graph()->mutable_node(0)->set_op_type("NoSuchOperator"); }),
      HasError(ErrorCode::kUnsupported, HasSubstr("node 0 (NoSuchOperator)")));
}

TEST(ReaderTest, AsksLibonnxsChecker) {
  // More inputs than any operator of one input takes.
  EXPECT_THAT(Read([](ModelProto& model) {
                auto* node = model.mutable_graph()->mutable_node(0);
                for (int i = 0; i < 9; ++i) node->add_input(node->input(0));
              }),
              HasError(ErrorCode::kCorrupt, HasSubstr("checker")));
}

TEST(ReaderTest, RefusesConstantsThatDoNotFitTheirShape) {
  const auto tensor = [](const std::function<void(TensorProto&)>& change) {
    return Read([&](ModelProto& model) { change(*model.mutable_graph()->mutable_initializer(0)); });
  };
  EXPECT_THAT(tensor([](TensorProto& t) { t.add_dims(2); }),
              HasError(ErrorCode::kCorrupt, HasSubstr("constant 'w'")));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_dims(0, -3); }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_dims(0, INT64_MAX); }),
              HasError(ErrorCode::kCorrupt, HasSubstr("overflows")));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_dims(0, std::int64_t{1} << 40); }),
              HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_raw_data("12"); }),
              HasError(ErrorCode::kCorrupt, HasSubstr("expected 12 bytes")));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_data_type(17); }),
              HasError(ErrorCode::kUnsupported, HasSubstr("float8")));
  EXPECT_THAT(tensor([](TensorProto& t) { t.mutable_segment()->set_begin(0); }),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(tensor([](TensorProto& t) { t.set_name("w\n"); }),
              HasError(ErrorCode::kCorrupt, HasSubstr("printable")));
  EXPECT_THAT(Read([](ModelProto& model) { model.mutable_graph()->add_sparse_initializer(); }),
              HasError(ErrorCode::kUnsupported, HasSubstr("sparse")));
}

TEST(ReaderTest, ReadsEveryTypedField) {
  const auto read = [](TensorProto::DataType type, const std::function<void(TensorProto&)>& fill) {
    TensorProto proto;
    proto.set_data_type(type);
    proto.add_dims(2);
    fill(proto);
    return ReadTensorProto(Serialised(proto));
  };
  const auto int32s = [](std::int32_t a, std::int32_t b) {
    return [a, b](TensorProto& proto) {
      for (std::int32_t v : {a, b}) proto.add_int32_data(v);
    };
  };
  for (const auto type : {TensorProto::INT8, TensorProto::INT16, TensorProto::INT32}) {
    EXPECT_THAT(read(type, int32s(-128, 127))->AsInt64s(), ElementsAre(-128, 127));
  }
  EXPECT_THAT(read(TensorProto::UINT8, int32s(0, 255))->AsInt64s(), ElementsAre(0, 255));
  EXPECT_THAT(read(TensorProto::UINT16, int32s(0, 65535))->AsInt64s(), ElementsAre(0, 65535));
  EXPECT_THAT(read(TensorProto::BOOL, int32s(0, 1))->AsInt64s(), ElementsAre(0, 1));
  EXPECT_THAT(read(TensorProto::FLOAT16, int32s(0x3c00, 0xc000))->AsDoubles(), ElementsAre(1, -2));
  EXPECT_THAT(read(TensorProto::BFLOAT16, int32s(0x3f80, 0xc000))->AsDoubles(), ElementsAre(1, -2));
  EXPECT_THAT(read(TensorProto::INT64,
                   [](TensorProto& p) {
                     p.add_int64_data(INT64_MIN);
                     p.add_int64_data(7);
                   })
                  ->AsInt64s(),
              ElementsAre(INT64_MIN, 7));
  EXPECT_THAT(read(TensorProto::UINT32,
                   [](TensorProto& p) {
                     p.add_uint64_data(4294967295u);
                     p.add_uint64_data(7);
                   })
                  ->AsInt64s(),
              ElementsAre(4294967295, 7));
  EXPECT_THAT(read(TensorProto::DOUBLE,
                   [](TensorProto& p) {
                     p.add_double_data(0.1);
                     p.add_double_data(7);
                   })
                  ->AsDoubles(),
              ElementsAre(0.1, 7));
  EXPECT_EQ(read(TensorProto::COMPLEX64,
                 [](TensorProto& p) {
                   for (int i = 0; i < 4; ++i) p.add_float_data(1);
                 })
                ->bytes->size(),
            16u);
  EXPECT_THAT(read(TensorProto::STRING,
                   [](TensorProto& p) {
                     p.add_string_data("a");
                     p.add_string_data("");
                   })
                  ->strings,
              ElementsAre("a", ""));
  EXPECT_THAT(read(TensorProto::INT8, int32s(0, 128)), HasError(ErrorCode::kCorrupt, HasSubstr("128")));
  EXPECT_THAT(read(TensorProto::BOOL, int32s(0, 2)), HasError(ErrorCode::kCorrupt, HasSubstr("bool")));
  EXPECT_THAT(ReadTensorProto({}, "sequence"), HasError(ErrorCode::kUnsupported, HasSubstr("sequence")));
}

TEST(ReaderTest, LimitsSubgraphs) {
  const auto nested = [](int depth) {
    return Read([depth](ModelProto& model) {
      ::onnx::GraphProto* graph = model.mutable_graph();
      for (int i = 0; i < depth; ++i) {
        auto& node = *graph->add_node();
        node.set_op_type("Scan" + std::to_string(i));
        node.set_domain("com.example");
        node.add_output("v" + std::to_string(i));
        auto& attribute = *node.add_attribute();
        attribute.set_name("body");
        attribute.set_type(AttributeProto::GRAPH);
        graph = attribute.mutable_g();
        graph->set_name("g" + std::to_string(i));
      }
      auto& import = *model.add_opset_import();
      import.set_domain("com.example");
      import.set_version(1);
    });
  };
  EXPECT_THAT(nested(16), IsOk());
  EXPECT_THAT(nested(17), HasError(ErrorCode::kResourceLimit, HasSubstr("nested")));
  EXPECT_THAT(nested(5000), HasError(ErrorCode::kCorrupt)) << "protobuf stops before the stack does";
}

/// `f(a, b, scale) = Concat(Mul(a, b), Mul(a, b), axis=@axis)`, called twice.
void AddFunction(ModelProto& model) {
  auto& function = *model.add_functions();
  function.set_name("f");
  function.set_domain("local");
  for (const char* name : {"a", "b"}) function.add_input(name);
  function.add_output("out");
  function.add_attribute("axis");
  function.add_opset_import()->set_version(13);
  auto& multiply = *function.add_node();
  multiply.set_op_type("Mul");
  for (const char* name : {"a", "b"}) multiply.add_input(name);
  multiply.add_output("w");  // The name of a value outside.
  auto& concat = *function.add_node();
  concat.set_op_type("Concat");
  for (const char* name : {"w", "w"}) concat.add_input(name);
  concat.add_output("out");
  auto& axis = *concat.add_attribute();
  axis.set_name("axis");
  axis.set_type(AttributeProto::INT);
  axis.set_ref_attr_name("axis");
  auto& import = *model.add_opset_import();
  import.set_domain("local");
  import.set_version(1);
}

void AddCall(ModelProto& model, const std::string& input, const std::string& output) {
  auto& call = *model.mutable_graph()->add_node();
  call.set_op_type("f");
  call.set_domain("local");
  call.add_input(input);
  call.add_input(input);
  call.add_output(output);
  auto& axis = *call.add_attribute();
  axis.set_name("axis");
  axis.set_type(AttributeProto::INT);
  axis.set_i(0);
}

TEST(ReaderTest, InlinesFunctions) {
  CUPEL_ASSERT_OK(const graph::Graph graph, Read([](ModelProto& model) {
                    AddFunction(model);
                    AddCall(model, "y", "z");
                    AddCall(model, "z", "u");
                    model.mutable_graph()->mutable_output(0)->set_name("u");
                    model.mutable_graph()
                        ->mutable_output(0)
                        ->mutable_type()
                        ->mutable_tensor_type()
                        ->mutable_shape()
                        ->mutable_dim(0)
                        ->set_dim_value(12);
                  }));
  ASSERT_EQ(graph.nodes.size(), 5u);
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("y", "y"));
  EXPECT_THAT(graph.nodes[1].outputs, ElementsAre("f#1/w"));
  EXPECT_THAT(graph.nodes[2].inputs, ElementsAre("f#1/w", "f#1/w"));
  EXPECT_THAT(graph.nodes[2].outputs, ElementsAre("z"));
  EXPECT_EQ(graph.nodes[2].Integer("axis", -9), 0);
  EXPECT_THAT(graph.nodes[4].outputs, ElementsAre("u"));
  EXPECT_EQ(graph.value_infos.at("z").shape->at(0).value, 6);
}

TEST(ReaderTest, RefusesFunctionsThatCallThemselves) {
  EXPECT_THAT(Read([](ModelProto& model) {
                AddFunction(model);
                auto& inner = *model.mutable_functions(0)->mutable_node(0);
                inner.set_op_type("f");
                inner.set_domain("local");
                AddCall(model, "y", "z");
              }),
              HasError(ErrorCode::kResourceLimit, HasSubstr("must not call itself")));
}

TEST(ReaderTest, RefusesFunctionsOfAnotherOperatorSet) {
  EXPECT_THAT(Read([](ModelProto& model) {
                AddFunction(model);
                model.mutable_functions(0)->mutable_opset_import(0)->set_version(12);
              }),
              HasError(ErrorCode::kUnsupported, HasSubstr("inlined")));
}

/// A model in `folder` whose weight lies in `location` at `offset`.
std::filesystem::path WriteExternal(const ScratchFolder& folder, const std::string& location,
                                    const std::string& offset = "0", const std::string& length = "12") {
  const ModelProto model = Model([&](ModelProto& changed) {
    auto& weight = *changed.mutable_graph()->mutable_initializer(0);
    weight.clear_float_data();
    weight.set_data_location(TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair{"location", location}, {"offset", offset}, {"length", length}}) {
      auto& entry = *weight.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
  });
  CUPEL_CHECK(MakeFolder(folder / "model").has_value());
  CUPEL_CHECK(WriteFileAtomic(folder / "model/m.onnx", Serialised(model)).has_value());
  const graph::TensorValue data = graph::TensorValue::FromFloats({4}, {1, 2, 3, 4});
  CUPEL_CHECK(WriteFileAtomic(folder / "model/data.bin", *data.bytes).has_value());
  CUPEL_CHECK(WriteFileAtomic(folder / "secret.bin", *data.bytes).has_value());
  return folder / "model/m.onnx";
}

TEST(ExternalDataTest, ReadsFromTheModelsFolder) {
  const ScratchFolder folder;
  CUPEL_ASSERT_OK(const graph::Graph graph, ReadModel(WriteExternal(folder, "data.bin", "4")));
  EXPECT_THAT(graph.initializers.at("w").AsDoubles(), ElementsAre(2, 3, 4));
}

TEST(ExternalDataTest, NeverLeavesTheModelsFolder) {
  const ScratchFolder folder;
  EXPECT_THAT(ReadModel(WriteExternal(folder, "../secret.bin")),
              HasError(ErrorCode::kPermission, HasSubstr("'..'")));
  EXPECT_THAT(ReadModel(WriteExternal(folder, (folder / "secret.bin").string())),
              HasError(ErrorCode::kPermission));
  EXPECT_THAT(ReadModel(WriteExternal(folder, "")), HasError(ErrorCode::kPermission));
  std::filesystem::create_symlink("../secret.bin", folder / "model/link.bin");
  EXPECT_THAT(ReadModel(WriteExternal(folder, "link.bin")),
              HasError(ErrorCode::kPermission, HasSubstr("leads out")));
  std::filesystem::create_directory_symlink("..", folder / "model/up");
  EXPECT_THAT(ReadModel(WriteExternal(folder, "up/secret.bin")), HasError(ErrorCode::kPermission));
  std::filesystem::create_symlink("data.bin", folder / "model/inside.bin");
  EXPECT_THAT(ReadModel(WriteExternal(folder, "inside.bin")), IsOk());
}

TEST(ExternalDataTest, RefusesWhatIsMissingOrTooShort) {
  const ScratchFolder folder;
  EXPECT_THAT(ReadModel(WriteExternal(folder, "none.bin")),
              HasError(ErrorCode::kNotFound, HasSubstr("none.bin")));
  EXPECT_THAT(ReadModel(WriteExternal(folder, ".")),
              HasError(ErrorCode::kPermission, HasSubstr("regular file")));
  EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "8")),
              HasError(ErrorCode::kCorrupt, HasSubstr("16")));
  EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "18446744073709551615")),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "-4")),
              HasError(ErrorCode::kCorrupt, HasSubstr("offset")));
  EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "0", "13")), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(
      ReadModel(WriteExternal(folder, "data.bin"), {.file_bytes = 700, .graph = {.tensor_bytes = 11}}),
      HasError(ErrorCode::kResourceLimit));
}

TEST(ExternalDataTest, PiecesMayTouchOrOverlapAndEndWithTheFile) {
  const ScratchFolder folder;
  // 16 bytes: offsets 0 to 4 leave room for 12.
  for (const char* offset : {"0", "1", "4"}) {
    EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", offset)), IsOk()) << offset;
  }
  EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "5")),
              HasError(ErrorCode::kCorrupt, HasSubstr("expected 12 bytes at offset 5")));
  for (const char* number : {"", " 4", "4 ", "0x4", "4.0", "1e1", "+4", "18446744073709551616"}) {
    EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", number)),
                HasError(ErrorCode::kCorrupt, HasSubstr("constant 'w'")))
        << number;
    EXPECT_THAT(ReadModel(WriteExternal(folder, "data.bin", "0", number)), HasError(ErrorCode::kCorrupt))
        << number;
  }
}

TEST(ExternalDataTest, RefusesWhatIsNoFile) {
  const ScratchFolder folder;
  const auto read = [&](const std::string& location) { return ReadModel(WriteExternal(folder, location)); };
  EXPECT_THAT(read("./data.bin"), IsOk());
  EXPECT_THAT(read("sub/../data.bin"), HasError(ErrorCode::kPermission, HasSubstr("'..'")));
  EXPECT_THAT(read("data.bin/"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(read("data.bin/more"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(read(std::string("data.bin\0x", 10)), HasError(ErrorCode::kPermission));
  EXPECT_THAT(read(std::string(5000, 'a')), HasError(ErrorCode::kNotFound));
  ASSERT_EQ(::mkfifo((folder / "model/pipe").c_str(), 0600), 0);
  EXPECT_THAT(read("pipe"), HasError(ErrorCode::kPermission, HasSubstr("regular file")))
      << "would wait for ever";
  std::filesystem::create_symlink("loop", folder / "model/loop");
  EXPECT_THAT(read("loop"), HasError(ErrorCode::kNotFound));
  std::filesystem::create_symlink("/dev/zero", folder / "model/zero");
  EXPECT_THAT(read("zero"), HasError(ErrorCode::kPermission));
  // A folder whose name begins like the model's is another folder.
  ASSERT_THAT(MakeFolder(folder / "model2"), IsOk());
  ASSERT_THAT(WriteFileAtomic(folder / "model2/d.bin", std::string_view("0123456789ab")), IsOk());
  std::filesystem::create_symlink("../model2/d.bin", folder / "model/near.bin");
  EXPECT_THAT(read("near.bin"), HasError(ErrorCode::kPermission, HasSubstr("leads out")));
}

TEST(ExternalDataTest, AModelMayLieBehindALinkOrInTheWorkingFolder) {
  const ScratchFolder folder;
  WriteExternal(folder, "data.bin");
  std::filesystem::create_directory_symlink("model", folder / "alias");
  EXPECT_THAT(ReadModel(folder / "alias/m.onnx"), IsOk());
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "model");
  EXPECT_THAT(ReadModel("m.onnx"), IsOk());
  std::filesystem::current_path(before);
}

TEST(ExternalDataTest, NeedsAFolder) {
  const ScratchFolder folder;
  CUPEL_ASSERT_OK(const Bytes bytes, ReadFile(WriteExternal(folder, "data.bin")));
  EXPECT_THAT(ReadModelFromBytes(bytes), HasError(ErrorCode::kPermission, HasSubstr("without a folder")));
  EXPECT_THAT(ReadModelFromBytes(bytes, folder / "model"), IsOk());
}

}  // namespace
}  // namespace cupel::algorithm::onnx
