// SPDX-License-Identifier: Apache-2.0
// The methods on two trained networks against plain PyTorch (attributions_golden.py wrote the numbers).
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

/// The same formula as in the script.
std::vector<float> DrawnPicture() {
  std::vector<float> x;
  for (int i = 0; i < 784; ++i) {
    const int row = i / 28;
    const int column = i % 28;
    const bool inside = row > 3 && row < 25 && column > 5 && column < 22;
    const double value =
        0.5 + 0.25 * std::sin(0.37 * row) + 0.25 * std::cos(0.23 * column * (1 + row / 28.0));
    x.push_back(inside ? static_cast<float>(value) : 0.0F);
  }
  return x;
}

class AttributionsGoldenTest : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(AttributionsGoldenTest, EqualPlainPyTorch) {
  const auto& [network, id] = GetParam();
  const std::filesystem::path root = CUPEL_SOURCE_DIR;
  CUPEL_ASSERT_OK(const std::string text,
                  ReadTextFile(root / "cupel/algorithm/explain/attributions_golden.json"));
  CUPEL_ASSERT_OK(const Json golden, Json::Parse(text));
  CUPEL_ASSERT_OK(const graph::Graph graph,
                  onnx::ReadModel(root / "examples/fashion" / (std::string(network) + ".onnx")));
  executor::ClassifierOptions options;
  options.sample_shape = {1, 28, 28};
  CUPEL_ASSERT_OK(const auto classifier, executor::Classifier::Create(graph, options));
  const ClassifierExecutor search(*classifier);
  MethodOptions settings;
  settings.points = static_cast<std::int64_t>(golden["points"].AsNumber());
  settings.window = 4;
  settings.stride = 2;
  CUPEL_ASSERT_OK(const Method* method, FindMethod(id));
  CUPEL_ASSERT_OK(const auto attribution, method->prepare(search.model(), settings));
  const std::vector<float> x = DrawnPicture();
  const std::vector<float> baseline(x.size(), 0.0F);
  const Json& expected = golden[network];
  CUPEL_ASSERT_OK(
      const Explanation explanation,
      attribution->Explain({x, baseline, static_cast<std::int32_t>(expected["class"].AsNumber()), 0}));
  const double largest = expected[id]["largest"].AsNumber();
  const auto& values = expected[id]["values"].AsArray();
  ASSERT_EQ(values.size(), 112U);
  double sum = 0;
  for (const double value : explanation.values) sum += value;
  for (std::size_t k = 0; k < values.size(); ++k)
    EXPECT_NEAR(explanation.values[7 * k], values[k].AsNumber(), 1e-5 * largest) << "place " << 7 * k;
  EXPECT_NEAR(sum, expected[id]["sum"].AsNumber(), 1e-5 * largest * 784);
  if (std::string_view(id) == "deeplift") {
    EXPECT_TRUE(explanation.Holds());
    EXPECT_NEAR(explanation.completeness->difference, expected["difference"].AsNumber(), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, AttributionsGoldenTest,
                         ::testing::Combine(::testing::Values("lenet", "resnet"),
                                            ::testing::Values("saliency", "input-x-gradient",
                                                              "integrated-gradients", "grad-cam", "deeplift",
                                                              "occlusion")),
                         [](const auto& one) {
                           std::string name =
                               std::string(std::get<0>(one.param)) + "_" + std::get<1>(one.param);
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace cupel::algorithm::explain
