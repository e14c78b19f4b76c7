// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs schemes of the family on files and holds them to tests/golden/biometric/expected.json.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/algorithm/biometric/family.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::biometric {

inline std::filesystem::path GoldenFile(const std::string& name) {
  return std::filesystem::path(CUPEL_SOURCE_DIR) / "tests/golden/biometric" / name;
}

/// A test that writes its own input.
class FilesTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(const std::string& text) {
    const std::filesystem::path path = folder_.path() / "input.csv";
    EXPECT_TRUE(WriteFileAtomic(path, text).has_value());
    return path;
  }
  testing::ScratchFolder folder_;
};

/// What `cupel evaluate --scheme CALL FILE` computes.
inline Result<scheme::Evaluation> Evaluate(const std::string& call, const std::filesystem::path& file) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call parsed, scheme::ParseCall(call, known));
  CUPEL_TRY(const auto input, parsed.scheme->input->read({file, {}}));
  return parsed.scheme->evaluate(*input, parsed.parameters, {.replicates = 200});
}

/// Every expected figure whose scheme is `id`: "id@parameter=value" is its value, ".../name" another metric.
/// Returns how many were compared. prefix: "full:" for a second file of the same scheme.
inline int ExpectGolden(const std::string& id, const std::string& file, double tolerance,
                        const std::string& prefix = "", const std::string& without = "\n") {
  const auto text = ReadTextFile(GoldenFile("expected.json"));
  const auto expected = Json::Parse(text.value_or(""));
  if (!expected) return 0;
  int compared = 0;
  for (const auto& [key, value] : expected->AsObject()) {
    const std::string whole = prefix + id;
    if (!key.starts_with(whole) || key.find(without) != std::string::npos) continue;
    const std::string rest = key.substr(whole.size());
    if (!rest.empty() && rest[0] != '@' && rest[0] != '/') continue;
    const std::string call = key.substr(prefix.size(), key.find('/') - prefix.size());
    const std::string name = key.find('/') == std::string::npos ? "value" : key.substr(key.find('/') + 1);
    const auto evaluation = Evaluate(call, GoldenFile(file));
    EXPECT_TRUE(evaluation.has_value()) << key;
    if (!evaluation) continue;
    const check::Metric* metric = check::FindMetric(evaluation->metrics, name);
    EXPECT_NE(metric, nullptr) << key;
    if (metric == nullptr) continue;
    EXPECT_NEAR(metric->value, value.AsNumber(), tolerance) << key;
    if (metric->interval) {
      EXPECT_LE(metric->interval->low, metric->value + 0.01) << key;
      EXPECT_GE(metric->interval->high, metric->value - 0.01) << key;
    }
    ++compared;
  }
  return compared;
}

}  // namespace cupel::algorithm::biometric
