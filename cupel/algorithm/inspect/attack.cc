// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

bool Walk::WantsGradients(std::span<const float>) const { return true; }

// A query attack asks for no gradient, so nobody calls this for it.
void Walk::OutputGradient(int, std::span<const float>, std::span<float>) {
  CUPEL_CHECK(false && "a gradient attack says what to differentiate");
}

std::vector<std::unique_ptr<Walk>> Attack::BeginAll(std::span<const Sample> samples) const {
  std::vector<std::unique_ptr<Walk>> walks;
  for (const Sample& sample : samples) walks.push_back(Begin(sample));
  return walks;
}

}  // namespace cupel::algorithm::inspect
