// SPDX-License-Identifier: Apache-2.0
// cupel checks: what can be checked, and what each check measures.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/application/assess/registry.h"
#include "cupel/cli/command.h"
#include "cupel/cli/parameter_table.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::check::Check;
using algorithm::check::Description;
using algorithm::check::ParameterSpec;
using application::assess::AllChecks;

Json DescriptionJson(const Description& description) {
  Json out;
  out["id"] = description.id;
  out["title"] = algorithm::check::ToJson(description.title);
  out["summary"] = algorithm::check::ToJson(description.summary);
  out["principle"] = PrincipleName(description.principle);
  out["requirements"] = Json::ArrayOf(description.requirements);
  out["needs_model"] = description.needs_model;
  out["source"] = description.source;
  out["parameters"] = Json::Array{};
  for (const ParameterSpec& parameter : description.parameters)
    out["parameters"].Append(ParameterJson(parameter));
  out["metrics"] = Json::Array{};
  for (const auto& metric : description.metrics) {
    out["metrics"].Append(Json::Object{{"name", metric.name},
                                       {"title", algorithm::check::ToJson(metric.title)},
                                       {"unit", metric.unit},
                                       {"higher_is_better", metric.higher_is_better}});
  }
  return out;
}

std::string DescriptionText(const Description& description) {
  std::string text =
      fmt::format("{}  {}  {}\n\n{}\n\nprinciple {}, requirements {}{}\nsource: {}\n\n", description.id,
                  description.title.en, description.title.zh, description.summary.en,
                  PrincipleName(description.principle), fmt::join(description.requirements, ", "),
                  description.needs_model ? "" : "; works on a predictions file", description.source);
  TextTable metrics({"metric", "better", "unit", "meaning"});
  for (const auto& metric : description.metrics) {
    metrics.Add({metric.name, metric.higher_is_better ? "higher" : "lower", metric.unit, metric.title.en});
  }
  return text + ParameterTable(description.parameters) + "\n" + metrics.ToString();
}

Status List(Session& session) {
  TextTable table({"id", "principle", "requirements", "title"});
  Json all = Json::Array{};
  for (const Check* check : AllChecks()) {
    const Description& description = check->description();
    table.Add({description.id, std::string(PrincipleName(description.principle)),
               fmt::format("{}", fmt::join(description.requirements, " ")), description.title.en});
    all.Append(DescriptionJson(description));
  }
  session.Print(table.ToString() + "\n`cupel checks show ID` explains one.\n", Json::Object{{"checks", all}});
  return {};
}

Status Show(Session& session, const std::string& id) {
  CUPEL_TRY(const Check* check, application::assess::FindCheck(id));
  session.Print(DescriptionText(check->description()), DescriptionJson(check->description()));
  return {};
}

}  // namespace

void AddChecks(CLI::App& app, Session& session) {
  CLI::App* checks = AddCommand(app, "checks", "Lists the checks, or explains one.",
                                "  cupel checks\n  cupel checks show inspect.pgd\n");
  CLI::App* show = checks->add_subcommand("show", "Explains one check: parameters, ranges, metrics, source.");
  auto id = std::make_shared<std::string>();
  show->add_option("id", *id, "For example inspect.pgd")->required();
  OnRun(show, session, [&session, id] { return Show(session, *id); });
  OnRun(checks, session, [&session, show]() -> Status { return show->parsed() ? Status{} : List(session); });
}

}  // namespace cupel::cli
