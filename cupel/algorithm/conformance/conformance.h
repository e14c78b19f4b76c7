// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs ONNX's own backend tests (a folder as Debian's libonnx-testdata installs it) and says, for every
/// single test, passed, failed (with the first difference) or unsupported (with the reason). Nothing is left
/// out and nothing fails silently: a test passes only after a comparison that could have failed.
///
///     folder/{node,pytorch-converted,pytorch-operator,simple}/<test>/model.onnx
///     folder/.../<test>/test_data_set_<i>/{input,output}_<j>.pb
///
/// Tests of the suite "node" whose name ends in "_expanded" (the operator written out as its definition) are
/// counted apart. Unsupported means: the reader or the executor said so itself (sequence, optional and string
/// values, unsigned 16 to 64 bit integers, operators it does not have). Every other error is a failure.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/json.h"
#include "cupel/base/progress.h"

namespace cupel::algorithm::conformance {

enum class Outcome { kPassed, kFailed, kUnsupported };

/// "passed", "failed", "unsupported".
std::string_view OutcomeName(Outcome outcome);

struct TestResult {
  std::string suite;  ///< "node", "node-expanded", "pytorch-converted", "pytorch-operator" or "simple".
  std::string name;   ///< The folder: "test_abs".
  std::vector<std::string>
      operators;  ///< Distinct operators of the outermost graph, sorted; empty if it cannot be read.
  Outcome outcome = Outcome::kFailed;
  std::string
      reason;  ///< Why it failed or is unsupported; for a pass by a weaker rule, which one; else empty.
};

struct Tally {
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t unsupported = 0;
  std::int64_t total() const { return passed + failed + unsupported; }
};

struct ConformanceReport {
  std::vector<TestResult> tests;  ///< By suite, then by name.

  std::map<std::string, Tally> BySuite() const;
  /// A test counts once for every operator in its graph; "(unreadable)" for a graph that could not be read.
  std::map<std::string, Tally> ByOperator() const;
  /// {"format": "cupel.conformance/1", "suites": {...}, "operators": {...}, "tests": [...]}
  Json ToJson() const;
  /// For people: the suites, the operators that do not pass everything, and every test that did not pass,
  /// with its reason.
  std::string ToText() const;
};

/// Something that can run a graph: values for its inputs, in order, to values of all its outputs.
/// kUnsupported means that it does not claim to be able to. Must be callable concurrently.
using GraphRunner = std::function<Result<std::vector<graph::TensorValue>>(
    const graph::Graph& graph, std::span<const graph::TensorValue> inputs)>;

/// The general executor on the CPU, the graph as it is.
GraphRunner GradientRunner();

/// The compiled executor alone, without islands, on the optimised graph; the first input's first dimension
/// are the samples, further inputs are constants. Not claimed: what it lacks, other types than float32,
/// several outputs.
GraphRunner CompiledRunner();

struct ConformanceOptions {
  Progress* progress = nullptr;  ///< nullptr: silent.
  int workers = 1;
  std::string filter;  ///< Only tests whose "suite/name" contains it.
  GraphRunner runner;  ///< Empty: GradientRunner().
};

/// Errors: kNotFound when the folder holds none of the suites, kInterrupted.
Result<ConformanceReport> RunConformance(const std::filesystem::path& folder,
                                         const ConformanceOptions& options = {});

}  // namespace cupel::algorithm::conformance
