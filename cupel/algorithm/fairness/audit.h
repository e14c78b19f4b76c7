// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What evaluate.fairness works on: the attributes with their counted cells, and the sections that turn them
/// into figures. Each section adds to the result and knows nothing of the others.

#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/fairness/cells.h"
#include "cupel/algorithm/fairness/decisions.h"
#include "cupel/data/dataset/dataset.h"

namespace cupel::algorithm::fairness {

/// All pairs of groups are compared, so there must not be too many.
inline constexpr std::size_t kMaxGroups = 64;

/// How reports speak of a case: "reoffended", "did not reoffend", "were rated high risk".
struct Words {
  check::Text positive;
  check::Text negative;
  check::Text selected;
};

struct Settings {
  double level = 0.95;
  std::int64_t smallest = 30;
  std::int64_t replicates = 2000;
  double margin = 0.05;
  std::uint64_t seed = 0;
  std::string strata;
  bool differentials = false;
  Words words;
};

/// An attribute, or several crossed.
struct Audit {
  data::dataset::GroupAttribute attribute;
  std::vector<Cell> cells;  ///< [g]
  bool crossed = false;
  std::size_t reference = 0;  ///< The group that others are compared with.

  const std::string& name() const { return attribute.name; }
  const std::string& GroupName(std::size_t g) const { return attribute.group_names[g]; }
  /// "race.Asian"
  std::string Suffix(std::size_t g) const { return attribute.name + "." + GroupName(g); }
};

/// Groups whose rate rests on at least `smallest` samples, in the attribute's order; the kMaxGroups largest
/// of them.
std::vector<std::size_t> LargeEnough(const Audit& audit, Rate rate, std::int64_t smallest);

/// The rate's counts of these groups.
std::vector<stats::GroupCount> CountsOf(const Audit& audit, Rate rate, std::span<const std::size_t> groups);

/// Rates of each group with Wilson's interval, gaps freed from their bias, equalised odds, Holm's p-values.
void AddRates(const std::vector<Audit>& audits, const Settings& settings, check::CheckResult& result);

/// Every group against the reference: signed differences, equivalence, average odds, error balance, and
/// differences within strata.
void AddPairs(const Audit& audit, const Audit* strata, const Decisions& decisions, const Settings& settings,
              check::CheckResult& result);

/// Areas under the curve within and across groups, calibration, balance; of an attribute that is not crossed.
void AddScores(const Audit& audit, const Decisions& decisions, const Settings& settings,
               check::CheckResult& result);

/// Theil index and its part between groups, differential fairness, biometric differentials, shrunken rates.
void AddInequality(const std::vector<Audit>& audits, const Settings& settings, check::CheckResult& result);

/// Both sides of the argument about an attribute in words and pictures, and why both cannot be had when base
/// rates differ.
void AddPlainWords(const Audit& audit, const Decisions& decisions, const Settings& settings,
                   check::CheckResult& result);

}  // namespace cupel::algorithm::fairness
