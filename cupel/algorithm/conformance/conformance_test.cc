// SPDX-License-Identifier: Apache-2.0
// Small hand-made suites: every way in which a test can end.
#include "cupel/algorithm/conformance/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/onnx/writer.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::conformance {
namespace {

using cupel::testing::HasError;
using cupel::testing::ScratchFolder;
using graph::TensorValue;
using ::testing::HasSubstr;

graph::ValueInfo Vector(const char* name) {
  return {.name = name, .type = graph::DataType::kFloat32, .shape = std::vector<graph::Dimension>{{3, ""}}};
}

graph::Graph OneNode(const std::string& op_type) {
  graph::Graph graph;
  graph.name = "test";
  graph.opsets[""] = 13;
  graph.inputs = {Vector("x")};
  graph.outputs = {Vector("y")};
  graph.nodes = {{"", op_type, "", {"x"}, {"y"}, {}}};
  return graph;
}

class Conformance : public ::testing::Test {
 protected:
  void AddModel(const std::string& test, const graph::Graph& graph) {
    CUPEL_CHECK(MakeFolder(folder_ / test / "test_data_set_0").has_value());
    const auto bytes = onnx::WriteModel(graph);
    ASSERT_TRUE(bytes) << bytes.error().ToString();
    CUPEL_CHECK(WriteFileAtomic(folder_ / test / "model.onnx", *bytes).has_value());
  }
  void AddValue(const std::string& test, const std::string& file, const std::vector<float>& values) {
    const auto value = TensorValue::FromFloats({static_cast<std::int64_t>(values.size())}, values);
    const auto bytes = onnx::WriteTensorProto(value);
    CUPEL_CHECK(bytes.has_value());
    CUPEL_CHECK(WriteFileAtomic(folder_ / test / "test_data_set_0" / file, *bytes).has_value());
  }
  void AddTest(const std::string& test, const std::string& op_type, const std::vector<float>& input,
               const std::vector<float>& output) {
    AddModel(test, OneNode(op_type));
    AddValue(test, "input_0.pb", input);
    AddValue(test, "output_0.pb", output);
  }
  ConformanceReport Report(const ConformanceOptions& options = {}) {
    const auto report = RunConformance(folder_.path(), options);
    EXPECT_TRUE(report) << report.error().ToString();
    return report.value_or(ConformanceReport{});
  }

  ScratchFolder folder_;
};

TEST_F(Conformance, PassesFailsAndDeclines) {
  AddTest("node/test_abs", "Abs", {-1, 2, -3}, {1, 2, 3});
  AddTest("node/test_neg", "Neg", {-1, 2, -3}, {1, -2, 4});
  AddTest("simple/test_odd", "NonZero", {-1, 2, -3}, {1, 2, 3});
  const ConformanceReport report = Report();
  ASSERT_EQ(report.tests.size(), 3U);
  EXPECT_EQ(report.tests[0].outcome, Outcome::kPassed);
  EXPECT_EQ(report.tests[1].outcome, Outcome::kFailed);
  EXPECT_THAT(report.tests[1].reason, HasSubstr("output 0 at [2]: expected 4, got 3"));
  EXPECT_THAT(report.tests[2].reason, HasSubstr("expected type float32, got int64"));
  EXPECT_EQ(report.BySuite().at("node").passed, 1);
  EXPECT_EQ(report.BySuite().at("node").failed, 1);
  EXPECT_EQ(report.ByOperator().at("Neg").failed, 1);
}

TEST_F(Conformance, FailsATestWithMissingData) {
  AddModel("node/test_abs", OneNode("Abs"));
  EXPECT_THAT(Report().tests.at(0).reason, HasSubstr("1 inputs, the test 0"));
  AddValue("node/test_abs", "input_0.pb", {1, 2, 3});
  EXPECT_THAT(Report().tests.at(0).reason, HasSubstr("1 outputs, the test 0"));
  std::filesystem::remove_all(folder_ / "node/test_abs/test_data_set_0");
  EXPECT_THAT(Report().tests.at(0).reason, HasSubstr("no data"));
  EXPECT_EQ(Report().tests.at(0).outcome, Outcome::kFailed);
}

TEST_F(Conformance, FailsOnDamageAndDeclinesOnlyWhatIsSaidToBeUnsupported) {
  AddTest("node/test_abs", "Abs", {1, 2, 3}, {1, 2, 3});
  const auto outcome = [&](ErrorCode code) {
    const GraphRunner runner = [code](const graph::Graph&,
                                      std::span<const TensorValue>) -> Result<std::vector<TensorValue>> {
      return Fail(code, "because");
    };
    return Report({.filter = {}, .runner = runner}).tests.at(0).outcome;
  };
  EXPECT_EQ(outcome(ErrorCode::kUnsupported), Outcome::kUnsupported);
  for (const ErrorCode code :
       {ErrorCode::kInternal, ErrorCode::kInvalidArgument, ErrorCode::kResourceLimit}) {
    EXPECT_EQ(outcome(code), Outcome::kFailed);
  }
  CUPEL_CHECK(
      WriteFileAtomic(folder_ / "node/test_abs/model.onnx", std::string_view("not a model")).has_value());
  EXPECT_EQ(Report().tests.at(0).outcome, Outcome::kFailed);
  EXPECT_EQ(Report().ByOperator().at("(unreadable)").failed, 1);
}

TEST_F(Conformance, BrokenTwinOfAnOperatorFails) {
  AddTest("node/test_exp", "Exp", {0, 1, 2}, {1, 2.7182817F, 7.389056F});
  EXPECT_EQ(Report().tests.at(0).outcome, Outcome::kPassed);
  const GraphRunner one_percent_off =
      [](const graph::Graph& graph, std::span<const TensorValue> inputs) -> Result<std::vector<TensorValue>> {
    CUPEL_TRY(std::vector<TensorValue> outputs, GradientRunner()(graph, inputs));
    std::vector<float> values;
    for (const double value : outputs[0].AsDoubles()) values.push_back(static_cast<float>(value * 1.01));
    outputs[0] = TensorValue::FromFloats(outputs[0].shape, values);
    return outputs;
  };
  const auto report = Report({.filter = {}, .runner = one_percent_off});
  EXPECT_EQ(report.tests.at(0).outcome, Outcome::kFailed);
  EXPECT_THAT(report.tests.at(0).reason, HasSubstr("expected 1, got 1.0"));
}

TEST_F(Conformance, CountsExpandedTestsApartAndFilters) {
  AddTest("node/test_abs", "Abs", {1, 2, 3}, {1, 2, 3});
  AddTest("node/test_abs_expanded", "Abs", {1, 2, 3}, {1, 2, 3});
  EXPECT_EQ(Report().BySuite().at("node-expanded").passed, 1);
  EXPECT_EQ(Report().BySuite().at("node").total(), 1);
  EXPECT_EQ(Report({.filter = "node-exp", .runner = {}}).tests.size(), 1U);
}

TEST_F(Conformance, ReportsAsJsonAndAsText) {
  AddTest("node/test_abs", "Abs", {-1, 2, -3}, {1, 2, 3});
  AddTest("node/test_neg", "Neg", {-1, 2, -3}, {1, -2, 4});
  const ConformanceReport report = Report({.workers = 2, .filter = {}, .runner = {}});
  const Json json = report.ToJson();
  EXPECT_EQ(json["suites"]["node"]["passed"], Json(1));
  EXPECT_EQ(json["suites"]["node"]["total"], Json(2));
  EXPECT_EQ(json["operators"]["Neg"]["failed"], Json(1));
  EXPECT_EQ(json["tests"].AsArray().at(0)["outcome"], Json("passed"));
  EXPECT_TRUE(Json::Parse(json.Canonical()));
  EXPECT_THAT(report.ToText(), HasSubstr("node/test_neg: output 0 at [2]: expected 4, got 3"));
  EXPECT_THAT(report.ToText(), HasSubstr("and 1 operators pass all their tests"));
}

TEST_F(Conformance, RefusesAFolderWithoutSuites) {
  EXPECT_THAT(RunConformance(folder_.path()), HasError(ErrorCode::kNotFound, HasSubstr("libonnx-testdata")));
}

}  // namespace
}  // namespace cupel::algorithm::conformance
