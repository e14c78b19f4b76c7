// SPDX-License-Identifier: Apache-2.0
/// MOTChallenge text in both roles: what is accepted has frames and boxes that make sense, and no id twice in
/// a frame.

#include <cmath>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "cupel/data/annotation/mot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::annotation;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const MotRole role : {MotRole::kTruth, MotRole::kAnswer}) {
    const auto video = ParseMot(text, "video.txt", role);
    if (!video) continue;
    std::set<std::pair<std::int64_t, std::int64_t>> seen;
    for (const Object& object : video->objects) {
      if (object.frame < 0 || object.frame >= video->sources.front().frames) std::abort();
      if (!(object.box.w >= 0) || !(object.box.h >= 0) || !std::isfinite(object.score)) std::abort();
      if (object.category < 0 || static_cast<std::size_t>(object.category) >= video->categories.size()) {
        std::abort();
      }
      if (!seen.emplace(object.frame, object.track).second) std::abort();
    }
  }
  return 0;
}
