// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Activities as NIST's ActEV evaluations exchange them: a JSON file of activity instances, and a file index
/// with each video's frame rate and the frames that are evaluated.
///
/// An instance becomes an event; frame f begins at f / framerate seconds. `presenceConf` is the score. An
/// instance must lie in one video and be one interval; objects inside instances are not read.
/// Source: ActEV evaluation plans, sections on file formats.

#include <string>
#include <string_view>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// file_index: text of {"video.mp4": {"framerate": 30.0, "selected": {"1": 1, "4001": 0}}}; its videos are
/// the sources, `frames` of each the number of selected ones.
/// Errors: kCorrupt with the instance's position; kInvalidArgument for a video that the index lacks;
/// kUnsupported for an instance of several videos or intervals.
Result<Annotations> ParseActev(std::string_view text, const std::string& file_name,
                               std::string_view file_index, const std::string& index_name);

}  // namespace cupel::data::annotation
