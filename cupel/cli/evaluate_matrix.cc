// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/evaluate_matrix.h"

#include <fmt/format.h>

#include "cupel/algorithm/catalogue/scenario_matrix.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/cli/metric_text.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::catalogue::FilledMatrix;
using algorithm::catalogue::MatrixCell;
using algorithm::scheme::Options;

Json CellJson(const MatrixCell& cell) {
  Json json;
  json["algorithm"] = cell.algorithm;
  json["scenario"] = cell.scenario;
  json["scheme"] = cell.scheme;
  json["testSet"] = cell.test_set;
  json["cohort"] = cell.cohort;
  if (cell.metric) json["metric"] = algorithm::check::ToJson(*cell.metric);
  if (!cell.metric) json["notEvaluated"] = cell.reason;
  return json;
}

Status Matrix(Session& session, const std::string& file, const Options& options) {
  CUPEL_TRY(const auto matrix, algorithm::catalogue::ReadScenarioMatrix(file));
  CUPEL_TRY(const FilledMatrix filled, algorithm::catalogue::FillMatrix(matrix, options));
  TextTable table({"algorithm", "scenario", "scheme", "value", "interval", "n", "test set", "cohort"});
  Json cells = Json::Array{};
  for (const MatrixCell& cell : filled.cells) {
    table.Add({cell.algorithm, cell.scenario, cell.scheme,
               cell.metric ? NumberText(cell.metric->value) : cell.reason,
               cell.metric ? IntervalText(*cell.metric) : "",
               cell.metric ? std::to_string(cell.metric->n) : "", cell.test_set, cell.cohort});
    cells.Append(CellJson(cell));
  }
  const double coverage = static_cast<double>(filled.covered) / static_cast<double>(filled.declared);
  session.Print(table.ToString() + fmt::format("\ncoverage {:.1f} %: {} of {} declared cells\n",
                                               100 * coverage, filled.covered, filled.declared),
                Json::Object{{"cells", cells},
                             {"declared", filled.declared},
                             {"covered", filled.covered},
                             {"coverage", coverage}});
  return {};
}

}  // namespace

void AddEvaluateMatrix(CLI::App& evaluate, Session& session) {
  CLI::App* matrix =
      AddCommand(evaluate, "matrix", "Fills a scenario matrix: algorithm x scenario x test set x scheme.",
                 "  cupel evaluate matrix matrix.toml\n");
  auto file = std::make_shared<std::string>();
  matrix->add_option("file", *file, "The matrix: algorithms, scenarios, test sets, schemes")->required();
  OnRun(matrix, session, [&session, file] { return Matrix(session, *file, Options{}); });
}

}  // namespace cupel::cli
