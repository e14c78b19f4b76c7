// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The figures of explain.faithfulness, in the report's format (docs/formats/report.md).

#include <vector>

#include "cupel/algorithm/explain/faithfulness.h"
#include "cupel/algorithm/explain/heat_map.h"

namespace cupel::algorithm::explain {

inline constexpr std::int64_t kPicturedMaps = 6;

struct PicturedMaps {
  std::int64_t index = 0;
  std::int32_t target_class = 0;
  std::vector<float> x;         ///< [d]
  std::vector<double> map;      ///< [d]
  std::vector<double> control;  ///< [d], of the randomised model.
};

/// Mean probability while pixels are deleted and inserted, by the map and at random.
Json RemovalFigure(const std::vector<SampleFaithfulness>& samples);

/// Rows of input, attribution and the randomised model's attribution: red speaks for the class, blue against
/// it, white is none. Errors: those of the PNG writer. Precondition: CanPicture.
Result<Json> HeatMapFigure(const std::vector<PicturedMaps>& maps, const data::dataset::DatasetInfo& info);

}  // namespace cupel::algorithm::explain
