// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The generated pictures and what the references say about them (tests/golden/segmentation/generate.py).

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/segmentation/label_map.h"
#include "cupel/base/file.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::segmentation::test_support {

inline std::string GoldenFolder() { return std::string(CUPEL_SOURCE_DIR) + "/tests/golden/segmentation/"; }

inline Json Golden(std::string_view part) {
  const Result<std::string> text = ReadTextFile(GoldenFolder() + "golden.json");
  if (!text) return {};
  const Result<Json> all = Json::Parse(*text);
  return all ? (*all)[part] : Json();
}

/// "classes", "objects", "panoptic", "volumes".
inline std::vector<LabelPair> GoldenPairs(const std::string& name) {
  const std::string path = GoldenFolder() + name;
  const auto input = kLabelMaps.read({.predictions = path + "-answer.npy", .truth = path + "-truth.npy"});
  if (!input) {
    ADD_FAILURE() << input.error().ToString();
    return {};
  }
  return dynamic_cast<const LabelsInput&>(**input).pairs();
}

/// null stands for no value.
inline void ExpectSaid(const Json& said, const std::optional<double>& ours, double tolerance) {
  if (said.IsNull()) {
    EXPECT_FALSE(ours.has_value()) << *ours;
    return;
  }
  ASSERT_TRUE(said.IsNumber());
  ASSERT_TRUE(ours.has_value()) << "said " << said.AsNumber();
  EXPECT_NEAR(said.AsNumber(), *ours, tolerance);
}

/// float32 figures of MONAI.
inline constexpr double kFloatTolerance = 2e-6;
inline constexpr double kDoubleTolerance = 1e-12;

}  // namespace cupel::algorithm::segmentation::test_support
