// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::event {
namespace {

constexpr std::size_t kMaxRecordings = 20;
constexpr std::size_t kMaxSpans = 200;
constexpr std::size_t kMaxPoints = 1000;
constexpr std::size_t kMaxBars = 100;

Json Row(std::string label, const std::vector<Event>& events, const std::vector<std::size_t>& of,
         const std::vector<bool>& good, const char* good_kind, const char* bad_kind) {
  Json row{Json::Object{{"label", std::move(label)}, {"spans", Json::Array{}}}};
  std::vector<std::size_t> by_start(of);
  std::ranges::stable_sort(by_start, {}, [&](std::size_t i) { return events[i].start; });
  if (by_start.size() > kMaxSpans) by_start.resize(kMaxSpans);
  for (const std::size_t i : by_start) {
    row["spans"].Append(Json::Object{
        {"start", events[i].start}, {"end", events[i].end}, {"kind", good[i] ? good_kind : bad_kind}});
  }
  return row;
}

}  // namespace

Findings::Findings(const EventInput& input, std::string_view scheme, const scheme::Options& options)
    : input_(input), scheme_(scheme), options_(options) {}

void Findings::Add(std::string name, const stats::WeightedStatistic& statistic, std::int64_t n) {
  const std::vector<double> all(input_.sources.size(), 1.0);
  if (!std::isfinite(statistic(all))) {
    AddNote(fmt::format("{} does not exist here: it would divide by zero.", name),
            fmt::format("{} 在此不存在：分母为零。", name));
    return;
  }
  const std::string stream = scheme_ + "." + name;
  evaluation_.metrics.push_back(
      scheme::Bootstrapped(std::move(name), input_.size(), statistic, stream, options_, n));
}

void Findings::AddCount(std::string name, std::int64_t count) {
  check::Metric metric;
  metric.name = std::move(name);
  metric.value = static_cast<double>(count);
  metric.n = count;
  evaluation_.metrics.push_back(std::move(metric));
}

scheme::Evaluation Findings::Take() && {
  if (input_.size() == 1) {
    AddNote("One recording is one independent unit: there are no intervals.",
            "仅有一段录像，即一个独立单元：无法给出区间。");
  }
  return std::move(evaluation_);
}

Json TextJson(const check::Text& text) { return Json::Object{{"en", text.en}, {"zh", text.zh}}; }

Json Timeline(const EventInput& input, const std::vector<bool>& truth_found,
              const std::vector<bool>& answer_is_hit) {
  std::vector<std::pair<std::size_t, std::size_t>> wrong;  // how many, source
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    const auto missed =
        std::ranges::count_if(input.truth_of[source], [&](std::size_t i) { return !truth_found[i]; });
    const auto invented =
        std::ranges::count_if(input.answers_of[source], [&](std::size_t i) { return !answer_is_hit[i]; });
    wrong.emplace_back(static_cast<std::size_t>(missed + invented), source);
  }
  std::ranges::stable_sort(wrong, std::greater<>(), [](const auto& entry) { return entry.first; });
  if (wrong.size() > kMaxRecordings) wrong.resize(kMaxRecordings);
  Json figure{Json::Object{{"type", "timeline"},
                           {"title", TextJson({"Events of truth and answers", "真值与结果的事件"})},
                           {"rows", Json::Array{}}}};
  double duration = 0;
  for (const auto& [count, source] : wrong) {
    const Source& recording = input.sources[source];
    duration = std::max(duration, recording.duration);
    for (const std::size_t i : input.truth_of[source])
      duration = std::max(duration, input.truth.events[i].end);
    for (const std::size_t i : input.answers_of[source]) {
      duration = std::max(duration, input.answers.events[i].end);
    }
    figure["rows"].Append(Row(recording.name + " / truth", input.truth.events, input.truth_of[source],
                              truth_found, "truth", "miss"));
    figure["rows"].Append(Row(recording.name + " / answers", input.answers.events, input.answers_of[source],
                              answer_is_hit, "hit", "false-alarm"));
  }
  figure["duration"] = duration;
  return figure;
}

Json CurveFigure(const check::Text& title, std::string name, const check::Text& x_label,
                 const check::Text& y_label, std::span<const double> x, std::span<const double> y) {
  Json xs{Json::Array{}};
  Json ys{Json::Array{}};
  const std::size_t points = std::min(x.size(), kMaxPoints);
  for (std::size_t k = 0; k < points; ++k) {
    const std::size_t i = points < 2 ? k : k * (x.size() - 1) / (points - 1);
    xs.Append(x[i]);
    ys.Append(y[i]);
  }
  Json series{Json::Object{{"name", std::move(name)}, {"x", std::move(xs)}, {"y", std::move(ys)}}};
  return Json::Object{{"type", "curve"},
                      {"title", TextJson(title)},
                      {"xLabel", TextJson(x_label)},
                      {"yLabel", TextJson(y_label)},
                      {"series", Json::Array{std::move(series)}}};
}

Json BarsFigure(const check::Text& title, std::span<const std::string> labels,
                std::span<const double> values) {
  Json series{Json::Array{}};
  for (std::size_t i = 0; i < labels.size() && series.AsArray().size() < kMaxBars; ++i) {
    if (!std::isfinite(values[i])) continue;
    series.Append(Json::Object{{"label", labels[i]}, {"value", values[i]}});
  }
  return Json::Object{{"type", "bars"}, {"title", TextJson(title)}, {"series", std::move(series)}};
}

}  // namespace cupel::algorithm::event
