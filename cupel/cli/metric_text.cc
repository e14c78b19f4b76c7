// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/metric_text.h"

#include <fmt/format.h>

namespace cupel::cli {

std::string NumberText(double value) { return fmt::format("{:.6g}", value); }

std::string IntervalText(const algorithm::check::Metric& metric) {
  if (!metric.interval) return "";
  return fmt::format("[{}, {}] {}", NumberText(metric.interval->low), NumberText(metric.interval->high),
                     metric.interval->method);
}

}  // namespace cupel::cli
