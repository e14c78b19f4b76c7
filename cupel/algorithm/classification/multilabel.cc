// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/multilabel.h"

namespace cupel::algorithm::classification {
namespace {

void Count(bool truth, bool predicted, double weight, Counts& counts) {
  if (truth) {
    (predicted ? counts.tp : counts.fn) += weight;
  } else {
    (predicted ? counts.fp : counts.tn) += weight;
  }
}

}  // namespace

std::vector<Counts> CountsOfLabels(const Labelled& input, std::span<const double> weights) {
  std::vector<Counts> counts(static_cast<std::size_t>(input.c));
  for (std::size_t at = 0; at < input.truths.size(); ++at) {
    const std::size_t label = at % counts.size();
    Count(input.truths[at] != 0, input.predictions[at] != 0, weights[at / counts.size()], counts[label]);
  }
  return counts;
}

Counts CountsOfSample(const Labelled& input, std::size_t sample) {
  Counts counts;
  const auto c = static_cast<std::size_t>(input.c);
  for (std::size_t at = sample * c; at < (sample + 1) * c; ++at) {
    Count(input.truths[at] != 0, input.predictions[at] != 0, 1, counts);
  }
  return counts;
}

}  // namespace cupel::algorithm::classification
