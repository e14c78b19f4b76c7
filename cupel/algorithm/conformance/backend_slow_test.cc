// SPDX-License-Identifier: Apache-2.0
// The bar of conformance on ONNX's own backend tests (Debian libonnx-testdata 1.12), and a broken twin that must not pass it.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "cupel/algorithm/conformance/conformance.h"
#include "cupel/base/parallel.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::conformance {
namespace {

const std::filesystem::path kBackendTests = "/usr/share/libonnx-testdata/data";

class BackendConformance : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kBackendTests)) GTEST_SKIP() << "install libonnx-testdata for ONNX's backend tests";
  }
};

ConformanceReport Report(const ConformanceOptions& options) {
  const auto report = RunConformance(kBackendTests, options);
  EXPECT_TRUE(report) << (report ? "" : report.error().ToString());
  return report.value_or(ConformanceReport{});
}

TEST_F(BackendConformance, ReachesTheBarAndAccountsForEveryTest) {
  const ConformanceReport report = Report({.workers = AvailableProcessors(), .filter = {}, .runner = {}});
  const std::string text = report.ToText();
  std::fwrite(text.data(), 1, text.size(), stdout);
  auto suites = report.BySuite();
  EXPECT_EQ(suites["node"].total(), 810);
  EXPECT_EQ(suites["node-expanded"].total(), 122);
  EXPECT_EQ(suites["pytorch-converted"].total(), 82);
  EXPECT_EQ(suites["pytorch-operator"].total(), 35);
  EXPECT_EQ(suites["simple"].total(), 23);
  EXPECT_GE(suites["node"].passed, 700);
  EXPECT_EQ(suites["pytorch-converted"].passed, 82);
  EXPECT_GE(suites["pytorch-operator"].passed, 30);
  for (const TestResult& test : report.tests) {
    EXPECT_NE(test.name, "");
    if (test.outcome != Outcome::kPassed) {
      EXPECT_NE(test.reason, "") << test.suite << "/" << test.name;
    }
  }
}

// Every floating output is one percent too large: whatever holds a number above the tolerance must fail.
Result<std::vector<graph::TensorValue>> OnePercentTooLarge(const graph::Graph& graph, std::span<const graph::TensorValue> inputs) {
  CUPEL_TRY(std::vector<graph::TensorValue> outputs, GradientRunner()(graph, inputs));
  for (graph::TensorValue& output : outputs) {
    if (output.type != graph::DataType::kFloat32) continue;
    std::vector<float> values;
    for (const double value : output.AsDoubles()) values.push_back(static_cast<float>(value * 1.01 + 1e-3));
    output = graph::TensorValue::FromFloats(output.shape, values);
  }
  return outputs;
}

TEST_F(BackendConformance, BrokenTwinFailsWhereTheExecutorPasses) {
  for (const std::string suite : {"pytorch-converted/", "node/test_reduce_"}) {
    const ConformanceReport report = Report({.workers = AvailableProcessors(), .filter = suite, .runner = OnePercentTooLarge});
    ASSERT_FALSE(report.tests.empty());
    for (const TestResult& test : report.tests) {
      EXPECT_EQ(test.outcome, Outcome::kFailed) << test.suite << "/" << test.name;
      EXPECT_NE(test.reason.find("expected"), std::string::npos) << test.reason;
    }
  }
}

}  // namespace
}  // namespace cupel::algorithm::conformance
