// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/inline_functions.h"

#include <fmt/format.h>
#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <string>
#include <utility>

#include "cupel/algorithm/onnx/import_graph.h"

namespace cupel::algorithm::onnx {
namespace {

using ::onnx::AttributeProto;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

// Fields of FunctionProto newer than IR 8 that change what a call means.
constexpr int kAttributeProtoField = 11;
constexpr int kOverloadField = 13;
constexpr int kMaxCallDepth = 16;

/// What one call binds: formal names to outer names, and attribute parameters to values.
struct Call {
  std::map<std::string, std::string> names;
  std::map<std::string, const AttributeProto*> attributes;
  std::string prefix;

  std::string Rename(const std::string& name) const {
    if (name.empty()) return name;
    const auto found = names.find(name);
    return found == names.end() ? prefix + name : found->second;
  }
};

class Inliner {
 public:
  Inliner(::onnx::ModelProto& model, const Limits& limits) : model_(model), limits_(limits) {}

  Status Run() {
    for (const auto& import : model_.opset_import())
      opsets_[NormalDomain(import.domain())] = import.version();
    for (const FunctionProto& function : model_.functions()) CUPEL_TRY_STATUS(Register(function));
    CUPEL_TRY_STATUS(ExpandGraph(*model_.mutable_graph(), 0));
    model_.clear_functions();
    return {};
  }

 private:
  using Key = std::pair<std::string, std::string>;

  Status Register(const FunctionProto& function) {
    const std::string place = fmt::format("function '{}'", function.name());
    if (!functions_.emplace(Key(NormalDomain(function.domain()), function.name()), &function).second) {
      return Fail(ErrorCode::kUnsupported, "the function is defined twice (overloads are not supported)",
                  place);
    }
    const auto& unknown = function.unknown_fields();
    for (int i = 0; i < unknown.field_count(); ++i) {
      if (unknown.field(i).number() == kAttributeProtoField || unknown.field(i).number() == kOverloadField) {
        return Fail(ErrorCode::kUnsupported,
                    "functions with default attributes or overloads are not supported", place,
                    "export the model with its functions inlined");
      }
    }
    for (const auto& import : function.opset_import()) {
      const auto [known, added] = opsets_.emplace(NormalDomain(import.domain()), import.version());
      if (known->second != import.version()) {
        return Fail(ErrorCode::kUnsupported,
                    fmt::format("the function uses operator set {} of domain '{}', the model uses {}",
                                import.version(), import.domain(), known->second),
                    place, "export the model with its functions inlined");
      }
      if (added) *model_.add_opset_import() = import;
    }
    return {};
  }

  const FunctionProto* Find(const NodeProto& node) const {
    const auto found = functions_.find(Key(NormalDomain(node.domain()), node.op_type()));
    return found == functions_.end() ? nullptr : found->second;
  }

  /// Expands the calls in a graph and its subgraphs, in place.
  Status ExpandGraph(GraphProto& graph, int depth) {
    GraphProto expanded;
    for (NodeProto& node : *graph.mutable_node()) CUPEL_TRY_STATUS(ExpandNode(node, expanded, depth));
    graph.mutable_node()->Swap(expanded.mutable_node());
    return {};
  }

  /// Appends what `node` stands for to `target`. Takes the node's content.
  Status ExpandNode(NodeProto& node, GraphProto& target, int depth) {
    if (++nodes_ > limits_.graph.nodes || depth > kMaxCallDepth) {
      return Fail(ErrorCode::kResourceLimit, "the model's functions grow without bound",
                  fmt::format("call of '{}'", node.op_type()), "a function must not call itself");
    }
    const FunctionProto* const function = Find(node);
    if (function == nullptr) {
      for (AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) CUPEL_TRY_STATUS(ExpandGraph(*attribute.mutable_g(), depth));
      }
      target.add_node()->Swap(&node);
      return {};
    }
    const Call call = Bind(*function, node);
    for (const NodeProto& inner : function->node()) {
      NodeProto copy = inner;
      CUPEL_TRY_STATUS(Rewrite(copy, call));
      CUPEL_TRY_STATUS(ExpandNode(copy, target, depth + 1));
    }
    // An output that is also an input is computed by no node of the body.
    for (int i = 0; i < function->output_size() && i < node.output_size(); ++i) {
      if (node.output(i).empty() || call.Rename(function->output(i)) == node.output(i)) continue;
      NodeProto* const copy = target.add_node();
      copy->set_op_type("Identity");
      copy->add_input(call.Rename(function->output(i)));
      copy->add_output(node.output(i));
    }
    return {};
  }

  Call Bind(const FunctionProto& function, const NodeProto& node) {
    Call call;
    call.prefix = fmt::format("{}#{}/", function.name(), ++calls_);
    for (int i = 0; i < function.input_size(); ++i) {
      call.names[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    }
    for (int i = 0; i < function.output_size(); ++i) {
      if (i < node.output_size() && !node.output(i).empty())
        call.names.emplace(function.output(i), node.output(i));
    }
    for (const AttributeProto& attribute : node.attribute()) call.attributes[attribute.name()] = &attribute;
    return call;
  }

  /// Renames the values of a body's node and fills in the attributes that refer to parameters.
  Status Rewrite(NodeProto& node, const Call& call) {
    for (std::string& name : *node.mutable_input()) name = call.Rename(name);
    for (std::string& name : *node.mutable_output()) name = call.Rename(name);
    auto& attributes = *node.mutable_attribute();
    for (int i = attributes.size() - 1; i >= 0; --i) {
      if (attributes[i].has_g()) CUPEL_TRY_STATUS(RewriteGraph(*attributes[i].mutable_g(), call));
      if (attributes[i].ref_attr_name().empty()) continue;
      const auto found = call.attributes.find(attributes[i].ref_attr_name());
      if (found == call.attributes.end()) {
        attributes.DeleteSubrange(i, 1);  // An absent parameter leaves the operator's own default.
      } else {
        const std::string name = attributes[i].name();
        attributes[i] = *found->second;
        attributes[i].set_name(name);
      }
    }
    return {};
  }

  Status RewriteGraph(GraphProto& graph, const Call& call) {
    for (auto& value : *graph.mutable_input()) value.set_name(call.Rename(value.name()));
    for (auto& value : *graph.mutable_output()) value.set_name(call.Rename(value.name()));
    for (auto& value : *graph.mutable_value_info()) value.set_name(call.Rename(value.name()));
    for (auto& value : *graph.mutable_initializer()) value.set_name(call.Rename(value.name()));
    for (NodeProto& node : *graph.mutable_node()) {
      if (++nodes_ > limits_.graph.nodes)
        return Fail(ErrorCode::kResourceLimit, "the model's functions grow without bound");
      CUPEL_TRY_STATUS(Rewrite(node, call));
    }
    return {};
  }

  ::onnx::ModelProto& model_;
  const Limits& limits_;
  std::map<std::string, std::int64_t> opsets_;
  std::map<Key, const FunctionProto*> functions_;
  std::int64_t nodes_ = 0;
  std::int64_t calls_ = 0;
};

}  // namespace

Status InlineFunctions(::onnx::ModelProto& model, const Limits& limits) {
  if (model.functions_size() == 0) return {};
  return Inliner(model, limits).Run();
}

}  // namespace cupel::algorithm::onnx
