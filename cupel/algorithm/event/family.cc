// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/family.h"

#include <algorithm>
#include <iterator>

#include "cupel/algorithm/event/schemes.h"

namespace cupel::algorithm::event {

const scheme::Family& Family() {
  static const Schemes schemes = [] {
    Schemes all;
    for (const auto list :
         {SegmentSchemes, EventSchemes, IntersectionSchemes, TemporalApSchemes, ActivitySchemes, TrialSchemes,
          FrameSchemes, RegionSchemes, AlarmSchemes, EarlySchemes, SegmentalSchemes, LineCountSchemes}) {
      Schemes theme = list();
      std::ranges::move(theme, std::back_inserter(all));
    }
    return all;
  }();
  static const scheme::Family family = {
      .id = "event", .title = {"Events in time", "时间事件"}, .schemes = schemes};
  return family;
}

}  // namespace cupel::algorithm::event
