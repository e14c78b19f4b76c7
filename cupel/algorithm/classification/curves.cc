// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/curves.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/check/result_json.h"

namespace cupel::algorithm::classification {
namespace {

constexpr std::size_t kMaxConfusionLabels = 100;
constexpr std::size_t kMaxBins = 100;

Json Figure(std::string_view type, const check::Text& title) {
  Json figure;
  figure["type"] = type;
  figure["title"] = check::ToJson(title);
  return figure;
}

}  // namespace

Series Thinned(const Series& series) {
  if (series.x.size() <= kMaxCurvePoints) return series;
  std::vector<double> length(series.x.size());
  for (std::size_t i = 1; i < length.size(); ++i) {
    length[i] =
        length[i - 1] + std::abs(series.x[i] - series.x[i - 1]) + std::abs(series.y[i] - series.y[i - 1]);
  }
  Series thin{.name = series.name, .x = {}, .y = {}};
  for (std::size_t point = 0; point < kMaxCurvePoints; ++point) {
    const double at = length.back() * static_cast<double>(point) / static_cast<double>(kMaxCurvePoints - 1);
    const auto found = std::ranges::lower_bound(length, point + 1 == kMaxCurvePoints ? length.back() : at);
    const auto i = static_cast<std::size_t>(found - length.begin());
    thin.x.push_back(series.x[i]);
    thin.y.push_back(series.y[i]);
  }
  return thin;
}

Json CurveFigure(const Axes& axes, std::span<const Series> series) {
  Json figure = Figure("curve", axes.title);
  figure["xLabel"] = check::ToJson(axes.x);
  figure["yLabel"] = check::ToJson(axes.y);
  if (axes.logarithmic) figure["xLog"] = figure["yLog"] = true;
  if (axes.diagonal) figure["diagonal"] = true;
  for (const Series& one : series) {
    const Series thin = Thinned(one);
    Json json;
    json["name"] = thin.name;
    json["x"] = Json::ArrayOf(thin.x);
    json["y"] = Json::ArrayOf(thin.y);
    figure["series"].Append(std::move(json));
  }
  return figure;
}

Json RocFigure(Groups groups) {
  Series series{.name = "ROC", .x = {}, .y = {}};
  for (const RatePoint& point : RatePoints(groups)) {
    series.x.push_back(point.fpr);
    series.y.push_back(point.tpr);
  }
  return CurveFigure({.title = {.en = "ROC curve", .zh = "ROC 曲线"},
                      .x = {.en = "False positive rate", .zh = "假正率"},
                      .y = {.en = "True positive rate", .zh = "真正率"},
                      .diagonal = true},
                     std::span(&series, 1));
}

Json PrecisionRecallFigure(Groups groups) {
  Series series{.name = "PR", .x = {}, .y = {}};
  for (const RatePoint& point : RatePoints(groups)) {
    series.x.push_back(point.tpr);
    series.y.push_back(point.precision);
  }
  return CurveFigure({.title = {.en = "Precision and recall", .zh = "精确率-召回率曲线"},
                      .x = {.en = "Recall", .zh = "召回率"},
                      .y = {.en = "Precision", .zh = "精确率"}},
                     std::span(&series, 1));
}

Json DetFigure(Groups groups) {
  Series series{.name = "DET", .x = {}, .y = {}};
  for (const RatePoint& point : RatePoints(groups)) {
    series.x.push_back(point.fpr);
    series.y.push_back(1 - point.tpr);
  }
  return CurveFigure({.title = {.en = "Detection error trade-off", .zh = "检测错误权衡（DET）曲线"},
                      .x = {.en = "False positive rate", .zh = "假正率"},
                      .y = {.en = "False negative rate", .zh = "假负率"},
                      .logarithmic = true},
                     std::span(&series, 1));
}

Json ReliabilityFigure(std::span<const Bin> bins) {
  Json figure = Figure("reliability", {.en = "Reliability", .zh = "可靠性图"});
  figure["bins"] = Json(Json::Array{});
  for (const Bin& bin : bins.first(std::min(bins.size(), kMaxBins))) {
    Json json;
    json["lower"] = bin.lower;
    json["upper"] = bin.upper;
    json["confidence"] = bin.count > 0 ? Json(bin.confidence / bin.count) : Json(nullptr);
    json["accuracy"] = bin.count > 0 ? Json(bin.events / bin.count) : Json(nullptr);
    json["count"] = static_cast<std::int64_t>(std::llround(bin.count));
    figure["bins"].Append(std::move(json));
  }
  return figure;
}

Json RiskCoverageFigure(Groups groups) {
  Series series{.name = "risk", .x = {}, .y = {}};
  for (const RiskPoint& point : RiskCoverage(groups)) {
    series.x.push_back(point.coverage);
    series.y.push_back(point.risk);
  }
  return CurveFigure({.title = {.en = "Risk and coverage", .zh = "风险-覆盖率曲线"},
                      .x = {.en = "Coverage", .zh = "覆盖率"},
                      .y = {.en = "Error of the answers kept", .zh = "保留样本的错误率"}},
                     std::span(&series, 1));
}

Json DecisionFigure(Reals probs, Events events) {
  Series model{.name = "model", .x = {}, .y = {}};
  Series all{.name = "act on all", .x = {}, .y = {}};
  Series none{.name = "act on none", .x = {}, .y = {}};
  const double rate = std::accumulate(events.begin(), events.end(), 0.0) / static_cast<double>(events.size());
  for (int percent = 1; percent < 100; ++percent) {
    const double threshold = percent / 100.0;
    model.x.push_back(threshold);
    model.y.push_back(NetBenefit(probs, events, {}, threshold));
    const double treat_all = rate - (1 - rate) * threshold / (1 - threshold);
    if (treat_all >= -rate) {
      all.x.push_back(threshold);
      all.y.push_back(treat_all);
    }
    none.x.push_back(threshold);
    none.y.push_back(0);
  }
  return CurveFigure({.title = {.en = "Decision curve", .zh = "决策曲线"},
                      .x = {.en = "Threshold probability", .zh = "阈概率"},
                      .y = {.en = "Net benefit", .zh = "净获益"}},
                     std::vector<Series>{model, all, none});
}

Json ConfusionFigure(const Table& table, const std::vector<std::string>& class_names) {
  if (class_names.size() > kMaxConfusionLabels) return {};
  Json figure = Figure("confusion", {.en = "Confusion matrix", .zh = "混淆矩阵"});
  figure["labels"] = Json::ArrayOf(class_names);
  for (std::int64_t truth = 0; truth < table.c; ++truth) {
    Json row{Json::Array{}};
    for (std::int64_t answer = 0; answer < table.c; ++answer) {
      row.Append(static_cast<std::int64_t>(std::llround(table.At(truth, answer))));
    }
    figure["counts"].Append(std::move(row));
  }
  return figure;
}

}  // namespace cupel::algorithm::classification
