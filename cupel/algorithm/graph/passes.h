// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Rewrites of a graph that keep what it computes: fewer nodes for the same outputs.
///
/// Promises: names, order and types of graph inputs and outputs stay; a pass changes a place only where it
/// can see that the outputs stay equal (in exact arithmetic), and leaves it alone otherwise: values read
/// elsewhere, graph outputs, values captured by subgraphs, training mode, unknown shapes. Only the main graph
/// is rewritten, subgraphs stay as they are. Folding computes in double and rounds once to float32, so
/// outputs differ by float rounding, not more. Does not promise bit-equal outputs, and is not for training:
/// merged constants would become tied weights.
///
/// The order of passes is that of AllPasses(); Optimise repeats them until none finds anything.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::graph {

/// Computes one node whose inputs are all constants (omitted inputs are TensorValues of type kUndefined). The
/// node has no subgraph and is not random. Given by a module that owns an executor.
using ConstantEvaluator = std::function<Result<std::vector<TensorValue>>(
    const Node& node, std::span<const TensorValue> inputs, std::int64_t opset)>;

struct OptimiseOptions {
  ConstantEvaluator evaluate;                  ///< Empty: only shape-like integer computations are folded.
  std::int64_t folded_bytes_limit = 64 << 20;  ///< Largest constant that `evaluate` may make.
  std::vector<std::string> skip;               ///< Names of passes not to run.
  int rounds = 32;                             ///< Repetitions at most; a few suffice in practice.
};

/// Rewrites in place and returns how many places it changed; 0 leaves the graph untouched.
/// Precondition: Validate(graph). The result satisfies it again.
using PassFunction = std::int64_t (*)(Graph& graph, const OptimiseOptions& options);

struct Pass {
  std::string_view name;     ///< "fold_batch_norm"
  std::string_view purpose;  ///< One line.
  PassFunction run;
};

std::span<const Pass> AllPasses();
/// nullptr when there is none of this name.
const Pass* FindPass(std::string_view name);

struct PassStatistics {
  std::string name;
  std::int64_t changes = 0;  ///< Over all rounds.
};

struct Optimised {
  Graph graph;
  std::vector<PassStatistics> passes;  ///< In the order of AllPasses().
};

/// Errors: those of Validate for `graph`; kInvalidArgument for an unknown name in `skip`; kInternal if a pass
/// broke the graph. An error of `evaluate` only leaves that node in place.
Result<Optimised> Optimise(Graph graph, const OptimiseOptions& options = {});

// The passes, also for use alone.

/// Constant nodes become initializers (unless they are graph outputs).
std::int64_t LiftConstants(Graph& graph, const OptimiseOptions& options);
/// Identity, and Dropout outside training whose mask nobody reads, are bypassed.
std::int64_t RemoveIdentities(Graph& graph, const OptimiseOptions& options);
/// Nodes whose outputs are known constants become initializers.
std::int64_t FoldConstants(Graph& graph, const OptimiseOptions& options);
/// BatchNormalization after Conv, ConvTranspose or Gemm, with constant float32 parameters, goes into weights
/// and bias.
std::int64_t FoldBatchNorm(Graph& graph, const OptimiseOptions& options);
/// Add of a constant per channel after Conv or ConvTranspose goes into the bias.
std::int64_t FoldBias(Graph& graph, const OptimiseOptions& options);
/// Equal initializers (type, shape, bits) become one.
std::int64_t MergeConstants(Graph& graph, const OptimiseOptions& options);
/// Nodes, initializers and value types that no output needs go.
std::int64_t RemoveDeadNodes(Graph& graph, const OptimiseOptions& options);

}  // namespace cupel::algorithm::graph
