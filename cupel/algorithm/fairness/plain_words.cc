// SPDX-License-Identifier: Apache-2.0
// The argument about a decision, told so that someone who does not compute can follow it: the error rates on
// one side, what a decision means on the other, and the identity that sets them against each other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/figures.h"
#include "cupel/algorithm/fairness/audit.h"
#include "cupel/algorithm/fairness/group_metrics.h"
#include "cupel/algorithm/fairness/ranking.h"
#include "cupel/stats/contingency.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using check::CheckResult;
using check::Text;

std::string Percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// Two groups of an attribute: the one that is looked at and the reference.
struct Contrast {
  const Audit& audit;
  std::size_t group;

  const Cell& own() const { return audit.cells[group]; }
  const Cell& reference() const { return audit.cells[audit.reference]; }
  const std::string& own_name() const { return audit.GroupName(group); }
  const std::string& reference_name() const { return audit.GroupName(audit.reference); }
};

/// A rate of both groups and what may be said of its difference.
struct Compared {
  stats::GroupCount own;
  stats::GroupCount reference;
  double difference = 0;
  stats::Interval interval;
  bool differs = false;
  bool alike = false;  ///< Shown to be within the margin.
};

Compared CompareRate(const Contrast& contrast, Rate rate, const Settings& settings) {
  Compared compared;
  compared.own = CountOf(contrast.own(), rate);
  compared.reference = CountOf(contrast.reference(), rate);
  compared.difference = *SignedDifference(contrast.own(), contrast.reference(), rate);
  compared.interval = stats::NewcombeDifference(compared.own.k, compared.own.n, compared.reference.k,
                                                compared.reference.n, settings.level);
  compared.differs = compared.interval.low > 0 || compared.interval.high < 0;
  compared.alike =
      stats::TestEquivalence(compared.own, compared.reference, settings.margin, 1 - settings.level).p_value <=
      1 - settings.level;
  return compared;
}

std::string CountText(stats::GroupCount count) {
  return fmt::format("{} ({} of {})", Percent(static_cast<double>(count.k) / static_cast<double>(count.n)),
                     count.k, count.n);
}

std::string CountTextZh(stats::GroupCount count) {
  return fmt::format("{}（{} 人中 {} 人）",
                     Percent(static_cast<double>(count.k) / static_cast<double>(count.n)), count.n, count.k);
}

/// The difference and its limits in points, counted in the direction in which it goes. Never "-0.0".
struct Points {
  double size, low, high;

  explicit Points(const Compared& compared) {
    const double sign = compared.difference >= 0 ? 100 : -100;
    const auto rounded = [](double points) { return std::round(points * 10) / 10 + 0.0; };
    size = rounded(sign * compared.difference);
    low = rounded(sign * (sign > 0 ? compared.interval.low : compared.interval.high));
    high = rounded(sign * (sign > 0 ? compared.interval.high : compared.interval.low));
  }
};

/// "21.4 points more (95 % interval 18.2 to 24.5)"
std::string DifferenceText(const Compared& compared) {
  const Points points(compared);
  return fmt::format("{:.1f} points {} ({:g} % interval {:.1f} to {:.1f})", points.size,
                     compared.difference >= 0 ? "more" : "fewer", 100 * compared.interval.level, points.low,
                     points.high);
}

std::string DifferenceTextZh(const Compared& compared) {
  const Points points(compared);
  return fmt::format("{} {:.1f} 个百分点（{:g} % 区间 {:.1f} 至 {:.1f}）",
                     compared.difference >= 0 ? "高出" : "低", points.size, 100 * compared.interval.level,
                     points.low, points.high);
}

Text Conclusion(const Compared& compared, double margin) {
  if (compared.alike) {
    return {fmt::format("The two are shown to be alike, within {:g} points.", 100 * margin),
            fmt::format("已证明两者相近，相差在 {:g} 个百分点以内。", 100 * margin)};
  }
  if (compared.differs) {
    return {"Chance alone does not explain the difference.", "该差异不能仅用偶然解释。"};
  }
  return {fmt::format("A difference is not shown, and neither is its absence: it may be as large as {:.1f} "
                      "points.",
                      100 * std::max(-compared.interval.low, compared.interval.high)),
          fmt::format("未证明存在差异，也未证明不存在差异：差异最大可能达 {:.1f} 个百分点。",
                      100 * std::max(-compared.interval.low, compared.interval.high))};
}

/// Of those of one kind, how many of each group are of another kind.
Text Sentence(const Contrast& contrast, const Compared& compared, const Text& among, const Text& are,
              const Settings& settings) {
  const Text conclusion = Conclusion(compared, settings.margin);
  return {fmt::format("Of the people who {}, {} of {} and {} of {} {}: {}. {}", among.en,
                      CountText(compared.own), contrast.own_name(), CountText(compared.reference),
                      contrast.reference_name(), are.en, DifferenceText(compared), conclusion.en),
          fmt::format("在“{}”的人中，{} 有 {}“{}”，{} 有 {}；前者比后者{}。{}", among.zh, contrast.own_name(),
                      CountTextZh(compared.own), are.zh, contrast.reference_name(),
                      CountTextZh(compared.reference), DifferenceTextZh(compared), conclusion.zh)};
}

void NoteErrors(const Contrast& contrast, const Settings& settings, CheckResult& result) {
  const Words& words = settings.words;
  const Text wrongly_selected = Sentence(contrast, CompareRate(contrast, Rate::kFpr, settings),
                                         words.negative, words.selected, settings);
  const Text missed = {
      fmt::format("Conversely, of the people who {}, {} of {} and {} of {} were not found: {}.",
                  words.positive.en, CountText(CountOf(contrast.own(), Rate::kFnr)), contrast.own_name(),
                  CountText(CountOf(contrast.reference(), Rate::kFnr)), contrast.reference_name(),
                  DifferenceText(CompareRate(contrast, Rate::kFnr, settings))),
      fmt::format("反过来，在“{}”的人中，{} 有 {}，{} 有 {}未被识别；前者比后者{}。", words.positive.zh,
                  contrast.own_name(), CountTextZh(CountOf(contrast.own(), Rate::kFnr)),
                  contrast.reference_name(), CountTextZh(CountOf(contrast.reference(), Rate::kFnr)),
                  DifferenceTextZh(CompareRate(contrast, Rate::kFnr, settings)))};
  result.notes.push_back({fmt::format("One side of the argument, {}: who bears the errors. {} {}",
                                      contrast.audit.name(), wrongly_selected.en, missed.en),
                          fmt::format("争论的一方（{}）：错误由谁承担。{}{}", contrast.audit.name(),
                                      wrongly_selected.zh, missed.zh)});
}

void NoteMeaning(const Contrast& contrast, const Decisions& decisions, const Settings& settings,
                 CheckResult& result) {
  const Words& words = settings.words;
  const Text meaning = Sentence(contrast, CompareRate(contrast, Rate::kPpv, settings), words.selected,
                                words.positive, settings);
  Text ranking;
  if (!decisions.scores.empty()) {
    const Scored samples{decisions.scores, decisions.outcomes, contrast.audit.attribute.group_of};
    const auto own = SubgroupAuc(samples, static_cast<std::int32_t>(contrast.group), settings.level);
    const auto reference =
        SubgroupAuc(samples, static_cast<std::int32_t>(contrast.audit.reference), settings.level);
    ranking = {
        fmt::format(" The score ranks within the groups like this: a person who {} stands above one "
                    "who {} in {} of the pairs of {} and in {} of the pairs of {} (area under the ROC "
                    "curve {:.4f} and {:.4f}).",
                    words.positive.en, words.negative.en, Percent(own->value), contrast.own_name(),
                    Percent(reference->value), contrast.reference_name(), own->value, reference->value),
        fmt::format("评分在组内的排序能力：任取一名“{}”者与一名“{}”者，前者评分更高的比例在 {} 中为 "
                    "{}，在 {} 中为 {}（ROC 曲线下面积分别为 {:.4f} 与 {:.4f}）。",
                    words.positive.zh, words.negative.zh, contrast.own_name(), Percent(own->value),
                    contrast.reference_name(), Percent(reference->value), own->value, reference->value)};
  }
  result.notes.push_back({fmt::format("The other side, {}: what a decision means. {}{}",
                                      contrast.audit.name(), meaning.en, ranking.en),
                          fmt::format("争论的另一方（{}）：决策意味着什么。{}{}", contrast.audit.name(),
                                      meaning.zh, ranking.zh)});
}

/// PPV of a group with this base rate when its error rates are those given.
double PpvOf(double base_rate, double tpr, double fpr) {
  return base_rate * tpr / (base_rate * tpr + (1 - base_rate) * fpr);
}

void NoteIdentity(const Contrast& contrast, const Settings& settings, CheckResult& result) {
  const Compared base = CompareRate(contrast, Rate::kBase, settings);
  const Cell cells[] = {contrast.own(), contrast.reference()};
  const Cell both = Sum(cells);
  if (!base.differs || both.tp == 0 || both.fp == 0) return;
  const double own_base = *RateOf(contrast.own(), Rate::kBase);
  const double reference_base = *RateOf(contrast.reference(), Rate::kBase);
  if (own_base <= 0 || own_base >= 1 || reference_base <= 0 || reference_base >= 1) return;
  const double ppv = *RateOf(both, Rate::kPpv);
  const double tpr = *RateOf(both, Rate::kTpr);
  const double fpr = *RateOf(both, Rate::kFpr);
  const std::string own_fpr = Percent(FprOfIdentity(own_base, ppv, tpr));
  const std::string reference_fpr = Percent(FprOfIdentity(reference_base, ppv, tpr));
  const std::string own_ppv = Percent(PpvOf(own_base, tpr, fpr));
  const std::string reference_ppv = Percent(PpvOf(reference_base, tpr, fpr));
  const Words& words = settings.words;
  result.notes.push_back(
      {fmt::format(
           "Why both sides cannot be satisfied. {} of {} and {} of {} {}: the base rates p differ. In every "
           "table of decisions, false positive rate = p / (1 - p) x (1 - PPV) / PPV x true positive rate. If "
           "a decision meant the same for both groups (PPV {}) and found as many of both (true positive rate "
           "{}), the false positive rates would still be {} for {} and {} for {}. If instead both groups had "
           "the same error rates (false positive {}, false negative {}), a decision would be right for {} of "
           "those selected of {} and {} of {}. Only decisions without errors, or equal base rates, escape "
           "this (Chouldechova 2017). Which of the two is owed is a question of law and policy that no "
           "measurement answers.",
           Percent(own_base), contrast.own_name(), Percent(reference_base), contrast.reference_name(),
           words.positive.en, Percent(ppv), Percent(tpr), own_fpr, contrast.own_name(), reference_fpr,
           contrast.reference_name(), Percent(fpr), Percent(1 - tpr), own_ppv, contrast.own_name(),
           reference_ppv, contrast.reference_name()),
       fmt::format("为何双方的要求不能同时满足。{} 中有 {}、{} 中有 {}“{}”：两组的基础率 p "
                   "不同。任何决策表都满足：假正"
                   "率 = p / (1 - p) x (1 - PPV) / PPV x 真正率。若决策对两组含义相同（PPV 为 "
                   "{}）且识别比例相同（真正率 "
                   "{}），假正率仍将是 {} {}、{} {}。反之，若两组错误率相同（假正率 {}、假负率 "
                   "{}），则被选中者中判断正确"
                   "的比例在 {} 为 {}，在 {} 为 {}。只有毫无错误的决策或相同的基础率才能例外（Chouldechova "
                   "2017）。应当保证哪一种公平，是法律与政策问题，测量无法回答。",
                   contrast.own_name(), Percent(own_base), contrast.reference_name(), Percent(reference_base),
                   words.positive.zh, Percent(ppv), Percent(tpr), contrast.own_name(), own_fpr,
                   contrast.reference_name(), reference_fpr, Percent(fpr), Percent(1 - tpr),
                   contrast.own_name(), own_ppv, contrast.reference_name(), reference_ppv)});
}

void AddBars(const Audit& audit, Rate rate, const Text& title, const Settings& settings,
             CheckResult& result) {
  const std::vector<std::size_t> groups = LargeEnough(audit, rate, settings.smallest);
  if (groups.size() < 2) return;
  Json figure = check::Figure("bars", title);
  figure["min"] = 0;
  figure["max"] = 1;
  figure["reference"] = *RateOf(Sum(audit.cells), rate);
  Json::Array bars;
  for (const std::size_t g : groups) {
    const auto [k, n] = CountOf(audit.cells[g], rate);
    bars.push_back(check::Bar(fmt::format("{} ({} / {})", audit.GroupName(g), k, n),
                              static_cast<double>(k) / static_cast<double>(n),
                              stats::Wilson(k, n, settings.level)));
  }
  figure["series"] = std::move(bars);
  result.figures.push_back(std::move(figure));
}

void AddPictures(const Audit& audit, const Settings& settings, CheckResult& result) {
  const Words& words = settings.words;
  AddBars(audit, Rate::kFpr,
          {fmt::format("Who bears the errors, by {}: of those who {}, the share who {}", audit.name(),
                       words.negative.en, words.selected.en),
           fmt::format("错误由谁承担（{}）：“{}”的人中“{}”的比例", audit.name(), words.negative.zh,
                       words.selected.zh)},
          settings, result);
  AddBars(audit, Rate::kFnr,
          {fmt::format("Who is missed, by {}: of those who {}, the share who were not found", audit.name(),
                       words.positive.en),
           fmt::format("谁被遗漏（{}）：“{}”的人中未被识别的比例", audit.name(), words.positive.zh)},
          settings, result);
  AddBars(audit, Rate::kPpv,
          {fmt::format("What a decision means, by {}: of those who {}, the share who {}", audit.name(),
                       words.selected.en, words.positive.en),
           fmt::format("决策意味着什么（{}）：“{}”的人中“{}”的比例", audit.name(), words.selected.zh,
                       words.positive.zh)},
          settings, result);
  AddBars(audit, Rate::kBase,
          {fmt::format("Base rates, by {}: the share who {}", audit.name(), words.positive.en),
           fmt::format("基础率（{}）：“{}”的比例", audit.name(), words.positive.zh)},
          settings, result);
}

/// The largest group beside the reference for which every rate of the argument exists.
std::optional<std::size_t> ContrastOf(const Audit& audit, std::int64_t smallest) {
  const auto usable = [&](std::size_t g) {
    const Cell& cell = audit.cells[g];
    return std::min({cell.negatives(), cell.positives(), cell.selected()}) >=
           std::max<std::int64_t>(1, smallest);
  };
  if (!usable(audit.reference)) return std::nullopt;
  std::optional<std::size_t> best;
  for (std::size_t g = 0; g < audit.cells.size(); ++g) {
    if (g == audit.reference || !usable(g)) continue;
    if (!best || audit.cells[g].n() > audit.cells[*best].n()) best = g;
  }
  return best;
}

}  // namespace

void AddPlainWords(const Audit& audit, const Decisions& decisions, const Settings& settings,
                   CheckResult& result) {
  AddPictures(audit, settings, result);
  const std::optional<std::size_t> group = ContrastOf(audit, settings.smallest);
  if (!group) return;
  const Contrast contrast{audit, *group};
  NoteErrors(contrast, settings, result);
  NoteMeaning(contrast, decisions, settings, result);
  NoteIdentity(contrast, settings, result);
}

}  // namespace cupel::algorithm::fairness
