// SPDX-License-Identifier: Apache-2.0
// Passes over random graphs: whatever a pass does, outputs keep their names and values. The checker itself is
// checked with passes that are wrong on purpose.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <optional>

#include "cupel/algorithm/graph/passes.h"
#include "cupel/algorithm/graph/random_graph_for_test.h"
#include "cupel/algorithm/graph/reference_evaluator_for_test.h"
#include "cupel/algorithm/graph/validate.h"

namespace cupel::algorithm::graph {
namespace {

/// Two inputs, neither symmetric nor constant along an axis.
std::vector<Environment> Inputs(const Shape& shape) {
  std::vector<Environment> inputs;
  for (const double shift : {0.3, -1.7}) {
    Numbers x{shape, {}, false};
    for (std::int64_t i = 0; i < ElementCount(shape); ++i)
      x.values.push_back(std::sin(shift + 2.1 * static_cast<double>(i)));
    inputs.push_back({{"x", x}});
  }
  return inputs;
}

double Largest(const Environment& values) {
  double largest = 1;
  for (const auto& [name, numbers] : values) {
    for (double value : numbers.values) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

bool SameInterface(const std::vector<ValueInfo>& a, const std::vector<ValueInfo>& b) {
  return std::ranges::equal(a, b, [](const ValueInfo& x, const ValueInfo& y) {
    return x.name == y.name && x.type == y.type && x.shape == y.shape && x.kind == y.kind;
  });
}

/// What is wrong with `after` as a rewrite of `before`; nothing when nothing is.
std::optional<std::string> Violation(const Graph& before, const Graph& after, const Shape& shape) {
  if (const auto valid = Validate(after); !valid) return valid.error().ToString();
  if (!SameInterface(before.inputs, after.inputs)) return "graph inputs changed";
  if (!SameInterface(before.outputs, after.outputs)) return "graph outputs changed";
  const ReferenceEvaluator evaluator(before.Opset());
  for (const Environment& input : Inputs(shape)) {
    const Environment expected = evaluator.Run(before, input), found = evaluator.Run(after, input);
    // Weights are rounded to float32 once a fold; errors grow with the values in between.
    const double tolerance = 1e-5 * std::max(Largest(expected), Largest(found));
    for (const ValueInfo& output : before.outputs) {
      const Numbers &a = expected.at(output.name), &b = found.at(output.name);
      if (a.shape != b.shape) return fmt::format("'{}' has another shape", output.name);
      for (std::size_t i = 0; i < a.values.size(); ++i) {
        if (!(std::abs(a.values[i] - b.values[i]) <= tolerance))
          return fmt::format("'{}' was {} and is {}", output.name, a.values[i], b.values[i]);
      }
    }
  }
  return std::nullopt;
}

OptimiseOptions WithEvaluator() {
  OptimiseOptions options;
  options.evaluate = [](const Node& node, std::span<const TensorValue> inputs,
                        std::int64_t opset) -> Result<std::vector<TensorValue>> {
    std::vector<Numbers> numbers;
    for (const TensorValue& input : inputs) numbers.push_back(NumbersOf(input));
    std::vector<TensorValue> outputs;
    for (const Numbers& output : ReferenceEvaluator(opset).Apply(node, numbers))
      outputs.push_back(TensorOf(output));
    outputs.resize(node.outputs.size());
    return outputs;
  };
  return options;
}

/// Runs one pass until it finds nothing more; fails the property if it never stops.
std::int64_t RunToTheEnd(const Pass& pass, Graph& graph, const OptimiseOptions& options) {
  std::int64_t all = 0;
  const std::size_t most = graph.nodes.size() + graph.initializers.size() + 2;
  for (std::size_t round = 0; round < most; ++round) {
    const Graph before = graph;
    const std::int64_t changes = pass.run(graph, options);
    RC_ASSERT((changes == 0) == Equal(before, graph));
    if (changes == 0) return all;
    all += changes;
  }
  RC_FAIL(fmt::format("{} never stops", pass.name));
  return all;
}

/// rapidcheck's hundred cases, ten graphs each.
template <typename Property>
bool ForRandomGraphs(const std::string& claim, std::size_t rank, Property property) {
  return rc::check(claim, [&] {
    for (int i = 0; i < 10; ++i) property(RandomGraph(rank));
  });
}

class PassProperty : public ::testing::TestWithParam<std::size_t> {};

TEST_P(PassProperty, EveryPassAloneKeepsOutputsAndEnds) {
  std::int64_t changes = 0;
  EXPECT_TRUE(ForRandomGraphs("alone", GetParam(), [&](const RandomGraph& random) {
    for (const Pass& pass : AllPasses()) {
      Graph graph = random.graph();
      changes += RunToTheEnd(pass, graph, WithEvaluator());
      const auto violation = Violation(random.graph(), graph, random.InputShape());
      if (violation) RC_FAIL(fmt::format("{}: {}", pass.name, *violation));
    }
  }));
  EXPECT_GT(changes, 1000) << "the random graphs give the passes nothing to do";
}

TEST_P(PassProperty, AllPassesTogetherKeepOutputsAndEnd) {
  std::int64_t folded = 0;
  EXPECT_TRUE(ForRandomGraphs("together", GetParam(), [&](const RandomGraph& random) {
    for (const OptimiseOptions& options : {OptimiseOptions{}, WithEvaluator()}) {
      const auto optimised = Optimise(random.graph(), options);
      RC_ASSERT(optimised.has_value());
      const auto violation = Violation(random.graph(), optimised->graph, random.InputShape());
      if (violation) RC_FAIL(*violation);
      const auto again = Optimise(optimised->graph, options);
      RC_ASSERT(again.has_value() && Equal(again->graph, optimised->graph));
      for (const PassStatistics& pass : optimised->passes)
        folded += pass.name.starts_with("fold_b") ? pass.changes : 0;
    }
  }));
  EXPECT_GT(folded, 100) << "nothing was folded into weights";
}

TEST_P(PassProperty, NothingThatNoOutputNeedsIsLeft) {
  EXPECT_TRUE(ForRandomGraphs("dead", GetParam(), [&](const RandomGraph& random) {
    const auto optimised = Optimise(random.graph());
    RC_ASSERT(optimised.has_value());
    // Each node and each constant is needed: without it the graph is no longer valid.
    for (std::size_t i = 0; i < optimised->graph.nodes.size(); ++i) {
      Graph without = optimised->graph;
      without.nodes.erase(without.nodes.begin() + static_cast<std::ptrdiff_t>(i));
      RC_ASSERT_FALSE(Validate(without).has_value());
    }
    for (const auto& [name, tensor] : optimised->graph.initializers) {
      Graph without = optimised->graph;
      without.initializers.erase(name);
      RC_ASSERT_FALSE(Validate(without).has_value());
    }
  }));
}

INSTANTIATE_TEST_SUITE_P(Ranks, PassProperty, ::testing::Values(2, 3),
                         [](const auto& rank) { return fmt::format("Rank{}", rank.param); });

// Passes that are wrong in one place each. Each must be caught.

void EraseNode(Graph& graph, std::size_t index) {
  const std::string gone = graph.nodes[index].outputs[0], reads_instead = graph.nodes[index].inputs[0];
  graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(index));
  for (Node& node : graph.nodes) std::ranges::replace(node.inputs, gone, reads_instead);
}

/// Bypasses the first node that `chosen` picks, whatever else depends on it.
template <typename Chosen>
void BypassFirst(Graph& graph, Chosen chosen) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (chosen(graph.nodes[i])) return EraseNode(graph, i);
  }
}

struct BrokenPass {
  std::string name;
  void (*run)(Graph&);
};

const BrokenPass kBroken[] = {
    {"drops identities that are graph outputs",
     [](Graph& graph) { BypassFirst(graph, [](const Node& node) { return node.op_type == "Identity"; }); }},
    {"takes training dropout for inference",
     [](Graph& graph) {
       BypassFirst(graph, [](const Node& node) {
         return node.op_type == "Dropout" && node.inputs.size() == 3 && node.inputs[2] == "on";
       });
     }},
    {"takes training normalisation for inference",
     [](Graph& graph) {
       for (Node& node : graph.nodes) node.attributes.erase("training_mode");
     }},
    {"forgets epsilon",
     [](Graph& graph) {
       for (Node& node : graph.nodes) {
         if (node.HasAttribute("epsilon")) node.attributes["epsilon"] = 0.0f;
       }
     }},
    {"forgets beta",
     [](Graph& graph) {
       for (Node& node : graph.nodes) {
         if (node.HasAttribute("beta")) node.attributes["beta"] = 1.0f;
       }
     }},
    {"changes a constant that others share",
     [](Graph& graph) {
       for (auto& [name, tensor] : graph.initializers) {
         if (tensor.type != DataType::kFloat32 || tensor.shape.empty()) continue;
         std::vector<float> values(static_cast<std::size_t>(ElementCount(tensor.shape)), 0.75f);
         tensor = TensorValue::FromFloats(tensor.shape, values);
       }
     }},
    {"loses what branches capture",
     [](Graph& graph) {
       std::erase_if(graph.initializers, [&](const auto& entry) {
         return std::ranges::none_of(
             graph.nodes, [&](const Node& node) { return std::ranges::count(node.inputs, entry.first) > 0; });
       });
     }},
    {"renames a graph output", [](Graph& graph) { graph.outputs[0].name = graph.inputs[0].name; }},
};

TEST(PassPropertyTest, BrokenPassesAreCaught) {
  for (const BrokenPass& broken : kBroken) {
    int caught = 0;
    for (const std::size_t rank : {2u, 3u}) {
      EXPECT_TRUE(ForRandomGraphs(broken.name, rank, [&](const RandomGraph& random) {
        Graph graph = random.graph();
        broken.run(graph);
        caught += Violation(random.graph(), graph, random.InputShape()) ? 1 : 0;
      }));
    }
    EXPECT_GT(caught, 0) << broken.name;
  }
}

}  // namespace
}  // namespace cupel::algorithm::graph
