// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The family's entries by theme, and the parameters that several of them declare alike.

#include <string>
#include <vector>

#include "cupel/algorithm/event/input.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::event {

using Schemes = std::vector<scheme::Scheme>;

Schemes SegmentSchemes();       ///< F01
Schemes EventSchemes();         ///< F02, F03, F04
Schemes IntersectionSchemes();  ///< F05, F06
Schemes TemporalApSchemes();    ///< F07
Schemes ActivitySchemes();      ///< F08 to F11
Schemes TrialSchemes();         ///< F12
Schemes FrameSchemes();         ///< F14
Schemes RegionSchemes();        ///< F15
Schemes AlarmSchemes();         ///< F17
Schemes EarlySchemes();         ///< F18
Schemes SegmentalSchemes();     ///< F19
Schemes LineCountSchemes();     ///< F21

/// A real number; low and high both 0: any.
check::ParameterSpec Real(std::string name, double fallback, double low, double high, std::string unit,
                          std::string en, std::string zh);
check::ParameterSpec Choice(std::string name, std::vector<std::string> choices, std::string en,
                            std::string zh);  ///< The first is the default.

/// "threshold": answers of a lower score do not count; 0 keeps all where scores are not negative.
check::ParameterSpec ThresholdSpec();

/// The input with answers of at least this score, or the same when all are.
std::unique_ptr<EventInput> AtThreshold(const EventInput& input, double threshold, std::int64_t& left_out);

}  // namespace cupel::algorithm::event
