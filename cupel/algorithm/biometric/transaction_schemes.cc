// SPDX-License-Identifier: Apache-2.0
// H02: what a user meets: transactions of one or several attempts, failures to acquire and to enrol.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cupel/algorithm/biometric/comparisons.h"
#include "cupel/algorithm/biometric/error_rate.h"
#include "cupel/algorithm/biometric/themes.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::biometric {
namespace {

using scheme::Evaluation;
using scheme::Options;

struct Transaction {
  bool is_accepted = false;
  std::int32_t subject = -1;
};

/// Transactions of one kind that end in an error: a mated one without a match, a non-mated one with one.
Trials TransactionErrors(const Comparisons& input, bool mated, double threshold) {
  std::map<std::int64_t, Transaction> transactions;
  for (std::size_t i = 0; i < input.attempts.size(); ++i) {
    const Attempt& attempt = input.attempts[i];
    if (attempt.is_mated != mated) continue;
    const std::int64_t key =
        attempt.transaction >= 0 ? attempt.transaction : -1 - static_cast<std::int64_t>(i);
    Transaction& transaction = transactions[key];
    transaction.subject = attempt.subject;
    transaction.is_accepted |= attempt.is_acquired && attempt.score >= threshold;
  }
  Trials trials;
  for (const auto& [key, transaction] : transactions) {
    trials.Add(transaction.is_accepted != mated, transaction.subject);
  }
  return trials;
}

Trials AcquisitionFailures(const Comparisons& input) {
  Trials trials;
  for (const Attempt& attempt : input.attempts) trials.Add(!attempt.is_acquired, attempt.subject);
  return trials;
}

/// One trial a subject: he is not enrolled when every one of his enrolments failed.
Trials EnrolmentFailures(const Comparisons& input) {
  std::map<std::int64_t, bool> failed;
  for (std::size_t i = 0; i < input.enrolments.size(); ++i) {
    const Enrolment& enrolment = input.enrolments[i];
    const std::int64_t key = enrolment.subject >= 0 ? enrolment.subject : -1 - static_cast<std::int64_t>(i);
    const auto [at, is_new] = failed.emplace(key, enrolment.has_failed);
    if (!is_new) at->second = at->second && enrolment.has_failed;
  }
  Trials trials;
  for (const auto& [subject, has_failed] : failed) trials.Add(has_failed, -1);
  return trials;
}

/// The metric of these trials. Errors: kInvalidArgument when there are none.
Result<check::Metric> MetricOf(std::string name, const Trials& trials, std::string_view what,
                               const Options& options) {
  if (trials.errors.empty()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("there is no {}", what));
  }
  return RateMetric(std::move(name), trials, options);
}

constexpr std::string_view kMated = "mated attempt";
constexpr std::string_view kNonMated = "non-mated attempt";
constexpr std::string_view kEnrolment = "enrolment";

Result<Evaluation> Alone(std::string_view what, const Trials& trials, const Options& options) {
  CUPEL_TRY(check::Metric metric, MetricOf(std::string(scheme::kValue), trials, what, options));
  Evaluation evaluation;
  evaluation.metrics.push_back(std::move(metric));
  NoteSmallSample(evaluation.metrics.front(), evaluation.notes);
  return evaluation;
}

Result<Evaluation> Far(const Comparisons& input, const check::Parameters& parameters,
                       const Options& options) {
  return Alone(kNonMated, TransactionErrors(input, false, parameters.Real("threshold")), options);
}

Result<Evaluation> Frr(const Comparisons& input, const check::Parameters& parameters,
                       const Options& options) {
  return Alone(kMated, TransactionErrors(input, true, parameters.Real("threshold")), options);
}

Result<Evaluation> Fta(const Comparisons& input, const check::Parameters&, const Options& options) {
  return Alone("attempt", AcquisitionFailures(input), options);
}

Result<Evaluation> Fte(const Comparisons& input, const check::Parameters&, const Options& options) {
  return Alone(kEnrolment, EnrolmentFailures(input), options);
}

struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

Estimate Of(const check::Metric& metric) {
  const stats::Interval whole{0, 1, 0.95, "none"};
  const stats::Interval interval = metric.interval.value_or(whole);
  return {metric.value, interval.low, interval.high};
}

Estimate Complement(const Estimate& e) { return {1 - e.value, 1 - e.high, 1 - e.low}; }

/// A product of independent shares with the limits of Zou and Donner (2008): their logarithms' distances are
/// added in squares. A factor of 0 has no logarithm: then the limits are the products of the limits.
Estimate Product(const Estimate& a, const Estimate& b) {
  const double value = a.value * b.value;
  if (value == 0) return {0, a.low * b.low, a.high * b.high};
  const double above = std::hypot(std::log(a.high / a.value), std::log(b.high / b.value));
  const double high = std::min(1.0, value * std::exp(above));
  if (a.low <= 0 || b.low <= 0) return {value, 0, high};
  return {value, value * std::exp(-std::hypot(std::log(a.value / a.low), std::log(b.value / b.low))), high};
}

/// A generalised rate: the share of the population, those included who could not be enrolled.
Result<Evaluation> Generalised(const Comparisons& input, bool mated, double threshold,
                               const Options& options) {
  CUPEL_TRY(const check::Metric enrolment, MetricOf("fte", EnrolmentFailures(input), kEnrolment, options));
  CUPEL_TRY(const check::Metric rate,
            MetricOf(mated ? "frr" : "far", TransactionErrors(input, mated, threshold),
                     mated ? kMated : kNonMated, options));
  const Estimate enrolled = Complement(Of(enrolment));
  // GFAR = (1 - FTE) FAR; GFRR = FTE + (1 - FTE) FRR, so that 1 - GFRR = (1 - FTE)(1 - FRR).
  const Estimate estimate =
      mated ? Complement(Product(enrolled, Complement(Of(rate)))) : Product(enrolled, Of(rate));
  check::Metric metric;
  metric.name = scheme::kValue;
  metric.value = estimate.value;
  metric.interval = stats::Interval{estimate.low, estimate.high, options.level, "mover-log"};
  metric.n = rate.n;
  Evaluation evaluation;
  evaluation.metrics.push_back(metric);
  evaluation.metrics.push_back(rate);
  evaluation.metrics.push_back(enrolment);
  return evaluation;
}

Result<Evaluation> Gfar(const Comparisons& input, const check::Parameters& parameters,
                        const Options& options) {
  return Generalised(input, false, parameters.Real("threshold"), options);
}

Result<Evaluation> Gfrr(const Comparisons& input, const check::Parameters& parameters,
                        const Options& options) {
  return Generalised(input, true, parameters.Real("threshold"), options);
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition,
                     bool has_threshold) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "H02";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.matching =
      "a transaction is accepted when any of its attempts is acquired and has score >= threshold";
  entry.rules.empty = "without the trials it needs a rate is an error, never 0";
  entry.reference = "ISO/IEC 19795-1: FAR = FMR (1 - FTA), FRR = FTA + FNMR (1 - FTA) for one attempt";
  entry.test = "TransactionSchemesTest.OneAttemptFollowsTheIdentitiesOfTheStandard";
  entry.input = &kComparisons;
  if (has_threshold) {
    entry.parameters = {scheme::RealParameter(
        "threshold", 0.5, 0, 0, {"An attempt matches at or above this score", "得分不低于该值即判为匹配"})};
  }
  entry.higher_is_better = false;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> TransactionSchemes() {
  scheme::Scheme far = Entry("far", {"False accept rate", "错误接受率"},
                             "share of non-mated transactions that are accepted", true);
  far.evaluate = scheme::On<Comparisons, Far>;
  scheme::Scheme frr =
      Entry("frr", {"False reject rate", "错误拒绝率"},
            "share of mated transactions that are not accepted, failures to acquire included", true);
  frr.evaluate = scheme::On<Comparisons, Frr>;
  scheme::Scheme fta = Entry("fta", {"Failure-to-acquire rate", "采集失败率"},
                             "share of attempts, mated and non-mated, without a usable sample", false);
  fta.evaluate = scheme::On<Comparisons, Fta>;
  scheme::Scheme fte = Entry("fte", {"Failure-to-enrol rate", "注册失败率"},
                             "share of subjects whose enrolments all failed", false);
  fte.evaluate = scheme::On<Comparisons, Fte>;
  scheme::Scheme gfar =
      Entry("gfar", {"Generalised false accept rate", "广义错误接受率"}, "(1 - FTE) FAR", true);
  gfar.rules.averaging = "interval of a product of shares by their logarithms (Zou and Donner 2008)";
  gfar.evaluate = scheme::On<Comparisons, Gfar>;
  scheme::Scheme gfrr =
      Entry("gfrr", {"Generalised false reject rate", "广义错误拒绝率"}, "FTE + (1 - FTE) FRR", true);
  gfrr.rules.averaging = gfar.rules.averaging;
  gfrr.evaluate = scheme::On<Comparisons, Gfrr>;
  return {far, frr, fta, fte, gfar, gfrr};
}

}  // namespace cupel::algorithm::biometric
