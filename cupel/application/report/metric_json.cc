// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/metric_json.h"

namespace cupel::application::report {

Json MetricJson(const algorithm::check::Metric& metric) {
  Json json;
  json["name"] = metric.name;
  json["value"] = JsonOrNull(metric.value);
  json["n"] = metric.n;
  if (metric.count) json["count"] = *metric.count;
  if (metric.interval) {
    json["low"] = JsonOrNull(metric.interval->low);
    json["high"] = JsonOrNull(metric.interval->high);
    json["level"] = metric.interval->level;
    json["method"] = metric.interval->method;
  }
  return json;
}

}  // namespace cupel::application::report
