// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"

#include <fmt/format.h>

#include <array>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::explain {

std::span<const Method* const> AllMethods() {
  static const std::array methods = {
      &SaliencyMethod(),  &InputXGradientMethod(), &GradCamMethod(),
      &DeepLiftMethod(),  &SmoothGradMethod(),     &IntegratedGradientsMethod(),
      &OcclusionMethod(), &KernelShapMethod(),     &PermutationShapMethod(),
  };
  return methods;
}

Result<const Method*> FindMethod(std::string_view id) {
  std::vector<std::string> ids;
  for (const Method* method : AllMethods()) {
    if (method->id == id) return method;
    ids.push_back(method->id);
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no attribution method is called \"{}\"", id), "",
              NearestRemedy(id, ids));
}

}  // namespace cupel::algorithm::explain
