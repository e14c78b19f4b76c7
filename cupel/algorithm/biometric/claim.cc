// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/claim.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/base/nearest.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::biometric {
namespace {

enum class Side {
  kAccept,  ///< What an impostor gains from: must be rare.
  kReject,  ///< What a genuine user suffers from: per cents.
  kOther,   ///< Attacks, failures: no order of magnitude is wrong by itself.
};

struct Rate {
  std::string_view name;
  Side side;
};

constexpr std::array kRates = {
    Rate{"FAR", Side::kAccept},  Rate{"FMR", Side::kAccept},  Rate{"FPIR", Side::kAccept},
    Rate{"GFAR", Side::kAccept}, Rate{"FRR", Side::kReject},  Rate{"FNMR", Side::kReject},
    Rate{"FNIR", Side::kReject}, Rate{"GFRR", Side::kReject}, Rate{"FTA", Side::kOther},
    Rate{"FTE", Side::kOther},   Rate{"APCER", Side::kOther}, Rate{"BPCER", Side::kOther},
    Rate{"IAPAR", Side::kOther},
};

/// A false accept rate from here on is one that nobody would sell.
constexpr double kImplausibleAccept = 0.01;
/// A false reject rate up to here is one that nobody has measured on people.
constexpr double kImplausibleReject = 0.001;
constexpr double kFidoAccept = 1e-4;

Result<Rate> RateOf(const std::string& metric) {
  std::string upper = metric;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  const auto found = std::ranges::find(kRates, upper, &Rate::name);
  if (found != kRates.end()) return *found;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no error rate is called \"{}\"", metric), "",
              NearestRemedy(upper, KnownRates()));
}

Status CheckValue(std::string_view what, double value) {
  if (value > 0 && value < 1) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("the {} must be in (0, 1), got {:g}", what, value), "",
              "write 3 % as 0.03");
}

Status CheckClaim(const Claim& claim) {
  CUPEL_TRY_STATUS(CheckValue("claimed value", claim.value));
  CUPEL_TRY_STATUS(CheckValue("level", claim.level));
  if (claim.trials < 1) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("trials must be at least 1, got {}", claim.trials));
  }
  if (claim.errors < 0 || claim.errors > claim.trials) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("errors must be in 0 .. {}, got {}", claim.trials, claim.errors));
  }
  if (claim.subjects && (*claim.subjects < 1 || *claim.subjects > claim.trials)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("subjects must be in 1 .. {}, got {}", claim.trials, *claim.subjects));
  }
  return {};
}

bool IsWrongWayRound(Side side, double value) {
  return (side == Side::kAccept && value >= kImplausibleAccept) ||
         (side == Side::kReject && value <= kImplausibleReject);
}

check::Text Swapped(const Figure& accept, const Figure& reject) {
  return {fmt::format(
              "{} {:g} and {} {:g} read as if they had been swapped: FIDO's limits are FAR < 1/10 000 and "
              "FRR in the low per cent",
              accept.metric, accept.value, reject.metric, reject.value),
          fmt::format("{} {:g} 与 {} {:g} 似乎互换了：FIDO 的限值是 FAR < 1/10 000，FRR 为百分之几",
                      accept.metric, accept.value, reject.metric, reject.value)};
}

check::Text Alone(const Figure& figure, Side side) {
  if (side == Side::kAccept) {
    return {
        fmt::format(
            "{} {:g} lets in one impostor of {:.0f}: such a figure is usual for a false reject rate; are "
            "the two swapped?",
            figure.metric, figure.value, 1 / figure.value),
        fmt::format("{} {:g} 意味着每 {:.0f} 个冒充者放行一个：这样的数值通常是错误拒绝率；两者是否互换？",
                    figure.metric, figure.value, 1 / figure.value)};
  }
  return {
      fmt::format(
          "{} {:g} turns away one genuine user of {:.0f}: such a figure is usual for a false accept rate; "
          "are the two swapped?",
          figure.metric, figure.value, 1 / figure.value),
      fmt::format("{} {:g} 意味着每 {:.0f} 个真实用户拒绝一个：这样的数值通常是错误接受率；两者是否互换？",
                  figure.metric, figure.value, 1 / figure.value)};
}

/// "1 error", "3 errors".
std::string Errors(std::int64_t count) { return fmt::format("{} error{}", count, count == 1 ? "" : "s"); }

ClaimVerdict VerdictOf(const Claim& claim, const Judgement& judgement) {
  if (judgement.upper_bound <= claim.value) return ClaimVerdict::kSupported;
  if (judgement.lower_bound > claim.value) return ClaimVerdict::kContradicted;
  return ClaimVerdict::kUnsupported;
}

check::Text VerdictText(const Claim& claim, const Judgement& judgement, std::string_view name) {
  const std::string at = fmt::format("{:g} %", 100 * claim.level);
  switch (judgement.verdict) {
    case ClaimVerdict::kSupported:
      return {fmt::format("{} in {} independent trials support {} <= {:g} at {}: the upper bound is {:.3g}",
                          Errors(claim.errors), claim.trials, name, claim.value, at, judgement.upper_bound),
              fmt::format("{} 次独立试验中 {} 次错误，在 {} 置信下支持 {} <= {:g}：上界为 {:.3g}",
                          claim.trials, claim.errors, at, name, claim.value, judgement.upper_bound)};
    case ClaimVerdict::kContradicted:
      return {fmt::format("{} in {} trials contradict {} <= {:g}: the rate is above {:.3g} at {}",
                          Errors(claim.errors), claim.trials, name, claim.value, judgement.lower_bound, at),
              fmt::format("{} 次试验中 {} 次错误与 {} <= {:g} 矛盾：在 {} 置信下错误率高于 {:.3g}",
                          claim.trials, claim.errors, name, claim.value, at, judgement.lower_bound)};
    case ClaimVerdict::kUnsupported: break;
  }
  return {
      fmt::format("refused: {} in {} trials support at most {} <= {:.3g} at {}, not {:g}; the claim needs {} "
                  "trials with as many errors, {} without an error",
                  Errors(claim.errors), claim.trials, name, judgement.upper_bound, at, claim.value,
                  judgement.needed_with_errors, judgement.needed_without_error),
      fmt::format("拒绝：{} 次试验中 {} 次错误，在 {} 置信下最多支持 {} <= {:.3g}，而非 "
                  "{:g}；该声明在同样错误数下需要 "
                  "{} 次试验，无错误时需要 {} 次",
                  claim.trials, claim.errors, at, name, judgement.upper_bound, claim.value,
                  judgement.needed_with_errors, judgement.needed_without_error)};
}

void AddSampleNotes(const Claim& claim, Judgement& judgement) {
  if (!judgement.meets_rule_of_30) {
    judgement.reasons.push_back(
        {fmt::format("rule of 30: 30 errors give +-30 %; at the claimed rate they take {} trials",
                     judgement.needed_for_rule_of_30),
         fmt::format("30 法则：30 次错误可达 正负 30 %；按声明的错误率需要 {} 次试验",
                     judgement.needed_for_rule_of_30)});
  }
  if (claim.errors > 0 && std::abs(judgement.observed / claim.value - 1) < 0.01) {
    judgement.reasons.push_back(
        {fmt::format("the claim is the observed share itself; its upper bound is {:.2f} times as large",
                     judgement.upper_bound / claim.value),
         fmt::format("声明值就是观测到的比例；其上界是它的 {:.2f} 倍", judgement.upper_bound / claim.value)});
  }
  if (!judgement.upper_bound_by_subjects) return;
  judgement.reasons.push_back(
      {fmt::format(
           "attempts of one subject are not independent: if they always agree, {} subjects support {:.3g}",
           *claim.subjects, *judgement.upper_bound_by_subjects),
       fmt::format("同一受试者的多次尝试并不独立：若结果总是一致，{} 名受试者只能支持 {:.3g}",
                   *claim.subjects, *judgement.upper_bound_by_subjects)});
}

/// Comparisons of different people: s subjects make s (s - 1) / 2 pairs.
void AddPairNote(const Claim& claim, Side side, Judgement& judgement) {
  if (side != Side::kAccept || !claim.subjects) return;
  const auto subjects = static_cast<double>(*claim.subjects);
  const double pairs = subjects * (subjects - 1) / 2;
  if (static_cast<double>(claim.trials) <= pairs) return;
  judgement.reasons.push_back(
      {fmt::format("{} subjects make {:.0f} pairs: {} trials compare some of them again", *claim.subjects,
                   pairs, claim.trials),
       fmt::format("{} 名受试者只有 {:.0f} 对：{} 次试验中有重复比对", *claim.subjects, pairs,
                   claim.trials)});
}

void AddFidoNote(const Claim& claim, Side side, std::string_view name, Judgement& judgement) {
  if (side != Side::kAccept || claim.value <= kFidoAccept || claim.value >= kImplausibleAccept) return;
  judgement.reasons.push_back(
      {fmt::format("{} {:g} is above the 1/10 000 that FIDO asks of a biometric component", name,
                   claim.value),
       fmt::format("{} {:g} 高于 FIDO 对生物识别组件要求的 1/10 000", name, claim.value)});
}

}  // namespace

std::string_view ClaimVerdictName(ClaimVerdict verdict) {
  switch (verdict) {
    case ClaimVerdict::kSupported: return "supported";
    case ClaimVerdict::kUnsupported: return "unsupported";
    case ClaimVerdict::kContradicted: return "contradicted";
  }
  return "";
}

std::vector<std::string> KnownRates() {
  std::vector<std::string> names;
  for (const Rate& rate : kRates) names.emplace_back(rate.name);
  return names;
}

Result<std::vector<check::Text>> Implausible(std::span<const Figure> figures) {
  std::vector<Figure> accepts;
  std::vector<Figure> rejects;
  for (const Figure& figure : figures) {
    CUPEL_TRY(const Rate rate, RateOf(figure.metric));
    CUPEL_TRY_STATUS(CheckValue(rate.name, figure.value));
    if (!IsWrongWayRound(rate.side, figure.value)) continue;
    (rate.side == Side::kAccept ? accepts : rejects).push_back({std::string(rate.name), figure.value});
  }
  std::vector<check::Text> reasons;
  const std::size_t pairs = std::min(accepts.size(), rejects.size());
  for (std::size_t i = 0; i < pairs; ++i) reasons.push_back(Swapped(accepts[i], rejects[i]));
  for (std::size_t i = pairs; i < accepts.size(); ++i) reasons.push_back(Alone(accepts[i], Side::kAccept));
  for (std::size_t i = pairs; i < rejects.size(); ++i) reasons.push_back(Alone(rejects[i], Side::kReject));
  return reasons;
}

Result<Judgement> JudgeClaim(const Claim& claim) {
  CUPEL_TRY(const Rate rate, RateOf(claim.metric));
  CUPEL_TRY_STATUS(CheckClaim(claim));
  Judgement judgement;
  judgement.observed = static_cast<double>(claim.errors) / static_cast<double>(claim.trials);
  judgement.upper_bound = stats::UpperErrorBound(claim.errors, claim.trials, claim.level);
  judgement.lower_bound = 1 - stats::UpperErrorBound(claim.trials - claim.errors, claim.trials, claim.level);
  judgement.interval = stats::ClopperPearson(claim.errors, claim.trials, claim.level);
  judgement.needed_without_error = stats::SamplesForZeroErrors(claim.value, claim.level);
  judgement.needed_with_errors = stats::SamplesForErrors(claim.errors, claim.value, claim.level);
  judgement.needed_for_rule_of_30 = stats::SamplesForRuleOf30(claim.value);
  judgement.meets_rule_of_30 = claim.errors >= stats::kRuleOf30Errors;
  if (claim.subjects) {
    // Errors of one subject are one: at least errors / (trials / subjects) subjects fail, rounded up.
    const double each = static_cast<double>(claim.trials) / static_cast<double>(*claim.subjects);
    const auto failing = static_cast<std::int64_t>(std::ceil(static_cast<double>(claim.errors) / each));
    judgement.upper_bound_by_subjects =
        stats::UpperErrorBound(std::min(failing, *claim.subjects), *claim.subjects, claim.level);
  }
  judgement.verdict = VerdictOf(claim, judgement);
  judgement.reasons.push_back(VerdictText(claim, judgement, rate.name));
  std::vector<Figure> figures = claim.beside;
  figures.push_back({std::string(rate.name), claim.value});
  CUPEL_TRY(const std::vector<check::Text> implausible, Implausible(figures));
  judgement.is_plausible = implausible.empty();
  judgement.reasons.insert(judgement.reasons.end(), implausible.begin(), implausible.end());
  AddSampleNotes(claim, judgement);
  AddPairNote(claim, rate.side, judgement);
  AddFidoNote(claim, rate.side, rate.name, judgement);
  return judgement;
}

}  // namespace cupel::algorithm::biometric
