// SPDX-License-Identifier: Apache-2.0
// What follows from a hallmark's risk class, and the calendar that validity is counted in.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cupel/base/nearest.h"
#include "cupel/ledger/hallmark/hallmark.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

struct ClassRules {
  int maximum_months;
  GuardLevel required_guard;
  std::optional<std::int64_t> checkpoint_days;
};

const ClassRules& RulesOf(RiskClass risk) {
  static constexpr std::array<ClassRules, 4> kRules = {{
      {24, GuardLevel::kObserve, std::nullopt},
      {24, GuardLevel::kObserve, std::nullopt},
      {12, GuardLevel::kEnforce, 30},
      {6, GuardLevel::kFailClosed, 7},
  }};
  return kRules[static_cast<std::size_t>(risk)];
}

}  // namespace

std::string_view RiskClassName(RiskClass risk) { return kRiskClassNames[static_cast<std::size_t>(risk)]; }

Result<RiskClass> ParseRiskClass(std::string_view name) {
  const auto found = std::find(kRiskClassNames.begin(), kRiskClassNames.end(), name);
  if (found != kRiskClassNames.end()) return static_cast<RiskClass>(found - kRiskClassNames.begin());
  if (name == "E4") {
    return Fail(ErrorCode::kInvalidArgument, "a product of class E4 is never hallmarked", "",
                "it must not be released; contest the class before the committee if it is wrong");
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown class \"{}\"", name), "",
              NearestRemedy(name, std::vector<std::string>(kRiskClassNames.begin(), kRiskClassNames.end())));
}

int MaximumMonths(RiskClass risk) { return RulesOf(risk).maximum_months; }

GuardLevel RequiredGuard(RiskClass risk) { return RulesOf(risk).required_guard; }

std::optional<std::int64_t> MaximumCheckpointAgeSeconds(RiskClass risk) {
  const auto days = RulesOf(risk).checkpoint_days;
  return days ? std::optional(*days * kSecondsPerDay) : std::nullopt;
}

std::int64_t AddMonths(std::int64_t unix_seconds, int months) {
  CUPEL_CHECK(months >= 0);
  using std::chrono::floor;
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto midnight = floor<std::chrono::days>(time);
  std::chrono::year_month_day date = std::chrono::year_month_day(midnight) + std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return (std::chrono::sys_days(date) + (time - midnight)).time_since_epoch() / std::chrono::seconds(1);
}

}  // namespace cupel::ledger::hallmark
