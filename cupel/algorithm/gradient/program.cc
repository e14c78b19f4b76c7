// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/gradient/program.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::algorithm::gradient {
namespace {

using graph::Graph;
using graph::Node;
using Program = GradientExecutor::Program;

std::vector<const Graph*> Bodies(const Node& node) {
  std::vector<const Graph*> bodies;
  for (const auto& [name, attribute] : node.attributes) {
    if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body)
      bodies.push_back(body->get());
  }
  return bodies;
}

// Operators whose backward pass does not read their own output, and which return fresh storage: a following
// Relu or Add may overwrite it. (Relu's output is read by its own backward pass and must stay.)
bool OutputMayBeOverwritten(const Node& node) {
  static const std::set<std::string, std::less<>> kProducers = {"Conv", "Gemm", "MatMul",
                                                                "BatchNormalization"};
  return node.domain.empty() && kProducers.contains(node.op_type);
}

// An Add of two fresh values is fresh itself, unless it broadcast, in which case it is fresh all the same.
bool AddMayBeOverwritten(const Node& node) { return node.domain.empty() && node.op_type == "Add"; }

class Preparer {
 public:
  Preparer(const Graph& graph, const GradientOptions& options, const std::vector<const Program*>& outer,
           std::int64_t default_opset, std::set<std::string>& missing)
      : graph_(graph), options_(options), outer_(outer), default_opset_(default_opset), missing_(missing) {}

  std::unique_ptr<Program> Run() {
    program_ = std::make_unique<Program>();
    MakeConstants();
    for (const auto& input : graph_.inputs) program_->inputs.push_back(NewSlot(input.name));
    for (const Node& node : graph_.nodes) AddStep(node);
    for (const auto& output : graph_.outputs)
      program_->outputs.push_back(Resolve(output.name, "the graph's outputs"));
    FindLastUses();
    FindOverwrites();
    program_->constants.resize(static_cast<std::size_t>(next_slot_));
    return std::move(program_);
  }

 private:
  int NewSlot(const std::string& name) {
    const int slot = next_slot_++;
    if (!program_->slots.emplace(name, slot).second) {
      throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("value \"{}\" is produced twice", name));
    }
    program_->constants.resize(static_cast<std::size_t>(next_slot_));
    return slot;
  }

  void MakeConstants() {
    for (const auto& [name, value] : graph_.initializers) {
      Tensor tensor;
      try {
        tensor = ToTensor(value, options_.device.torch());
      } catch (const OperatorError& error) {
        throw OperatorError(error.code(), fmt::format("initializer \"{}\": {}", name, error.what()));
      }
      if (options_.compute_type != graph::DataType::kUndefined && tensor.is_floating_point()) {
        tensor = tensor.to(ToScalarType(options_.compute_type));
      }
      if (options_.channels_last && tensor.dim() == 4)
        tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
      program_->constants[static_cast<std::size_t>(NewSlot(name))] = tensor;
      constant_slots_.insert(next_slot_ - 1);
    }
  }

  Program::Source Resolve(const std::string& name, const std::string& reader) const {
    if (const auto slot = program_->slots.find(name); slot != program_->slots.end()) return {0, slot->second};
    for (std::size_t depth = 1; depth <= outer_.size(); ++depth) {
      const auto& slots = outer_[outer_.size() - depth]->slots;
      if (const auto slot = slots.find(name); slot != slots.end())
        return {static_cast<int>(depth), slot->second};
    }
    throw OperatorError(ErrorCode::kInvalidArgument,
                        fmt::format("value \"{}\", read by {}, is not produced before", name, reader));
  }

  void AddStep(const Node& node) {
    Program::Step step;
    step.node = &node;
    step.function = FindOperator(node.domain, node.op_type);
    if (step.function == nullptr) {
      missing_.insert(node.domain.empty() ? node.op_type : node.domain + "." + node.op_type);
    }
    const auto opset = graph_.opsets.find(node.domain == "ai.onnx" ? "" : node.domain);
    step.opset = opset != graph_.opsets.end() ? opset->second : default_opset_;
    for (const std::string& input : node.inputs) {
      step.inputs.push_back(input.empty()
                                ? Program::Source{}
                                : Resolve(input, fmt::format("node \"{}\" ({})", node.name, node.op_type)));
    }
    std::vector<const Program*> around = outer_;
    around.push_back(program_.get());
    for (const Graph* body : Bodies(node))
      step.bodies[body] = Prepare(*body, options_, around, step.opset, missing_);
    if (IsConstant(node, step)) {
      AddConstant(node, step);
      return;
    }
    for (const std::string& output : node.outputs)
      step.outputs.push_back(output.empty() ? -1 : NewSlot(output));
    program_->steps.push_back(std::move(step));
  }

  static bool IsConstant(const Node& node, const Program::Step& step) {
    return node.op_type == "Constant" && node.domain.empty() && step.function != nullptr &&
           node.outputs.size() == 1;
  }

  // A Constant node is made once, here, not at every pass.
  void AddConstant(const Node& node, const Program::Step& step) {
    const OperatorCall call{.node = node,
                            .inputs = {},
                            .opset = step.opset,
                            .device = options_.device.torch(),
                            .run_subgraph = {}};
    Tensor value = step.function(call).at(0);
    if (options_.compute_type != graph::DataType::kUndefined && value.is_floating_point()) {
      value = value.to(ToScalarType(options_.compute_type));
    }
    const int slot = NewSlot(node.outputs[0]);
    program_->constants[static_cast<std::size_t>(slot)] = value;
    constant_slots_.insert(slot);
  }

  // Slots of this graph that the bodies (at any depth) read.
  static void CollectCaptured(const Program& body, int depth, std::set<int>& slots) {
    const auto add = [&](const Program::Source& source) {
      if (source.depth == depth && source.slot >= 0) slots.insert(source.slot);
    };
    for (const auto& step : body.steps) {
      for (const auto& input : step.inputs) add(input);
      for (const auto& [graph, inner] : step.bodies) CollectCaptured(*inner, depth + 1, slots);
    }
    for (const auto& output : body.outputs) add(output);
  }

  static std::set<int> Reads(const Program::Step& step) {
    std::set<int> slots;
    for (const auto& input : step.inputs) {
      if (input.depth == 0 && input.slot >= 0) slots.insert(input.slot);
    }
    for (const auto& [graph, body] : step.bodies) CollectCaptured(*body, 1, slots);
    return slots;
  }

  void FindLastUses() {
    std::set<int> live = constant_slots_;
    for (const auto& output : program_->outputs) {
      if (output.depth == 0) live.insert(output.slot);
    }
    for (std::size_t i = program_->steps.size(); i-- > 0;) {
      Program::Step& step = program_->steps[i];
      std::set<int> candidates = Reads(step);
      for (int& output : step.outputs) {
        if (output >= 0) candidates.insert(output);
      }
      for (const int slot : candidates) {
        if (live.insert(slot).second) step.releases.push_back(slot);
      }
    }
  }

  // Relu(x) and Add(x, y) write over x when x is fresh and this is its only use.
  void FindOverwrites() {
    std::map<int, int> uses;
    std::map<int, const Node*> producers;
    for (const auto& step : program_->steps) {
      for (const auto& input : step.inputs) {
        if (input.depth == 0) ++uses[input.slot];
      }
      for (const auto& [graph, body] : step.bodies) {
        std::set<int> captured;
        CollectCaptured(*body, 1, captured);
        for (const int slot : captured) uses[slot] += 2;
      }
      if (!step.outputs.empty() && step.outputs[0] >= 0) producers[step.outputs[0]] = step.node;
    }
    for (const auto& output : program_->outputs) ++uses[output.slot];
    for (auto& step : program_->steps) {
      if (step.inputs.empty() || step.inputs[0].depth != 0 || !step.node->domain.empty()) continue;
      const auto producer = producers.find(step.inputs[0].slot);
      if (producer == producers.end() || uses[step.inputs[0].slot] != 1) continue;
      const bool fresh = OutputMayBeOverwritten(*producer->second);
      if (step.node->op_type == "Relu")
        step.may_overwrite_first_input = fresh || AddMayBeOverwritten(*producer->second);
      if (step.node->op_type == "Add") step.may_overwrite_first_input = fresh;
    }
  }

  const Graph& graph_;
  const GradientOptions& options_;
  const std::vector<const Program*>& outer_;
  std::int64_t default_opset_;
  std::set<std::string>& missing_;
  std::unique_ptr<Program> program_;
  std::set<int> constant_slots_;
  int next_slot_ = 0;
};

}  // namespace

std::unique_ptr<Program> Prepare(const Graph& graph, const GradientOptions& options,
                                 const std::vector<const Program*>& outer, std::int64_t default_opset,
                                 std::set<std::string>& missing) {
  return Preparer(graph, options, outer, default_opset, missing).Run();
}

}  // namespace cupel::algorithm::gradient
