// SPDX-License-Identifier: Apache-2.0
// report.md: the same data for terminals, pull requests and people without a browser.
#include <fmt/format.h>

#include <array>

#include "cupel/application/report/evidence_for.h"
#include "cupel/application/report/trust_report.h"

namespace cupel::application::report {
namespace {

std::string TextOf(const Json& text) {
  if (text.IsString()) return text.AsString();
  return text["en"].IsString() ? text["en"].AsString() : "";
}

std::string Number(const Json& value, bool share) {
  if (!value.IsNumber()) return "n/a";
  return share ? fmt::format("{:.1f} %", 100 * value.AsNumber()) : fmt::format("{:.4g}", value.AsNumber());
}

bool IsShare(const Json& metric) {
  const Json* unit = metric.Find("unit");
  return unit != nullptr && unit->IsString() && (unit->AsString().empty() || unit->AsString() == "fraction");
}

/// A cell may not end its row or its line.
std::string Cell(std::string text) {
  std::string out;
  for (char c : text) out += c == '|' ? std::string("\\|") : c == '\n' ? std::string(" ") : std::string(1, c);
  return out;
}

std::string KeyNumber(const Json& check) {
  const Json::Array& metrics = check["metrics"].AsArray();
  if (metrics.empty()) return "";
  const Json* chosen = &metrics[0];
  if (!check["requirementsTested"].AsArray().empty()) {
    const Json& name = check["requirementsTested"].AsArray()[0]["metric"];
    for (const Json& metric : metrics) {
      if (metric["name"] == name) chosen = &metric;
    }
  }
  return fmt::format("{} {}", (*chosen)["name"].AsString(), FormatMetric(*chosen));
}

std::string Overview(const Json& report) {
  std::string text = "| check | verdict | key number | requirements | evidence |\n|---|---|---|---|---|\n";
  for (const Json& check : report["checks"].AsArray()) {
    std::string ids;
    for (const Json& id : check["requirements"].AsArray()) ids += (ids.empty() ? "" : " ") + id.AsString();
    const std::string file = check["evidence"]["file"].AsString();
    text += fmt::format("| {} | **{}** | {} | {} | [{}]({}) |\n", check["id"].AsString(),
                        check["verdict"].AsString(), Cell(KeyNumber(check)), ids,
                        check["evidence"]["ledgerIndex"].AsInteger(), file);
  }
  return text;
}

std::string CheckSection(const Json& check) {
  std::string text = fmt::format("\n### {}: {}\n\n{}\n", check["id"].AsString(), check["verdict"].AsString(),
                                 TextOf(check["summary"]));
  if (const Json* reason = check.Find("reason")) text += fmt::format("\n{}\n", TextOf(*reason));
  if (!check["requirementsTested"].AsArray().empty()) {
    text += "\n| requirement | verdict | why |\n|---|---|---|\n";
    for (const Json& tested : check["requirementsTested"].AsArray()) {
      text += fmt::format("| `{}` | {} | {} |\n", Cell(tested["expression"].AsString()),
                          tested["verdict"].AsString(), Cell(TextOf(tested["reason"])));
    }
  }
  if (!check["metrics"].AsArray().empty()) {
    text += "\n| metric | value | n |\n|---|---|---|\n";
    for (const Json& metric : check["metrics"].AsArray()) {
      text += fmt::format("| {} | {} | {} |\n", Cell(metric["name"].AsString()), FormatMetric(metric),
                          metric["n"].AsInteger());
    }
  }
  for (const Json& note : check["notes"].AsArray()) text += fmt::format("\n- {}\n", TextOf(note));
  return text;
}

/// Factor by factor; what was not measured says so.
std::string ScoreSection(const Json& report) {
  const Json* card = report.Find("scorecard");
  if (card == nullptr) return "";
  std::string text = fmt::format("\n## Inspection score: {:.1f} of 100\n\nWeakest factor: {}.{}\n\n",
                                 (*card)["overall"].AsNumber(), (*card)["weakest"].AsString(),
                                 (*card)["complete"].AsBool() ? "" : " Not every factor was measured.");
  text += "| factor | score | because |\n|---|---|---|\n";
  for (const Json& factor : (*card)["factors"].AsArray()) {
    const Json& score = factor["score"];
    text += fmt::format("| {} | {} | {} |\n", TextOf(factor["title"]),
                        score.IsNull() ? "not measured" : fmt::format("{:.1f}", score.AsNumber()),
                        factor.Find("basis") == nullptr ? "" : Cell(TextOf(factor["basis"])));
  }
  return text;
}

}  // namespace

std::string FormatMetric(const Json& metric) {
  const bool share = IsShare(metric);
  std::string text = Number(metric["value"], share);
  if (metric.Find("low") != nullptr) {
    text += fmt::format(" [{}, {}]", Number(metric["low"], share), Number(metric["high"], share));
  }
  return text;
}

std::string RenderMarkdown(const Json& report) {
  std::string text = fmt::format("# {}: {}\n\n{}\n\n", TextOf(report["title"]), report["verdict"].AsString(),
                                 TextOf(report["summary"]));
  text += fmt::format("Plan `{}`, seed {}, {}.\n\n", report["plan"]["digest"].AsString(),
                      report["seed"].AsString(), report["generated"].AsString());
  text += Overview(report);
  text += ScoreSection(report);
  constexpr std::array kPrinciples = {"reliability", "security", "privacy", "fairness", "explainability"};
  for (const char* principle : kPrinciples) {
    std::string section;
    for (const Json& check : report["checks"].AsArray()) {
      if (check["principle"].AsString() == principle) section += CheckSection(check);
    }
    if (!section.empty()) text += fmt::format("\n## {}\n{}", principle, section);
  }
  text += EvidenceForMarkdown(report);
  text += "\n## Verify\n\n```\n";
  for (const Json& command : report["verify"]["commands"].AsArray()) text += command.AsString() + "\n";
  return text + "```\n";
}

}  // namespace cupel::application::report
