// SPDX-License-Identifier: Apache-2.0
#pragma once

/// An event scheme's answer while it is put together: figures with bootstrap intervals over recordings,
/// notes for what does not exist, the pictures.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/event/input.h"
#include "cupel/stats/bca.h"

namespace cupel::algorithm::event {

class Findings {
 public:
  /// scheme: its id, for the random streams.
  Findings(const EventInput& input, std::string_view scheme, const scheme::Options& options);

  /// A figure of all recordings together. statistic: of weights [source]; NaN in the whole sample: it does
  /// not exist, and a note says so. n: what it rests on.
  void Add(std::string name, const stats::WeightedStatistic& statistic, std::int64_t n);

  /// Only the figure, of a kind that recordings do not sample (a count of what was left out).
  void AddCount(std::string name, std::int64_t count);

  void AddNote(std::string en, std::string zh) {
    evaluation_.notes.push_back({std::move(en), std::move(zh)});
  }
  void AddFigure(Json figure) { evaluation_.figures.push_back(std::move(figure)); }

  /// The evaluation. With one recording a note says why there are no intervals.
  scheme::Evaluation Take() &&;

 private:
  const EventInput& input_;
  std::string scheme_;
  scheme::Options options_;
  scheme::Evaluation evaluation_;
};

/// "timeline" of docs/formats/report.md: the recordings in which most went wrong first, truth and answers in
/// a row each. At most 20 recordings of 200 spans a row.
Json Timeline(const EventInput& input, const std::vector<bool>& truth_found,
              const std::vector<bool>& answer_is_hit);

/// A "curve" of one series. Thinned to 1000 points.
Json CurveFigure(const check::Text& title, std::string name, const check::Text& x_label,
                 const check::Text& y_label, std::span<const double> x, std::span<const double> y);

/// "bars" of at most 100 values that exist.
Json BarsFigure(const check::Text& title, std::span<const std::string> labels,
                std::span<const double> values);

Json TextJson(const check::Text& text);

}  // namespace cupel::algorithm::event
