// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parameters that schemes of this family share, so that one name means one thing.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::segmentation {

check::ParameterSpec LabelParameter(std::string name, std::int64_t fallback, check::Text meaning);
/// The first choice is the default.
check::ParameterSpec ChoiceParameter(std::string name, std::vector<std::string> choices, check::Text meaning);
check::ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low,
                                   double high, check::Text meaning);
check::ParameterSpec ListParameter(std::string name, std::string unit, Json::Array fallback,
                                   check::Text meaning);

check::ParameterSpec IgnoreParameter();         ///< "ignore", 255.
check::ParameterSpec BackgroundParameter();     ///< "background", 0.
check::ParameterSpec SpacingParameter();        ///< "spacing", 1.
check::ParameterSpec BorderParameter();         ///< "mode": pixels or contour.
check::ParameterSpec DistanceEmptyParameter();  ///< "empty": skip or diagonal.

}  // namespace cupel::algorithm::segmentation
