// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/tracks_input.h"

#include "cupel/data/annotation/mot.h"
#include "cupel/data/annotation/read.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::MotRole;
using data::annotation::ReadMot;

/// A format that says what it is, or else MOTChallenge text, which does not.
Result<data::annotation::Annotations> ReadEither(const std::filesystem::path& path, MotRole role) {
  if (std::filesystem::is_directory(path)) return ReadMot(path, role);
  Result<data::annotation::Annotations> read = data::annotation::Read(path, std::nullopt);
  if (!read && read.error().code == ErrorCode::kUnsupported) return ReadMot(path, role);
  return read;
}

Result<std::unique_ptr<scheme::Input>> ReadTracks(const scheme::Sources& sources) {
  if (!sources.truth) {
    return Fail(ErrorCode::kInvalidArgument, "tracks are compared with a truth", sources.predictions.string(),
                "give it with --truth");
  }
  CUPEL_TRY(data::annotation::Annotations truth, ReadEither(*sources.truth, MotRole::kTruth));
  CUPEL_TRY(data::annotation::Annotations answer, ReadEither(sources.predictions, MotRole::kAnswer));
  return std::make_unique<TracksInput>(std::move(truth), std::move(answer));
}

}  // namespace

const scheme::InputFormat kTracks = {
    .name = "tracks",
    .meaning =
        {"annotations (docs/formats/annotations.md), or MOTChallenge text, a file or a folder with one file "
         "a video; a line is "
         "frame,id,left,top,width,height,confidence,class and the truth's confidence 0 marks a box that "
         "does not count",
         "标注文件（docs/formats/annotations.md），或 MOTChallenge "
         "文本：一个文件，或每个视频一个文件的文件夹；每行为 "
         "frame,id,left,top,width,height,confidence,class，真值中 confidence 为 0 的框不计入"},
    .needs_truth = true,
    .read = ReadTracks};

}  // namespace cupel::algorithm::tracking
