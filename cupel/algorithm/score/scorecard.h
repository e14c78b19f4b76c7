// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The score of an inspection: seven factors from 0 to 100, and the weakest of them.
///
/// Each factor is a function of what its checks measured, taken at the end of the confidence interval that
/// hurts, and falls when that figure gets worse (it is monotone; a test holds it to that):
///
///   white-box   100 * lower bound of robust accuracy, over all gradient and nearest-point attacks together
///   query       the same over the query attacks
///   transfer    the same over the transfer attacks
///   physical    100 * (1 - upper bound of physical attack success)
///   backdoor    100 * (1 - upper bound of the success of a trigger that was given, or recovered for a
///   flagged
///               class); 0 when training data are flagged; 100 when nothing is
///   membership  100 * (1 - advantage), advantage = 2 * upper bound of the area under the curve - 1, not
///               below 0
///   inversion   100 * (1 - upper bound of a copy's fidelity, of an attribute's advantage, or of how much
///               nearer prototypes lie to training data)
///
/// Where several checks speak of one factor, the lowest counts. "Together" means per sample: checks of one
/// subset, norm and largest budget count a sample as broken that any of them broke. A factor that no check
/// measured has no score. The overall score is the lowest of the factors, never an average, and is incomplete
/// while a factor is missing.
///
/// Does not promise comparability between plans: budgets, norms and data are the plan's.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::score {

/// One check, run.
struct Measured {
  std::string_view id;
  const Json* parameters = nullptr;  ///< Complete, as frozen.
  std::string subset;                ///< Which samples: equal texts mean equal samples.
  const check::CheckResult* result = nullptr;
};

struct Factor {
  std::string id;  ///< "white-box"
  check::Text title;
  std::optional<double> score;      ///< [0, 100]; none when no check measured it.
  std::vector<std::string> checks;  ///< Those that speak of it, in the order given.
  check::Text basis;                ///< The figure that gave the score; "" without one.
};

struct Scorecard {
  std::vector<Factor> factors;    ///< Seven, always in the same order.
  std::optional<double> overall;  ///< The lowest score; none when no factor was measured.
  std::string weakest;            ///< The factor with that score; the first of equals.
  bool complete = false;          ///< All seven were measured.
};

/// Checks of other families are passed over, and results that do not apply.
Scorecard ScoreOf(std::span<const Measured> measured);

/// For the report (docs/formats/report.md).
Json ToJson(const Scorecard& scorecard);

}  // namespace cupel::algorithm::score
