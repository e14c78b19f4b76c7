// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/regression/targets.h"

#include <array>
#include <string>

#include "cupel/algorithm/scheme/rows.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Row;

Status AddInterval(const Row& row, Targets& targets) {
  const bool has_low = row.columns().contains("low");
  if (has_low != row.columns().contains("high")) return row.Corrupt("the columns low and high come together");
  if (!has_low) return {};
  CUPEL_TRY(const double low, row.Real("low"));
  CUPEL_TRY(const double high, row.Real("high"));
  if (low > high) return row.Corrupt("an interval's low must not exceed its high");
  targets.low.push_back(low);
  targets.high.push_back(high);
  return {};
}

Status AddMembers(const Row& row, Targets& targets) {
  std::int64_t count = 0;
  for (const auto& [name, column] : row.columns()) {
    if (!name.starts_with("member_")) continue;
    CUPEL_TRY(const double member, row.Real(name));
    targets.members.push_back(member);
    ++count;
  }
  if (count == 1) return row.Corrupt("an ensemble has at least two member_ columns");
  targets.members_each = count;
  return {};
}

Status AddRow(const Row& row, scheme::NameNumbers& units, Targets& targets) {
  CUPEL_TRY(const double truth, row.Real("truth"));
  targets.truth.push_back(truth);
  if (row.columns().contains("prediction")) {
    CUPEL_TRY(const double prediction, row.Real("prediction"));
    targets.prediction.push_back(prediction);
  }
  if (row.columns().contains("weight")) {
    CUPEL_TRY(const double weight, row.Real("weight"));
    if (weight <= 0) return row.Corrupt("column \"weight\" must be above 0");
    targets.weight.push_back(weight);
  }
  if (row.columns().contains("unit")) {
    CUPEL_TRY(const std::string unit, row.Name("unit"));
    targets.unit.push_back(units.Of(unit));
  }
  CUPEL_TRY_STATUS(AddInterval(row, targets));
  return AddMembers(row, targets);
}

Result<std::unique_ptr<scheme::Input>> Read(const scheme::Sources& sources) {
  CUPEL_TRY(Targets targets, ReadTargets(sources.predictions));
  return std::make_unique<Targets>(std::move(targets));
}

}  // namespace

Result<Targets> ReadTargets(const std::filesystem::path& path) {
  static const std::array<scheme::ColumnSpec, 7> kColumns{{{"truth", true},
                                                           {"prediction", false},
                                                           {"low", false},
                                                           {"high", false},
                                                           {"member_*", false},
                                                           {"weight", false},
                                                           {"unit", false}}};
  Targets targets;
  scheme::NameNumbers units;
  CUPEL_TRY_STATUS(
      scheme::ReadRows(path, kColumns, [&](const Row& row) { return AddRow(row, units, targets); }));
  return targets;
}

const scheme::InputFormat kTargets{
    .name = "targets",
    .meaning = {"CSV, one row a sample: truth, and optional prediction, low and high, member_* (an "
                "ensemble), weight, "
                "unit (what is drawn together by the bootstrap)",
                "CSV，每行一个样本：truth，可选 prediction、low 与 high、member_*（集合预报）、weight、unit"
                "（自助法中一起抽取的单位）"},
    .read = Read};

}  // namespace cupel::algorithm::regression
