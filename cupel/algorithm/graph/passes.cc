// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/graph/passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::array kPasses = {
    Pass{"lift_constants", "Constant nodes become initializers", LiftConstants},
    Pass{"remove_identities", "Identity and inference Dropout are bypassed", RemoveIdentities},
    Pass{"fold_constants", "nodes with known results become initializers", FoldConstants},
    Pass{"fold_batch_norm", "BatchNormalization goes into the weights before it", FoldBatchNorm},
    Pass{"fold_bias", "Add of a constant per channel goes into the bias before it", FoldBias},
    Pass{"merge_constants", "equal initializers become one", MergeConstants},
    Pass{"remove_dead_nodes", "what no output needs is removed", RemoveDeadNodes},
};

}  // namespace

std::span<const Pass> AllPasses() { return kPasses; }

const Pass* FindPass(std::string_view name) {
  const auto found = std::ranges::find(kPasses, name, &Pass::name);
  return found == kPasses.end() ? nullptr : &*found;
}

Result<Optimised> Optimise(Graph graph, const OptimiseOptions& options) {
  CUPEL_TRY_STATUS(Validate(graph));
  for (const std::string& name : options.skip) {
    if (FindPass(name) == nullptr)
      return Fail(ErrorCode::kInvalidArgument, fmt::format("there is no pass '{}'", name));
  }
  Optimised optimised{std::move(graph), {}};
  for (const Pass& pass : kPasses) optimised.passes.push_back({std::string(pass.name), 0});
  for (int round = 0; round < options.rounds; ++round) {
    std::int64_t changes = 0;
    for (std::size_t i = 0; i < kPasses.size(); ++i) {
      if (std::ranges::find(options.skip, kPasses[i].name) != options.skip.end()) continue;
      const std::int64_t changed = kPasses[i].run(optimised.graph, options);
      optimised.passes[i].changes += changed;
      changes += changed;
    }
    if (changes == 0) break;
  }
  if (auto status = Validate(optimised.graph); !status) {
    return Fail(ErrorCode::kInternal, "a pass broke the graph: " + status.error().ToString());
  }
  return optimised;
}

}  // namespace cupel::algorithm::graph
