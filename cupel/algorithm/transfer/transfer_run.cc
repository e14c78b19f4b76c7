// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/transfer/transfer_run.h"

#include <fmt/format.h>

#include "cupel/stats/proportion.h"

namespace cupel::algorithm::transfer {

Result<check::CheckResult> RunTransfer(const inspect::AttackTarget& target,
                                       const std::vector<Surrogate>& surrogates,
                                       const std::vector<NamedOptions>& attacks, inspect::AttackPlan plan,
                                       const check::Context& context) {
  std::vector<std::shared_ptr<const TransferAttack>> made;
  for (const Surrogate& surrogate : surrogates) {
    for (const NamedOptions& attack : attacks) {
      made.push_back(std::make_shared<TransferAttack>(*surrogate.target, attack.options));
      plan.stages.push_back(
          {.name = fmt::format("{}-{}", surrogate.name, attack.name), .attack = made.back()});
    }
  }
  const Result<inspect::AttackRun> run = inspect::RunAttack(target, plan, context, plan.stream);
  // What a surrogate failed with explains whatever came after it.
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (Status status = made[i]->status(); !status)
      return FailAt(plan.stages[i].name, std::move(status).error());
  }
  if (!run) return tl::make_unexpected(run.error());
  CUPEL_TRY(check::CheckResult result, inspect::AttackResult(*run, plan, *context.data));
  for (const Surrogate& surrogate : surrogates) {
    if (!surrogate.agreed) continue;
    result.metrics.push_back(
        {.name = "agreement." + surrogate.name,
         .value = static_cast<double>(*surrogate.agreed) / static_cast<double>(surrogate.compared),
         .interval = stats::Wilson(*surrogate.agreed, surrogate.compared, 0.95),
         .n = surrogate.compared,
         .count = *surrogate.agreed});
  }
  return result;
}

}  // namespace cupel::algorithm::transfer
