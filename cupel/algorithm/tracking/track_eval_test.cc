// SPDX-License-Identifier: Apache-2.0

/// Against TrackEval, on four generated videos (tests/golden/tracking/generate.py: occlusions, swapped names,
/// ghosts, frames without truth or answers, distractors, boxes that coincide, a video without answers).

#include <gmock/gmock.h>

#include <string>

#include "cupel/algorithm/tracking/clear.h"
#include "cupel/algorithm/tracking/hota.h"
#include "cupel/algorithm/tracking/identity.h"
#include "cupel/algorithm/tracking/units.h"
#include "cupel/base/file.h"
#include "cupel/data/annotation/mot.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::Annotations;
using data::annotation::MotRole;

constexpr double kTolerance = 1e-12;
const std::string kFolder = std::string(CUPEL_SOURCE_DIR) + "/tests/golden/tracking/";

class TrackEvalTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    CUPEL_ASSERT_OK(const std::string text, ReadTextFile(kFolder + "golden.json"));
    CUPEL_ASSERT_OK(const Json golden, Json::Parse(text));
    golden_ = golden[GetParam()];
    CUPEL_ASSERT_OK(const Annotations truth, ReadMot(kFolder + "truth", MotRole::kTruth));
    CUPEL_ASSERT_OK(const Annotations answer, ReadMot(kFolder + "answer", MotRole::kAnswer));
    CUPEL_ASSERT_OK(const Protocol protocol, ParseProtocol(GetParam()));
    CUPEL_ASSERT_OK(sequences_, MakeSequences(truth, answer, protocol));
    ASSERT_EQ(sequences_.size(), 4U);
  }

  /// What TrackEval says of a video, or of all.
  double Said(const std::string& video, const std::string& key) const {
    return golden_[video][key].AsNumber();
  }

  Json golden_;
  std::vector<Sequence> sequences_;
};

void ExpectAlphas(const Json& said, const ByAlpha& ours) {
  ASSERT_EQ(said.AsArray().size(), kAlphas);
  for (std::size_t a = 0; a < kAlphas; ++a) {
    EXPECT_NEAR(said.AsArray()[a].AsNumber(), ours[a], kTolerance) << "alpha " << Alpha(a);
  }
}

void ExpectHota(const Json& said, const HotaCounts& counts) {
  const HotaFigures figures = ComputeHota(counts);
  for (const auto& [key, values] :
       {std::pair("HOTA_TP", &counts.tp), std::pair("HOTA_FN", &counts.fn), std::pair("HOTA_FP", &counts.fp),
        std::pair("HOTA", &figures.hota), std::pair("DetA", &figures.det_a),
        std::pair("AssA", &figures.ass_a), std::pair("DetRe", &figures.det_re),
        std::pair("DetPr", &figures.det_pr), std::pair("AssRe", &figures.ass_re),
        std::pair("AssPr", &figures.ass_pr), std::pair("LocA", &figures.loc_a)}) {
    SCOPED_TRACE(key);
    ExpectAlphas(said[key], *values);
  }
}

TEST_P(TrackEvalTest, HotaAgreesOnGeneratedVideos) {
  HotaCounts all;
  for (const Sequence& sequence : sequences_) {
    SCOPED_TRACE(sequence.name);
    const std::vector<HotaCounts> counts = CountHota(sequence, 1);
    ExpectHota(golden_[sequence.name], counts.front());
    all.Add(counts.front(), 1);
  }
  ExpectHota(golden_["all"], all);
}

TEST_P(TrackEvalTest, ClearAgreesOnGeneratedVideos) {
  ClearCounts all;
  for (const Sequence& sequence : sequences_) {
    SCOPED_TRACE(sequence.name);
    const ClearCounts counts = CountClear(sequence, 0.5, ClearMode::kCompatible, 1).front();
    EXPECT_EQ(counts.tp, Said(sequence.name, "CLR_TP"));
    EXPECT_EQ(counts.fn, Said(sequence.name, "CLR_FN"));
    EXPECT_EQ(counts.fp, Said(sequence.name, "CLR_FP"));
    EXPECT_EQ(counts.id_switches, Said(sequence.name, "IDSW"));
    EXPECT_EQ(counts.fragments, Said(sequence.name, "Frag"));
    EXPECT_EQ(counts.mostly_tracked, Said(sequence.name, "MT"));
    EXPECT_EQ(counts.partly_tracked, Said(sequence.name, "PT"));
    EXPECT_EQ(counts.mostly_lost, Said(sequence.name, "ML"));
    EXPECT_EQ(counts.frames, Said(sequence.name, "CLR_Frames"));
    all.Add(counts, 1);
  }
  const ClearFigures figures = ComputeClear(all);
  EXPECT_NEAR(figures.mota, Said("all", "MOTA"), kTolerance);
  EXPECT_NEAR(figures.moda, Said("all", "MODA"), kTolerance);
  EXPECT_NEAR(figures.motp, Said("all", "MOTP"), kTolerance);
  EXPECT_NEAR(figures.recall, Said("all", "CLR_Re"), kTolerance);
  EXPECT_NEAR(figures.precision, Said("all", "CLR_Pr"), kTolerance);
  EXPECT_NEAR(figures.false_alarms_per_frame, Said("all", "FP_per_frame"), kTolerance);
}

TEST_P(TrackEvalTest, IdentityAgreesOnGeneratedVideos) {
  IdentityCounts all;
  for (const Sequence& sequence : sequences_) {
    SCOPED_TRACE(sequence.name);
    CUPEL_ASSERT_OK(const std::vector<IdentityCounts> counts, CountIdentity(sequence, 0.5, 1));
    EXPECT_EQ(counts.front().tp, Said(sequence.name, "IDTP"));
    EXPECT_EQ(counts.front().fn, Said(sequence.name, "IDFN"));
    EXPECT_EQ(counts.front().fp, Said(sequence.name, "IDFP"));
    all.Add(counts.front(), 1);
  }
  const IdentityFigures figures = ComputeIdentity(all);
  EXPECT_NEAR(figures.f1, Said("all", "IDF1"), kTolerance);
  EXPECT_NEAR(figures.precision, Said("all", "IDP"), kTolerance);
  EXPECT_NEAR(figures.recall, Said("all", "IDR"), kTolerance);
}

/// TrackEval leaves the frames of the video without answers out; the corrected mode does not.
TEST_P(TrackEvalTest, CorrectedFalseAlarmsCountEveryFrame) {
  double frames = 0, all = 0;
  for (const Sequence& sequence : sequences_) {
    frames += CountClear(sequence, 0.5, ClearMode::kCorrected, 1).front().frames;
    all += static_cast<double>(sequence.frames);
  }
  EXPECT_EQ(frames, all);
  EXPECT_GT(all, Said("all", "CLR_Frames"));
}

/// Blocks only say where a count stands; their sum is the video's.
TEST_P(TrackEvalTest, BlocksAddUpToTheVideo) {
  const Sequence& sequence = sequences_.back();
  HotaCounts hota;
  for (const HotaCounts& block : CountHota(sequence, 7)) hota.Add(block, 1);
  ExpectHota(golden_[sequence.name], hota);
  ClearCounts clear;
  for (const ClearCounts& block : CountClear(sequence, 0.5, ClearMode::kCompatible, 7)) clear.Add(block, 1);
  EXPECT_EQ(clear.fragments, Said(sequence.name, "Frag"));
  EXPECT_EQ(clear.frames, Said(sequence.name, "CLR_Frames"));
  CUPEL_ASSERT_OK(const std::vector<IdentityCounts> blocks, CountIdentity(sequence, 0.5, 7));
  IdentityCounts identity;
  for (const IdentityCounts& block : blocks) identity.Add(block, 1);
  EXPECT_EQ(identity.tp, Said(sequence.name, "IDTP"));
}

INSTANTIATE_TEST_SUITE_P(Protocols, TrackEvalTest, ::testing::Values("plain", "mot17", "mot20"));

}  // namespace
}  // namespace cupel::algorithm::tracking
