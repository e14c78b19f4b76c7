// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/scenario_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/base/file.h"
#include "cupel/base/nearest.h"
#include "cupel/base/toml_table.h"

namespace cupel::algorithm::catalogue {
namespace {

Result<std::vector<scheme::Call>> ReadCalls(const TomlTable& table, const std::vector<std::string>& names) {
  std::vector<scheme::Call> calls;
  for (const std::string& name : names) {
    Result<scheme::Call> call = scheme::ParseCall(name, AllSchemes());
    if (!call)
      return Fail(call.error().code, call.error().message, table.Place("schemes"), call.error().remedy);
    calls.push_back(*std::move(call));
  }
  return calls;
}

std::vector<std::string> Ids(const std::vector<MatrixAxis>& axis) {
  std::vector<std::string> ids;
  for (const MatrixAxis& entry : axis) ids.push_back(entry.id);
  return ids;
}

Result<std::vector<MatrixAxis>> ReadAxis(const TomlTable& file, const std::string& name,
                                         const std::string& kind_key, const std::vector<std::string>& kinds) {
  CUPEL_TRY(const std::vector<TomlTable> tables, file.Tables(name));
  std::vector<MatrixAxis> axis;
  for (const TomlTable& table : tables) {
    CUPEL_TRY_STATUS(table.OnlyKeys({"id", kind_key, "conditions"}));
    MatrixAxis entry;
    CUPEL_TRY(entry.id, table.Text("id"));
    CUPEL_TRY(entry.kind, table.Text(kind_key));
    CUPEL_TRY(entry.conditions, table.TextsOr("conditions", {}));
    if (std::ranges::find(kinds, entry.kind) == kinds.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown {} \"{}\"", kind_key, entry.kind),
                  table.Place(kind_key), NearestRemedy(entry.kind, kinds));
    }
    if (std::ranges::find(axis, entry.id, &MatrixAxis::id) != axis.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("{} \"{}\" is declared twice", name, entry.id),
                  table.Place("id"));
    }
    axis.push_back(std::move(entry));
  }
  if (axis.empty()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the matrix declares no {}", name), file.Place(),
                fmt::format("add [[{}]]", name));
  }
  return axis;
}

Status OnAxis(const TomlTable& table, const std::string& key, const std::string& id,
              const std::vector<MatrixAxis>& axis) {
  const std::vector<std::string> ids = Ids(axis);
  if (std::ranges::find(ids, id) != ids.end()) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no {} is called \"{}\"", key, id), table.Place(key),
              NearestRemedy(id, ids));
}

Result<TestSet> ReadTestSet(const TomlTable& table, const ScenarioMatrix& matrix,
                            const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(
      table.OnlyKeys({"id", "algorithm", "scenario", "cohort", "predictions", "truth", "schemes"}));
  TestSet set;
  CUPEL_TRY(set.id, table.Text("id"));
  CUPEL_TRY(set.algorithm, table.Text("algorithm"));
  CUPEL_TRY(set.scenario, table.Text("scenario"));
  CUPEL_TRY(set.cohort, table.Text("cohort"));
  CUPEL_TRY_STATUS(OnAxis(table, "algorithm", set.algorithm, matrix.algorithms));
  CUPEL_TRY_STATUS(OnAxis(table, "scenario", set.scenario, matrix.scenarios));
  CUPEL_TRY(const std::string predictions, table.Text("predictions"));
  set.sources.predictions = folder / predictions;
  if (table.Has("truth")) {
    CUPEL_TRY(const std::string truth, table.Text("truth"));
    set.sources.truth = folder / truth;
  }
  set.calls = matrix.calls;
  if (table.Has("schemes")) {
    CUPEL_TRY(const std::vector<std::string> names, table.Texts("schemes"));
    CUPEL_TRY(set.calls, ReadCalls(table, names));
  }
  return set;
}

/// The figures of one cell: a metric a test set that has it, or one entry that says "not evaluated".
void FillCell(const MatrixAxis& algorithm, const MatrixAxis& scenario, const std::string& name,
              const ScenarioMatrix& matrix, const std::vector<std::vector<Outcome>>& outcomes,
              FilledMatrix& filled) {
  const std::size_t before = filled.cells.size();
  for (std::size_t s = 0; s < matrix.test_sets.size(); ++s) {
    const TestSet& set = matrix.test_sets[s];
    if (set.algorithm != algorithm.id || set.scenario != scenario.id) continue;
    for (const Outcome& outcome : outcomes[s]) {
      if (outcome.call.FullName() != name) continue;
      MatrixCell cell{algorithm.id, scenario.id, name, set.id, set.cohort, {}, {}};
      if (outcome.evaluation && !outcome.evaluation->metrics.empty()) {
        cell.metric = outcome.evaluation->metrics.front();
      } else {
        cell.reason = outcome.evaluation ? "no value" : outcome.evaluation.error().ToString();
      }
      filled.cells.push_back(std::move(cell));
    }
  }
  if (filled.cells.size() == before)
    filled.cells.push_back({algorithm.id, scenario.id, name, "", "", {}, "not evaluated"});
}

/// The matrix's own schemes, then those that only some test set has.
std::vector<std::string> SchemeNames(const ScenarioMatrix& matrix) {
  std::vector<std::string> names;
  const auto add = [&](const scheme::Call& call) {
    if (std::ranges::find(names, call.FullName()) == names.end()) names.push_back(call.FullName());
  };
  for (const scheme::Call& call : matrix.calls) add(call);
  for (const TestSet& set : matrix.test_sets) {
    for (const scheme::Call& call : set.calls) add(call);
  }
  return names;
}

}  // namespace

Result<ScenarioMatrix> ReadScenarioMatrix(const std::filesystem::path& path) {
  CUPEL_TRY(const std::string text, ReadTextFile(path));
  CUPEL_TRY(const TomlTable file, TomlTable::Parse(text, path.filename().string()));
  CUPEL_TRY_STATUS(file.OnlyKeys({"schemes", "algorithm", "scenario", "test_set"}));
  ScenarioMatrix matrix;
  CUPEL_TRY(const std::vector<std::string> names, file.Texts("schemes"));
  CUPEL_TRY(matrix.calls, ReadCalls(file, names));
  CUPEL_TRY(matrix.algorithms, ReadAxis(file, "algorithm", "class", {"main", "long-tail"}));
  CUPEL_TRY(matrix.scenarios, ReadAxis(file, "scenario", "kind", {"static", "dynamic"}));
  if (!file.Has("test_set")) return matrix;
  CUPEL_TRY(const std::vector<TomlTable> tables, file.Tables("test_set"));
  for (const TomlTable& table : tables) {
    Result<TestSet> set = ReadTestSet(table, matrix, path.parent_path());
    if (!set) return tl::unexpected(std::move(set).error());
    matrix.test_sets.push_back(*std::move(set));
  }
  return matrix;
}

Result<FilledMatrix> FillMatrix(const ScenarioMatrix& matrix, const scheme::Options& options) {
  std::vector<std::vector<Outcome>> outcomes;
  for (const TestSet& set : matrix.test_sets) {
    if (set.calls.empty()) {
      outcomes.emplace_back();
      continue;
    }
    CUPEL_TRY(std::vector<Outcome> own, EvaluateFiles(set.calls, set.sources, options));
    outcomes.push_back(std::move(own));
  }
  FilledMatrix filled;
  const std::vector<std::string> names = SchemeNames(matrix);
  for (const MatrixAxis& algorithm : matrix.algorithms) {
    for (const MatrixAxis& scenario : matrix.scenarios) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t before = filled.cells.size();
        FillCell(algorithm, scenario, names[i], matrix, outcomes, filled);
        const std::span cells = std::span(filled.cells).subspan(before);
        const bool has_value =
            std::ranges::any_of(cells, [](const MatrixCell& cell) { return cell.metric.has_value(); });
        const bool declared = i < matrix.calls.size();
        filled.declared += declared;
        filled.covered += declared && has_value;
        // A scheme that another test set asked for was not declared here.
        if (!declared && cells.front().test_set.empty()) filled.cells.pop_back();
      }
    }
  }
  return filled;
}

}  // namespace cupel::algorithm::catalogue
