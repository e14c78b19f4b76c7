// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/conformance/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "cupel/algorithm/conformance/compare.h"
#include "cupel/algorithm/conformance/random_output.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::conformance {
namespace {

namespace fs = std::filesystem;
using graph::TensorValue;

constexpr std::string_view kSuites[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};

struct TestFolder {
  std::string suite;
  std::string name;
  fs::path path;
};

std::vector<TestFolder> ListTests(const fs::path& folder, std::string_view filter) {
  std::vector<TestFolder> tests;
  for (const std::string_view suite : kSuites) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / suite, error)) {
      const std::string name = entry.path().filename().string();
      if (!fs::exists(entry.path() / "model.onnx", error)) continue;
      const bool expanded = suite == "node" && name.ends_with("_expanded");
      const std::string shown = expanded ? "node-expanded" : std::string(suite);
      if ((shown + "/" + name).find(filter) != std::string::npos)
        tests.push_back({shown, name, entry.path()});
    }
  }
  std::sort(tests.begin(), tests.end(), [](const TestFolder& a, const TestFolder& b) {
    return std::pair(a.suite, a.name) < std::pair(b.suite, b.name);
  });
  return tests;
}

// input_0.pb, input_1.pb, ... as far as they go. numpy has no bfloat16, so ONNX stores such values as uint16
// with their bits; they are taken as what the model declares.
Result<std::vector<TensorValue>> ReadValues(const fs::path& folder, std::string_view prefix,
                                            const std::vector<graph::ValueInfo>& infos) {
  std::vector<TensorValue> values;
  for (std::size_t i = 0;; ++i) {
    const fs::path path = folder / fmt::format("{}_{}.pb", prefix, i);
    if (!fs::exists(path)) break;
    if (i >= infos.size())
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the model has {} {}s, the test more", infos.size(), prefix));
    CUPEL_TRY(const Bytes bytes, ReadFile(path));
    CUPEL_TRY(TensorValue value, onnx::ReadTensorProto(bytes, infos[i].kind));
    if (infos[i].type == graph::DataType::kBfloat16 && value.type == graph::DataType::kUint16)
      value.type = infos[i].type;
    values.push_back(std::move(value));
  }
  if (values.size() != infos.size()) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the model has {} {}s, the test {}", infos.size(), prefix, values.size()));
  }
  return values;
}

// What one data set showed.
struct Verdict {
  Outcome outcome = Outcome::kPassed;
  std::string reason;
};

Verdict Unsupported(std::string reason) { return {Outcome::kUnsupported, std::move(reason)}; }
Verdict Failed(std::string reason) { return {Outcome::kFailed, std::move(reason)}; }
Verdict FromError(const Error& error) {
  return error.code == ErrorCode::kUnsupported
             ? Unsupported(error.ToString())
             : Failed(fmt::format("{}: {}", ErrorCodeName(error.code), error.ToString()));
}

Verdict RunDataSet(const graph::Graph& graph, const fs::path& folder, const GraphRunner& runner) {
  const auto inputs = ReadValues(folder, "input", graph.inputs);
  if (!inputs) return FromError(inputs.error());
  const auto expected = ReadValues(folder, "output", graph.outputs);
  if (!expected) return FromError(expected.error());
  if (expected->empty()) return Failed("the test expects no output, so nothing can be compared");
  const RandomRule rule = RuleFor(graph, *inputs);
  if (rule == RandomRule::kNothingToCompare)
    return Unsupported("random by definition: no comparison is defined");
  const auto found = runner(graph, *inputs);
  if (!found) return FromError(found.error());
  if (rule == RandomRule::kNone) {
    const auto difference = FirstDifference(*expected, *found);
    return difference ? Failed(*difference) : Verdict{};
  }
  if (const auto violation = FirstViolation(rule, graph, *inputs, *expected, *found))
    return Failed(*violation);
  return {Outcome::kPassed, "random by definition: type, shape, possible values and frequency checked"};
}

std::vector<fs::path> DataSets(const fs::path& test) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(test, error)) {
    if (entry.path().filename().string().starts_with("test_data_set_")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<std::string> OperatorsOf(const graph::Graph& graph) {
  std::set<std::string> operators;
  for (const auto& node : graph.nodes)
    operators.insert(node.domain.empty() ? node.op_type : node.domain + "." + node.op_type);
  return {operators.begin(), operators.end()};
}

TestResult RunTest(const TestFolder& test, const GraphRunner& runner) {
  TestResult result{
      .suite = test.suite, .name = test.name, .operators = {}, .outcome = Outcome::kFailed, .reason = {}};
  const auto graph = onnx::ReadModel(test.path / "model.onnx");
  Verdict verdict;
  if (!graph) {
    verdict = FromError(graph.error());
  } else {
    result.operators = OperatorsOf(*graph);
    const std::vector<fs::path> data_sets = DataSets(test.path);
    if (data_sets.empty()) verdict = Failed("the test has no data");
    for (const fs::path& data_set : data_sets) {
      verdict = RunDataSet(*graph, data_set, runner);
      if (verdict.outcome != Outcome::kPassed) break;
    }
  }
  result.outcome = verdict.outcome;
  result.reason = verdict.reason;
  return result;
}

}  // namespace

Result<ConformanceReport> RunConformance(const std::filesystem::path& folder,
                                         const ConformanceOptions& options) {
  const bool any = std::any_of(std::begin(kSuites), std::end(kSuites), [&](std::string_view suite) {
    std::error_code error;
    return fs::is_directory(folder / suite, error);
  });
  if (!any) {
    return Fail(ErrorCode::kNotFound, "no folder node, pytorch-converted, pytorch-operator or simple is here",
                folder.string(), "install libonnx-testdata and give /usr/share/libonnx-testdata/data");
  }
  const std::vector<TestFolder> tests = ListTests(folder, options.filter);
  const GraphRunner runner = options.runner ? options.runner : GradientRunner();
  Progress& progress = options.progress != nullptr ? *options.progress : SilentProgress();
  ConformanceReport report;
  report.tests.resize(tests.size());
  progress.Begin("model.conformance", static_cast<std::int64_t>(tests.size()), "tests");
  const Status status =
      ForEachPiece(static_cast<std::int64_t>(tests.size()), options.workers, [&](std::int64_t i, int) {
        const auto at = static_cast<std::size_t>(i);
        report.tests[at] = RunTest(tests[at], runner);
        progress.Advance(1);
        return Status{};
      });
  progress.End();
  if (!status) return tl::make_unexpected(status.error());
  return report;
}

}  // namespace cupel::algorithm::conformance
