// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The family's pictures, as docs/formats/report.md defines them.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/classification/probability.h"
#include "cupel/algorithm/classification/ranking.h"
#include "cupel/algorithm/classification/selective.h"
#include "cupel/algorithm/classification/table.h"

namespace cupel::algorithm::classification {

inline constexpr std::size_t kMaxCurvePoints = 1000;

struct Series {
  std::string name;
  std::vector<double> x;  ///< Rising.
  std::vector<double> y;
};

/// At most kMaxCurvePoints of the series' points, ends included, evenly spread along its length.
Series Thinned(const Series& series);

struct Axes {
  check::Text title;
  check::Text x;
  check::Text y;
  bool logarithmic = false;  ///< Both axes; points at 0 are not drawn.
  bool diagonal = false;
};

Json CurveFigure(const Axes& axes, std::span<const Series> series);

Json RocFigure(Groups groups);
Json PrecisionRecallFigure(Groups groups);
Json DetFigure(Groups groups);
Json ReliabilityFigure(std::span<const Bin> bins);
Json RiskCoverageFigure(Groups groups);
Json DecisionFigure(Reals probs, Events events);
/// Not drawn (null) beyond 100 classes. Weighted cells are rounded.
Json ConfusionFigure(const Table& table, const std::vector<std::string>& class_names);

}  // namespace cupel::algorithm::classification
