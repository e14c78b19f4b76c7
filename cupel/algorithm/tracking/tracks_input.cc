// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/tracks_input.h"

#include "cupel/data/annotation/mot.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::MotRole;
using data::annotation::ReadMot;

Result<std::unique_ptr<scheme::Input>> ReadTracks(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "tracks are compared with a truth", sources.predictions.string(),
                "give it with --truth");
  }
  CUPEL_TRY(data::annotation::Annotations truth, ReadMot(*sources.truth, MotRole::kTruth));
  CUPEL_TRY(data::annotation::Annotations answer, ReadMot(sources.predictions, MotRole::kAnswer));
  return std::make_unique<TracksInput>(std::move(truth), std::move(answer));
}

}  // namespace

const scheme::InputFormat kTracks = {
    .name = "tracks",
    .meaning =
        {"MOTChallenge text, a file or a folder with one file a video; a line is "
         "frame,id,left,top,width,height,confidence,class and the truth's confidence 0 marks a box that "
         "does not count",
         "MOTChallenge 文本：一个文件，或每个视频一个文件的文件夹；每行为 "
         "frame,id,left,top,width,height,confidence,class，真值中 confidence 为 0 的框不计入"},
    .needs_truth = true,
    .read = ReadTracks};

}  // namespace cupel::algorithm::tracking
