// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/units.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::algorithm::tracking {

std::int64_t BlocksOf(std::span<const Sequence> sequences) {
  if (sequences.size() != 1) return 1;
  return std::clamp<std::int64_t>(sequences.front().frames, 1, kMaxBlocks);
}

std::vector<check::Text> UnitNotes(std::span<const Sequence> sequences) {
  if (sequences.size() != 1) return {};
  const std::int64_t blocks = BlocksOf(sequences);
  return {
      {fmt::format("one video: the intervals come from {} blocks of its frames, with the association of the "
                   "whole video; they say nothing about other videos",
                   blocks),
       fmt::format(
           "只有一个视频：区间来自该视频的 {} 个连续帧块（轨迹关联取自整个视频），不能说明其他视频上的表现",
           blocks)}};
}

}  // namespace cupel::algorithm::tracking
