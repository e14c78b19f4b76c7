// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/conformance/conformance.h"

namespace cupel::algorithm::conformance {
namespace {

void Count(Outcome outcome, Tally& tally) {
  switch (outcome) {
    case Outcome::kPassed: ++tally.passed; break;
    case Outcome::kFailed: ++tally.failed; break;
    case Outcome::kUnsupported: ++tally.unsupported; break;
  }
}

Json TallyJson(const std::map<std::string, Tally>& tallies) {
  Json::Object object;
  for (const auto& [name, tally] : tallies) {
    Json& entry = object[name];
    entry["passed"] = tally.passed;
    entry["failed"] = tally.failed;
    entry["unsupported"] = tally.unsupported;
    entry["total"] = tally.total();
  }
  return object;
}

std::string Row(std::string_view name, const Tally& tally) {
  return fmt::format("{:<34} {:>7} {:>7} {:>12} {:>6}\n", name, tally.passed, tally.failed, tally.unsupported,
                     tally.total());
}

std::string Heading(std::string_view what) {
  return fmt::format("{:<34} {:>7} {:>7} {:>12} {:>6}\n", what, "passed", "failed", "unsupported", "total");
}

}  // namespace

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed: return "passed";
    case Outcome::kFailed: return "failed";
    case Outcome::kUnsupported: return "unsupported";
  }
  return "failed";
}

std::map<std::string, Tally> ConformanceReport::BySuite() const {
  std::map<std::string, Tally> tallies;
  for (const TestResult& test : tests) Count(test.outcome, tallies[test.suite]);
  return tallies;
}

std::map<std::string, Tally> ConformanceReport::ByOperator() const {
  std::map<std::string, Tally> tallies;
  for (const TestResult& test : tests) {
    if (test.operators.empty()) Count(test.outcome, tallies["(unreadable)"]);
    for (const std::string& name : test.operators) Count(test.outcome, tallies[name]);
  }
  return tallies;
}

Json ConformanceReport::ToJson() const {
  Json json;
  json["format"] = "cupel.conformance/1";
  json["suites"] = TallyJson(BySuite());
  json["operators"] = TallyJson(ByOperator());
  Json::Array list;
  for (const TestResult& test : tests) {
    Json entry;
    entry["suite"] = test.suite;
    entry["name"] = test.name;
    entry["operators"] = Json::ArrayOf(test.operators);
    entry["outcome"] = OutcomeName(test.outcome);
    entry["reason"] = test.reason;
    list.push_back(std::move(entry));
  }
  json["tests"] = std::move(list);
  return json;
}

std::string ConformanceReport::ToText() const {
  std::string text = Heading("suite");
  for (const auto& [name, tally] : BySuite()) text += Row(name, tally);
  text += "\n" + Heading("operator");
  std::int64_t complete = 0;
  for (const auto& [name, tally] : ByOperator()) {
    if (tally.passed == tally.total()) {
      ++complete;
    } else {
      text += Row(name, tally);
    }
  }
  text += fmt::format("and {} operators pass all their tests\n", complete);
  for (const Outcome outcome : {Outcome::kFailed, Outcome::kUnsupported}) {
    text += fmt::format("\n{}:\n", OutcomeName(outcome));
    for (const TestResult& test : tests) {
      if (test.outcome == outcome) text += fmt::format("  {}/{}: {}\n", test.suite, test.name, test.reason);
    }
  }
  return text;
}

}  // namespace cupel::algorithm::conformance
