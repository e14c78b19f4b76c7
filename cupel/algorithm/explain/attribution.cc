// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/attribution.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace cupel::algorithm::explain {

double Completeness::Error() const {
  const double gap = std::abs(attributed - difference);
  if (gap == 0) return 0;
  return difference == 0 ? std::numeric_limits<double>::infinity() : gap / std::abs(difference);
}

Result<double> LogitDifference(const ExplainedModel& model, const Question& question) {
  std::vector<float> ends(question.x.begin(), question.x.end());
  ends.insert(ends.end(), question.baseline.begin(), question.baseline.end());
  CUPEL_TRY(const std::vector<double> logits, ClassLogits(model, ends, 2, question.target_class));
  return logits[0] - logits[1];
}

Completeness CompletenessOf(const std::vector<double>& values, double difference) {
  return {std::accumulate(values.begin(), values.end(), 0.0), difference};
}

}  // namespace cupel::algorithm::explain
