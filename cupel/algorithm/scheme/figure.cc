// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/figure.h"

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::scheme {

Json CurveFigure(const check::Text& title, const Axis& x_axis, const Axis& y_axis, std::string series,
                 std::span<const double> x, std::span<const double> y) {
  CUPEL_CHECK(x.size() == y.size());
  const std::size_t kept = std::min(x.size(), kMaxCurvePoints);
  Json::Array xs;
  Json::Array ys;
  for (std::size_t i = 0; i < kept; ++i) {
    const std::size_t at = kept == 1 ? 0 : i * (x.size() - 1) / (kept - 1);
    xs.push_back(JsonOrNull(x[at]));
    ys.push_back(JsonOrNull(y[at]));
  }
  Json curve = Json::Object{{"name", std::move(series)}, {"x", std::move(xs)}, {"y", std::move(ys)}};
  Json figure = Json::Object{{"type", "curve"},
                             {"title", check::ToJson(title)},
                             {"xLabel", x_axis.label},
                             {"yLabel", y_axis.label},
                             {"series", Json::Array{std::move(curve)}}};
  if (x_axis.is_logarithmic) figure["xLog"] = true;
  if (y_axis.is_logarithmic) figure["yLog"] = true;
  return figure;
}

Json BarsFigure(const check::Text& title, std::string_view value_label,
                std::span<const check::Metric> metrics) {
  Json::Array bars;
  for (const check::Metric& metric : metrics.first(std::min(metrics.size(), kMaxBars))) {
    Json bar = Json::Object{{"label", metric.name}, {"value", JsonOrNull(metric.value)}};
    if (metric.interval) {
      bar["low"] = JsonOrNull(metric.interval->low);
      bar["high"] = JsonOrNull(metric.interval->high);
    }
    bars.push_back(std::move(bar));
  }
  return Json::Object{{"type", "bars"},
                      {"title", check::ToJson(title)},
                      {"valueLabel", value_label},
                      {"series", std::move(bars)}};
}

}  // namespace cupel::algorithm::scheme
