// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/evaluate_listing.h"

#include <fmt/format.h>

#include "cupel/algorithm/catalogue/catalogue.h"
#include "cupel/algorithm/catalogue/evaluate_files.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/cli/parameter_table.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::scheme::Family;
using algorithm::scheme::Scheme;

Json SchemeJson(const Scheme& scheme) {
  Json json;
  json["id"] = scheme.id;
  json["row"] = scheme.row;
  json["title"] = algorithm::check::ToJson(scheme.title);
  json["definition"] = scheme.definition;
  json["rules"] = Json::Object{{"matching", scheme.rules.matching},
                               {"ties", scheme.rules.ties},
                               {"empty", scheme.rules.empty},
                               {"averaging", scheme.rules.averaging}};
  json["reference"] = scheme.reference;
  json["test"] = scheme.test;
  json["input"] = Json::Object{{"name", scheme.input->name},
                               {"meaning", algorithm::check::ToJson(scheme.input->meaning)},
                               {"needsTruth", scheme.input->needs_truth}};
  json["higherIsBetter"] = scheme.higher_is_better;
  json["unit"] = scheme.unit;
  json["parameters"] = Json::Array{};
  for (const auto& parameter : scheme.parameters) json["parameters"].Append(ParameterJson(parameter));
  return json;
}

std::string SchemeText(const Scheme& scheme) {
  std::string text = fmt::format("{}  {}  {}  ({})\n\n{}\n", scheme.id, scheme.title.en, scheme.title.zh,
                                 scheme.row, scheme.definition);
  const auto add = [&](std::string_view name, std::string_view rule) {
    if (!rule.empty()) text += fmt::format("{:<10}{}\n", name, rule);
  };
  add("matching", scheme.rules.matching);
  add("ties", scheme.rules.ties);
  add("empty", scheme.rules.empty);
  add("averaging", scheme.rules.averaging);
  add("reference", scheme.reference);
  add("test", scheme.test);
  text += fmt::format("{:<10}{}: {}\n", "input", scheme.input->name, scheme.input->meaning.en);
  return text + (scheme.parameters.empty() ? "" : "\n" + ParameterTable(scheme.parameters));
}

Status List(Session& session) {
  TextTable table({"row", "id", "family", "input", "title"});
  Json all = Json::Array{};
  std::size_t count = 0;
  for (const Family* family : algorithm::catalogue::AllFamilies()) {
    for (const Scheme& scheme : family->schemes) {
      table.Add({std::string(scheme.row), std::string(scheme.id), std::string(family->id),
                 std::string(scheme.input->name), scheme.title.en});
      Json json = SchemeJson(scheme);
      json["family"] = family->id;
      all.Append(std::move(json));
      ++count;
    }
  }
  session.Print(
      table.ToString() + fmt::format("\n{} schemes; `cupel evaluate show ID` explains one.\n", count),
      Json::Object{{"schemes", all}, {"count", count}});
  return {};
}

Status Show(Session& session, const std::string& id) {
  CUPEL_TRY(const Scheme* scheme, algorithm::catalogue::FindScheme(id));
  session.Print(SchemeText(*scheme), SchemeJson(*scheme));
  return {};
}

}  // namespace

void AddEvaluateListing(CLI::App& evaluate, Session& session) {
  CLI::App* list = AddCommand(evaluate, "list", "Lists the schemes.", "  cupel evaluate list\n");
  OnRun(list, session, [&session] { return List(session); });
  CLI::App* show = AddCommand(evaluate, "show", "Explains one: definition, rules, reference, parameters.",
                              "  cupel evaluate show roc_auc\n");
  auto id = std::make_shared<std::string>();
  show->add_option("id", *id, "For example roc_auc")->required();
  OnRun(show, session, [&session, id] { return Show(session, *id); });
}

}  // namespace cupel::cli
