// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack.h"

namespace cupel::algorithm::inspect {

// A query attack asks for no gradient, so nobody calls this for it.
void Walk::OutputGradient(int, std::span<const float>, std::span<float>) {
  CUPEL_CHECK(false && "a gradient attack says what to differentiate");
}

}  // namespace cupel::algorithm::inspect
