// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/tally_report.h"

#include <fmt/format.h>

#include <functional>

namespace cupel::algorithm::event {
namespace {

using Rate = std::function<double(const Counts&)>;
using Weights = std::span<const double>;

void AddRate(std::string name, const Tally& tally, bool macro, const Rate& rate, std::int64_t n,
             Findings& findings) {
  findings.Add(
      std::move(name),
      [&](Weights weights) {
        return macro ? MacroMean(tally, weights, rate) : rate(Overall(tally, weights));
      },
      n);
}

std::int64_t TruthCount(const Tally& tally) {
  return static_cast<std::int64_t>(Overall(tally, std::vector<double>(tally.overall.size(), 1.0)).truth);
}

/// One figure a category that the truth has events of, and the bars of them.
void AddByCategory(const EventInput& input, const Tally& tally, const std::string& prefix, const Rate& rate,
                   const check::Text& title, Findings& findings) {
  const std::vector<double> all(input.sources.size(), 1.0);
  std::vector<double> values;
  for (std::size_t category = 0; category < tally.categories; ++category) {
    const Counts counts = OfCategory(tally, all, category);
    values.push_back(rate(counts));
    if (counts.truth == 0) continue;
    findings.Add(
        prefix + "." + input.categories[category],
        [&, category](Weights weights) { return rate(OfCategory(tally, weights, category)); },
        static_cast<std::int64_t>(counts.truth));
  }
  findings.AddFigure(BarsFigure(title, input.categories, values));
}

}  // namespace

check::ParameterSpec AverageSpec() {
  return Choice("average", {"micro", "macro"}, "over all events, or the mean of the categories",
                "全部事件合计，或各类别的平均");
}

check::ParameterSpec SilenceSpec() {
  return Choice("silence", {"zero", "undefined"},
                "F of a category that is never answered: 0, or left out of the mean (sed_eval's default)",
                "从未给出结果的类别的 F：计为 0，或不计入平均（sed_eval 默认）");
}

Silence SilenceOf(const check::Parameters& parameters) {
  return parameters.Text("silence") == "zero" ? Silence::kZero : Silence::kUndefined;
}

Averaging AveragingOf(const check::Parameters& parameters) {
  return {.macro = parameters.Text("average") == "macro", .silence = SilenceOf(parameters)};
}

void AddFScores(const EventInput& input, const Tally& tally, const Averaging& averaging, Findings& findings) {
  const Silence silence = averaging.silence;
  const std::int64_t n = TruthCount(tally);
  const Rate score = [silence](const Counts& counts) { return FScore(counts, silence); };
  AddRate("value", tally, averaging.macro, score, n, findings);
  AddRate(
      "precision", tally, averaging.macro,
      [silence](const Counts& counts) { return Precision(counts, silence); }, n, findings);
  AddRate("recall", tally, averaging.macro, Recall, n, findings);
  AddByCategory(input, tally, "f_score", score, {"F by category", "各类别的 F"}, findings);
}

void AddErrorRates(const EventInput& input, const Tally& tally, bool macro, Findings& findings) {
  const std::int64_t n = TruthCount(tally);
  AddRate("value", tally, macro, ErrorRate, n, findings);
  const auto share = [](double Counts::* part) {
    return [part](const Counts& counts) {
      return counts.*part / counts.truth;  // 0/0 is NaN: no rate
    };
  };
  AddRate("deletion_rate", tally, macro, share(&Counts::deleted), n, findings);
  AddRate("insertion_rate", tally, macro, share(&Counts::inserted), n, findings);
  if (!macro) {
    AddRate("substitution_rate", tally, false, share(&Counts::substituted), n, findings);
  }
  AddByCategory(input, tally, "error_rate", ErrorRate, {"Error rate by category", "各类别的错误率"},
                findings);
}

void NoteLeftOut(std::int64_t left_out, Findings& findings) {
  if (left_out == 0) return;
  findings.AddNote(fmt::format("{} answers below the threshold do not count.", left_out),
                   fmt::format("{} 个结果低于阈值，不计入。", left_out));
}

}  // namespace cupel::algorithm::event
