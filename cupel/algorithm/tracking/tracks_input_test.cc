// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/tracks_input.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/tracking/family.h"
#include "cupel/base/file.h"
#include "cupel/data/annotation/jsonl.h"
#include "cupel/data/annotation/mot.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::Annotations;
using data::annotation::MotRole;
using data::annotation::ReadMot;

const std::filesystem::path kExample = std::filesystem::path(CUPEL_SOURCE_DIR) / "examples/tracking";

Result<double> ValueOf(const scheme::Scheme& scheme, const scheme::Sources& sources) {
  CUPEL_TRY(const std::unique_ptr<scheme::Input> input, scheme.input->read(sources));
  check::Description description;
  description.id = scheme.id;
  description.parameters = scheme.parameters;
  CUPEL_TRY(const check::Parameters parameters, check::Parameters::Create(description, Json()));
  CUPEL_TRY(const scheme::Evaluation evaluation, scheme.evaluate(*input, parameters, {.replicates = 100}));
  return evaluation.metrics.front().value;
}

// The one label file (docs/formats/annotations.md) and MOTChallenge text say the same, so every figure is
// equal.
TEST(TracksInputTest, AnnotationsAndMotTextGiveTheSameFigures) {
  const cupel::testing::ScratchFolder folder;
  for (const auto& [name, role] : {std::pair{"truth", MotRole::kTruth}, {"answer", MotRole::kAnswer}}) {
    CUPEL_ASSERT_OK(const Annotations read, ReadMot(kExample / (std::string(name) + ".txt"), role));
    ASSERT_TRUE(
        WriteFileAtomic(folder / (std::string(name) + ".jsonl"), data::annotation::WriteJsonLines(read))
            .has_value());
  }
  int compared = 0;
  for (const scheme::Scheme& scheme : Family().schemes) {
    if (scheme.input != &kTracks) continue;
    SCOPED_TRACE(scheme.id);
    const Result<double> mot =
        ValueOf(scheme, {.predictions = kExample / "answer.txt", .truth = kExample / "truth.txt"});
    const Result<double> jsonl =
        ValueOf(scheme, {.predictions = folder / "answer.jsonl", .truth = folder / "truth.jsonl"});
    ASSERT_EQ(mot.has_value(), jsonl.has_value());
    if (!mot) continue;
    EXPECT_EQ(*mot, *jsonl);
    ++compared;
  }
  EXPECT_GE(compared, 3);
}

}  // namespace
}  // namespace cupel::algorithm::tracking
