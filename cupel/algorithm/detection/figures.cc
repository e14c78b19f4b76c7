// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/figures.h"

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"

namespace cupel::algorithm::detection {
namespace {

constexpr std::size_t kMaxSeries = 16;
constexpr std::size_t kMaxPoints = 1000;
constexpr std::size_t kMaxBars = 100;

Json SeriesJson(const Series& series) {
  Json json;
  json["name"] = series.name;
  json["x"] = Json::Array{};
  json["y"] = Json::Array{};
  const std::size_t n = series.x.size();
  const std::size_t shown = std::min(n, kMaxPoints);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t at = shown > 1 ? i * (n - 1) / (shown - 1) : 0;
    json["x"].Append(series.x[at]);
    json["y"].Append(series.y[at]);
  }
  return json;
}

Json Titled(std::string_view type, const check::Text& title) {
  Json figure;
  figure["type"] = type;
  figure["title"] = check::ToJson(title);
  return figure;
}

}  // namespace

Json CurveFigure(const check::Text& title, const Axes& axes, const std::vector<Series>& series) {
  Json figure = Titled("curve", title);
  figure["xLabel"] = check::ToJson(axes.x);
  figure["yLabel"] = check::ToJson(axes.y);
  if (axes.log_x) figure["xLog"] = true;
  if (axes.log_y) figure["yLog"] = true;
  figure["series"] = Json::Array{};
  for (std::size_t i = 0; i < std::min(series.size(), kMaxSeries); ++i) {
    figure["series"].Append(SeriesJson(series[i]));
  }
  return figure;
}

Json BarsFigure(const check::Text& title, const std::vector<check::Metric>& metrics,
                std::string_view prefix) {
  Json figure = Titled("bars", title);
  figure["series"] = Json::Array{};
  for (const check::Metric& metric : metrics) {
    if (!metric.name.starts_with(prefix) || figure["series"].AsArray().size() == kMaxBars) continue;
    Json bar;
    bar["label"] = metric.name.substr(prefix.size());
    bar["value"] = JsonOrNull(metric.value);
    if (metric.interval) {
      bar["low"] = JsonOrNull(metric.interval->low);
      bar["high"] = JsonOrNull(metric.interval->high);
    }
    figure["series"].Append(std::move(bar));
  }
  return figure;
}

}  // namespace cupel::algorithm::detection
