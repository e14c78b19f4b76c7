// SPDX-License-Identifier: Apache-2.0
// Every scheme against its reference: scikit-learn and SciPy run here on generated samples
// (oracle_for_test.py), torchmetrics and uncertainty-calibration as golden numbers
// (tests/golden/classification).
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <set>

#include "cupel/algorithm/classification/labelled_cases_for_test.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::classification {
namespace {

const std::string kFolder = std::string(CUPEL_SOURCE_DIR) + "/cupel/algorithm/classification/";

std::vector<CaseShape> Shapes() {
  std::vector<CaseShape> shapes;
  for (const bool weighted : {false, true}) {
    for (const int levels : {0, 4, 20}) {
      for (const std::int64_t n : {2, 7, 60, 233}) {
        shapes.push_back({.n = n, .levels = levels, .weighted = weighted});
        shapes.push_back({.n = n, .c = 4, .single = false, .levels = levels, .weighted = weighted});
      }
    }
    shapes.push_back({.n = 1, .weighted = weighted});
    shapes.push_back({.n = 30, .weighted = weighted, .truths = 1});  // One class only.
    shapes.push_back({.n = 80, .levels = 30, .weighted = weighted, .logits = true});
    shapes.push_back({.n = 40, .c = 5, .single = false, .weighted = weighted, .truths = 3});
    shapes.push_back({.n = 50, .c = 3, .weighted = weighted, .multilabel = true});
    shapes.push_back({.n = 3, .c = 6, .weighted = weighted, .multilabel = true});
  }
  return shapes;
}

/// Python with the reference's packages, if there is one.
std::optional<std::string> Python() {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    const std::string command = std::string(python) + " -c 'import sklearn, scipy' 2>/dev/null";
    if (std::system(command.c_str()) == 0) return python;
  }
  return std::nullopt;
}

struct Compared {
  std::vector<Labelled> inputs;
  Json values;
};

/// Once a process: the reference's start costs more than its answers.
const std::optional<Compared>& Oracle() {
  static const std::optional<Compared> compared = []() -> std::optional<Compared> {
    const std::optional<std::string> python = Python();
    if (!python) return std::nullopt;
    Compared made;
    Json cases;
    std::uint64_t seed = 0;
    for (const CaseShape& shape : Shapes()) {
      made.inputs.push_back(Generated(shape, ++seed));
      cases["cases"].Append(ToCase(made.inputs.back(), shape.logits));
    }
    const testing::ScratchFolder folder;
    CUPEL_CHECK(WriteFileAtomic(folder / "cases.json", cases.Canonical()).has_value());
    const std::string command = *python + " " + kFolder + "oracle_for_test.py " +
                                (folder / "cases.json").string() + " > " + (folder / "values.json").string();
    CUPEL_CHECK(std::system(command.c_str()) == 0);
    made.values = Json::Parse(ReadTextFile(folder / "values.json").value()).value()["values"];
    return made;
  }();
  return compared;
}

void CompareAll(std::string_view test) {
  if (!Oracle()) GTEST_SKIP() << "needs python3 with scikit-learn and SciPy (scripts/setup)";
  std::set<std::string_view> ids;
  for (const scheme::Scheme& scheme : Family().schemes) {
    if (scheme.test == test) ids.insert(scheme.id);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < Oracle()->inputs.size(); ++i) {
    for (const auto& [name, value] : Oracle()->values.AsArray()[i].AsObject()) {
      if (!ids.contains(name.substr(0, name.find_first_of("@#")))) continue;
      SCOPED_TRACE("case " + std::to_string(i) + ", " + name);
      ExpectSame(FigureOf(Oracle()->inputs[i], name), value);
      names.push_back(name);
    }
  }
  ExpectEverySchemeOf(test, names);
}

TEST(CountSchemesTest, AgreeWithScikitLearn) { CompareAll("CountSchemesTest.AgreeWithScikitLearn"); }

TEST(RankingSchemesTest, AgreeWithScikitLearn) { CompareAll("RankingSchemesTest.AgreeWithScikitLearn"); }

TEST(ProbabilitySchemesTest, AgreeWithScikitLearnAndDefinitions) {
  CompareAll("ProbabilitySchemesTest.AgreeWithScikitLearnAndDefinitions");
}

std::string_view TestOf(std::string_view id) {
  for (const scheme::Scheme& scheme : Family().schemes) {
    if (scheme.id == id) return scheme.test;
  }
  return "";
}

/// Golden numbers of schemes that `wanted` picks by id, and their names.
template <typename Wanted>
std::vector<std::string> CompareGolden(const Wanted& wanted) {
  const std::string path = std::string(CUPEL_SOURCE_DIR) + "/tests/golden/classification/peers.json";
  const Json golden = Json::Parse(ReadTextFile(path).value()).value();
  std::vector<std::string> names;
  for (const Json& one : golden["cases"].AsArray()) {
    const Labelled input = FromCase(one);
    for (const auto& [name, value] : one["values"].AsObject()) {
      const std::string id = name.substr(0, name.find('@'));
      if (!wanted(id)) continue;
      SCOPED_TRACE(std::to_string(input.n) + " samples, " + name);
      // torchmetrics divides counts as 32-bit floats, and rounds top confidences to them.
      const bool is_float =
          id == "specificity" || id == "negative_predictive_value" ||
          (TestOf(id) == "TorchmetricsTest.CalibrationAgrees" && name.find("positive") == std::string::npos);
      ExpectSame(FigureOf(input, name), value, is_float ? 1e-6 : 1e-12);
      names.push_back(name);
    }
  }
  return names;
}

TEST(TorchmetricsTest, CountsAndCurvesAgree) {
  constexpr std::string_view kTest = "TorchmetricsTest.CountsAndCurvesAgree";
  const auto names =
      CompareGolden([&](const std::string& id) { return TestOf(id) == kTest || id == "equal_error_rate"; });
  ExpectEverySchemeOf(kTest, names);
}

TEST(TorchmetricsTest, CalibrationAgrees) {
  constexpr std::string_view kTest = "TorchmetricsTest.CalibrationAgrees";
  ExpectEverySchemeOf(kTest, CompareGolden([&](const std::string& id) { return TestOf(id) == kTest; }));
}

TEST(UncertaintyCalibrationTest, GoldenNumbers) {
  constexpr std::string_view kTest = "UncertaintyCalibrationTest.GoldenNumbers";
  ExpectEverySchemeOf(kTest, CompareGolden([&](const std::string& id) { return TestOf(id) == kTest; }));
}

}  // namespace
}  // namespace cupel::algorithm::classification
