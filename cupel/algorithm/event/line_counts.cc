// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/line_counts.h"

#include <algorithm>
#include <cmath>

namespace cupel::algorithm::event {
namespace {

constexpr double kMaxCells = 1 << 26;

}  // namespace

Result<std::vector<CountErrors>> CompareCounts(const EventInput& input, double seconds) {
  CUPEL_TRY(const std::vector<double> durations, Durations(input));
  const std::size_t c = input.categories.size();
  std::vector<CountErrors> errors(input.sources.size() * c);
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    const double intervals = std::ceil(durations[source] / seconds);
    if (intervals * static_cast<double>(c) > kMaxCells) {
      return Fail(ErrorCode::kInvalidArgument, "more than 2^26 intervals and directions",
                  input.sources[source].name, "take longer intervals");
    }
    const auto n = static_cast<std::size_t>(intervals);
    std::vector<double> truth(n * c, 0);
    std::vector<double> answered(n * c, 0);
    const auto cell = [&](const Event& event) {
      const auto at = static_cast<std::size_t>(std::min(event.start / seconds, intervals - 1));
      return static_cast<std::size_t>(event.category) * n + at;
    };
    for (const std::size_t i : input.truth_of[source]) truth[cell(input.truth.events[i])] += 1;
    for (const std::size_t i : input.answers_of[source]) answered[cell(input.answers.events[i])] += 1;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      CountErrors& sum = errors[source * c + i / n];
      const double off = std::fabs(answered[i] - truth[i]);
      sum.intervals += 1;
      sum.absolute += off;
      sum.relative += off / std::max(1.0, truth[i]);
      sum.squared += off * off;
      sum.truths += truth[i];
      sum.answers += answered[i];
    }
  }
  return errors;
}

}  // namespace cupel::algorithm::event
