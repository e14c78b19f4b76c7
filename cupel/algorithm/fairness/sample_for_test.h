// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For this module's tests: sixty samples by formula, of which reference implementations were asked for their
/// figures, so that nobody needs a file.
///
///     y_i = (3 i^2 + i) mod 7 < 3      d_i = (5 i + i^2) mod 11 < 5      group_i = 3 i mod 4
///     s_i = ((193 i + 71) mod 101) / 101
///     x_ij = ((7919 i + 104729 j + 31 i^2) mod 1000) / 1000, j < 3

#include <vector>

#include "cupel/algorithm/fairness/cells.h"

namespace cupel::algorithm::fairness::test_support {

struct Sample {
  std::vector<Outcome> outcomes;
  std::vector<std::int32_t> group_of;
  std::vector<double> labels, decisions, scores;
  std::vector<double> features;  ///< [60, 3]

  Sample() {
    for (int i = 0; i < 60; ++i) {
      const int label = (i * i * 3 + i) % 7 < 3 ? 1 : 0;
      const int decision = (i * 5 + i * i) % 11 < 5 ? 1 : 0;
      outcomes.push_back(static_cast<Outcome>(2 * label + decision));
      group_of.push_back(i * 3 % 4);
      labels.push_back(label);
      decisions.push_back(decision);
      scores.push_back(((i * 193 + 71) % 101) / 101.0);
      for (int j = 0; j < 3; ++j) features.push_back(((i * 7919 + j * 104729 + i * i * 31) % 1000) / 1000.0);
    }
  }
  std::vector<Cell> Cells() const { return CountCells(outcomes, group_of, 4); }
};

}  // namespace cupel::algorithm::fairness::test_support
