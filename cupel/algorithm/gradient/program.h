// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A graph prepared for running: every name resolved to a slot, constants made, last uses known. Private to
/// the module.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cupel/algorithm/gradient/gradient_executor.h"

namespace cupel::algorithm::gradient {

struct GradientExecutor::Program {
  /// Where a value is read: `depth` graphs outwards (0: this one), at `slot`; slot -1 is an omitted input.
  struct Source {
    int depth = 0;
    int slot = -1;
  };
  struct Step {
    const graph::Node* node = nullptr;
    OperatorFunction function = nullptr;
    std::int64_t opset = 0;
    bool may_overwrite_first_input = false;
    std::vector<Source> inputs;
    std::vector<int> outputs;   ///< Slot of each output; -1 when nobody reads it.
    std::vector<int> releases;  ///< Slots of this graph that no later step reads.
    std::map<const graph::Graph*, std::unique_ptr<Program>> bodies;
  };
  std::vector<Tensor>
      constants;            ///< Initial content of the slots: weights where they are, undefined elsewhere.
  std::vector<int> inputs;  ///< Slot of each graph input.
  std::vector<Source> outputs;
  std::vector<Step> steps;
  std::map<std::string, int, std::less<>> slots;
};

/// The slots of one running graph and of the graphs around it.
struct Frame {
  std::vector<Tensor> values;
  const Frame* outer = nullptr;
};

/// Resolves names and makes constants. `outer` is the program around a subgraph, or nullptr.
/// Throws OperatorError. Missing operators are collected in `missing` instead, so that one error can name
/// them all.
std::unique_ptr<GradientExecutor::Program> Prepare(const graph::Graph& graph, const GradientOptions& options,
                                                   const std::vector<const GradientExecutor::Program*>& outer,
                                                   std::int64_t default_opset,
                                                   std::set<std::string>& missing);

/// Runs a prepared graph. Throws NodeError or libtorch's exceptions wrapped in it.
std::vector<Tensor> RunProgram(const GradientExecutor::Program& program, const GradientOptions& options,
                               std::span<const Tensor> inputs, const Frame* outer);

/// A failure with the node in which it happened; made into an Error at the module's border.
class NodeError : public std::runtime_error {
 public:
  explicit NodeError(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace cupel::algorithm::gradient
