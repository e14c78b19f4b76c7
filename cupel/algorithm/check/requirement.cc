// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/requirement.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::check {
namespace {

constexpr std::array kVerdicts = {Verdict::kPass, Verdict::kWarn, Verdict::kFail, Verdict::kNotRun,
                                  Verdict::kNotApplicable};

int Gravity(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFail: return 4;
    case Verdict::kNotRun: return 3;
    case Verdict::kWarn: return 2;
    case Verdict::kPass: return 1;
    case Verdict::kNotApplicable: return 0;
  }
  CUPEL_CHECK(false);
  return 0;
}

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

tl::unexpected<Error> Refuse(std::string_view text, std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), fmt::format("requirement \"{}\"", text),
              "write it like `accuracy >= 0.9` or `accuracy.value >= 0.9`");
}

bool Holds(Comparator comparator, double value, double threshold) {
  switch (comparator) {
    case Comparator::kAtLeast: return value >= threshold;
    case Comparator::kAtMost: return value <= threshold;
    case Comparator::kGreater: return value > threshold;
    case Comparator::kLess: return value < threshold;
  }
  CUPEL_CHECK(false);
  return false;
}

Result<double> ParseThreshold(std::string_view requirement, std::string_view text) {
  double threshold = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threshold);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(threshold)) {
    return Refuse(requirement, fmt::format("the threshold must be a finite number, got \"{}\"", text));
  }
  return threshold;
}

std::string Describe(const RequirementOutcome& outcome, const Metric& metric) {
  if (outcome.bound == "value") {
    return fmt::format("the value of {} is {:.6g} (n = {})", metric.name, metric.value, metric.n);
  }
  return fmt::format("the {} {:g} % bound of {} is {:.6g} (value {:.6g}, n = {})", outcome.bound,
                     metric.interval->level * 100, metric.name, outcome.compared, metric.value, metric.n);
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass: return "pass";
    case Verdict::kWarn: return "warn";
    case Verdict::kFail: return "fail";
    case Verdict::kNotRun: return "not-run";
    case Verdict::kNotApplicable: return "not-applicable";
  }
  CUPEL_CHECK(false);
  return {};
}

Result<Verdict> ParseVerdict(std::string_view text) {
  for (const Verdict verdict : kVerdicts) {
    if (VerdictName(verdict) == text) return verdict;
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown verdict \"{}\"", text), "",
              "known: pass, warn, fail, not-run, not-applicable");
}

Verdict Graver(Verdict a, Verdict b) { return Gravity(a) >= Gravity(b) ? a : b; }

std::string_view ComparatorName(Comparator comparator) {
  switch (comparator) {
    case Comparator::kAtLeast: return ">=";
    case Comparator::kAtMost: return "<=";
    case Comparator::kGreater: return ">";
    case Comparator::kLess: return "<";
  }
  CUPEL_CHECK(false);
  return {};
}

Result<Requirement> ParseRequirement(std::string_view text) {
  // The last comparator counts: a metric's name may hold one ("selection_rate.income.>50K").
  const auto at = text.find_last_of("<>");
  if (at == std::string_view::npos) return Refuse(text, "expected one of >=, <=, >, <");
  const bool or_equal = at + 1 < text.size() && text[at + 1] == '=';

  Requirement requirement;
  requirement.text = std::string(Trim(text));
  requirement.comparator = text[at] == '>' ? (or_equal ? Comparator::kAtLeast : Comparator::kGreater)
                                           : (or_equal ? Comparator::kAtMost : Comparator::kLess);
  std::string_view name = Trim(text.substr(0, at));
  constexpr std::string_view kValue = ".value";
  if (name.ends_with(kValue)) {
    requirement.on_value = true;
    name.remove_suffix(kValue.size());
  }
  if (name.empty()) return Refuse(text, "expected the name of a metric before the comparator");
  requirement.metric = std::string(name);
  CUPEL_TRY(requirement.threshold, ParseThreshold(text, Trim(text.substr(at + (or_equal ? 2 : 1)))));
  return requirement;
}

Result<RequirementOutcome> TestRequirement(const Requirement& requirement, std::span<const Metric> metrics) {
  const Metric* metric = FindMetric(metrics, requirement.metric);
  if (metric == nullptr) {
    std::vector<std::string> known;
    for (const Metric& candidate : metrics) known.push_back(candidate.name);
    return Fail(ErrorCode::kInvalidArgument, fmt::format("no metric is called \"{}\"", requirement.metric),
                fmt::format("requirement \"{}\"", requirement.text),
                NearestRemedy(requirement.metric, known));
  }
  const bool upwards =
      requirement.comparator == Comparator::kAtLeast || requirement.comparator == Comparator::kGreater;
  const bool on_bound = !requirement.on_value && metric->interval.has_value();

  RequirementOutcome outcome;
  outcome.requirement = requirement;
  outcome.bound = !on_bound ? "value" : (upwards ? "lower" : "upper");
  outcome.compared = !on_bound ? metric->value : (upwards ? metric->interval->low : metric->interval->high);
  if (std::isnan(metric->value) || std::isnan(outcome.compared)) {
    outcome.reason = fmt::format("{} could not be measured (n = {})", metric->name, metric->n);
    return outcome;
  }
  const bool value_holds = Holds(requirement.comparator, metric->value, requirement.threshold);
  const bool compared_holds = Holds(requirement.comparator, outcome.compared, requirement.threshold);
  const std::string_view comparator = ComparatorName(requirement.comparator);
  outcome.reason = Describe(outcome, *metric);
  if (value_holds && compared_holds) {
    outcome.verdict = Verdict::kPass;
    outcome.reason += fmt::format(", which is {} {:.6g}", comparator, requirement.threshold);
  } else if (value_holds) {
    outcome.verdict = Verdict::kWarn;
    outcome.reason +=
        fmt::format(": not enough samples to support {} {:.6g}", comparator, requirement.threshold);
  } else {
    outcome.verdict = Verdict::kFail;
    outcome.reason += fmt::format(", which is not {} {:.6g}", comparator, requirement.threshold);
  }
  return outcome;
}

}  // namespace cupel::algorithm::check
