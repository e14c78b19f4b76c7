// SPDX-License-Identifier: Apache-2.0
#pragma once

/// MOTChallenge text: tracks of boxes, one box a line, one file a video.
///
///     frame, id, left, top, width, height, confidence, class, visibility
///
/// frame counts from 1 (and from 0 in Annotations). Fields are separated by commas, or by spaces where a line
/// has no comma; what stands after the eighth is not read. In a truth, a confidence of 0 marks a box that
/// does not count (`Object::ignore`) and class is 1 to 13 as MOT16 numbers them (1 is a pedestrian), 1 when
/// there is none. In answers the confidence is the score, 1 when there is none, and the eighth field (x of a
/// point in the world, -1) is not read.
///
/// A folder is a set of videos, sorted by name: either `NAME.txt`, or the benchmark's own layout
/// `NAME/gt/gt.txt` with the number of frames and the frame rate in `NAME/seqinfo.ini`, if that is there (it
/// gives the source's duration; without it a video ends with its last box).
///
/// Not promised: MOTS masks, KITTI's format. Source: Milan et al. 2016 (MOT16), section 3.2;
/// motchallenge.net.

#include <filesystem>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

enum class MotRole { kTruth, kAnswer };

/// Largest frame number of a video: 115 days at 1 frame a second, 4 at 25.
inline constexpr std::int64_t kMaxMotFrame = 10'000'000;

/// One video. name: of the source, and how messages call the text. Empty text: a video without objects.
/// Errors: kCorrupt with the line for a field that is missing or no number, a frame outside 1 ..
/// kMaxMotFrame, an id that is no integer or negative, a size that is negative or not finite, a class
/// outside 1 .. 13 in a truth, or an id twice in a frame.
Result<Annotations> ParseMot(std::string_view text, std::string_view name, MotRole role);

/// A file, or a folder of videos. Errors: those of ParseMot; kNotFound, also for a folder without videos;
/// kCorrupt for a seqinfo.ini without a number where seqLength or frameRate stands.
Result<Annotations> ReadMot(const std::filesystem::path& path, MotRole role);

}  // namespace cupel::data::annotation
