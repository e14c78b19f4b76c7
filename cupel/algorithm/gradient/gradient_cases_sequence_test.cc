// SPDX-License-Identifier: Apache-2.0
// Cases for recurrent layers and control flow, whose subgraphs read values outside them.
#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {
namespace {

using graph::Graph;
using graph::Node;
using graph::TensorValue;

TensorValue Truth(bool value) {
  TensorValue truth;
  truth.type = graph::DataType::kBool;
  truth.bytes = std::make_shared<const Bytes>(1, value ? 1 : 0);
  return truth;
}

graph::Attribute Body(const std::vector<std::string>& inputs, std::vector<Node> nodes,
                      const std::vector<std::string>& outputs) {
  auto body = std::make_shared<Graph>();
  for (const auto& name : inputs) body->inputs.push_back({.name = name, .shape = {}});
  for (const auto& name : outputs) body->outputs.push_back({.name = name, .shape = {}});
  body->nodes = std::move(nodes);
  return std::shared_ptr<const Graph>(std::move(body));
}

GradientCase Conditional(bool condition) {
  return {.op_type = "If",
          .inputs = {Truth(condition)},
          .attributes = {{"then_branch", Body({}, {Node{"m", "Mul", "", {"c0", "c1"}, {"t"}, {}}}, {"t"})},
                         {"else_branch", Body({}, {Node{"s", "Sin", "", {"c0"}, {"e"}, {}}}, {"e"})}},
          .captured = {Real{{2, 3}}, Real{{3}}}};
}

// v <- v * c0, collecting sin(v), three times.
GradientCase ThreeTurns() {
  return {.op_type = "Loop",
          .inputs = {TensorValue::FromInt64s({}, {3}), Omitted{}, Real{{2}}},
          .attributes = {{"body", Body({"i", "go", "v"},
                                       {Node{"m", "Mul", "", {"v", "c0"}, {"w"}, {}},
                                        Node{"s", "Sin", "", {"w"}, {"scan"}, {}},
                                        Node{"k", "Identity", "", {"go"}, {"go_on"}, {}}},
                                       {"go_on", "w", "scan"})}},
          .outputs = 2,
          .captured = {Real{{2}, 0.5, 1.5}}};
}

GradientCase RunningProduct() {
  return {.op_type = "Scan",
          .inputs = {Real{{2}, 0.5, 1}, Real{{3, 2}, 0.5, 1.5}},
          .attributes = {{"num_scan_inputs", std::int64_t{1}},
                         {"body", Body({"s", "x"},
                                       {Node{"m", "Mul", "", {"s", "x"}, {"t"}, {}},
                                        Node{"e", "Exp", "", {"t"}, {"y"}, {}}},
                                       {"t", "y"})}},
          .outputs = 2};
}

GradientCase Recurrent(const char* op_type, std::int64_t gates, bool both_ways) {
  const std::int64_t directions = both_ways ? 2 : 1;
  GradientCase test{.op_type = op_type,
                    .inputs = {Real{{3, 2, 4}}, Real{{directions, gates * 2, 4}},
                               Real{{directions, gates * 2, 2}}, Real{{directions, 2 * gates * 2}}},
                    .attributes = {{"hidden_size", std::int64_t{2}}},
                    .outputs = 2};
  if (both_ways) test.attributes["direction"] = std::string("bidirectional");
  return test;
}

// Initial states, lengths that differ, and what else a recurrent layer takes.
GradientCase FullRecurrent(const char* op_type, std::int64_t gates,
                           std::map<std::string, graph::Attribute, std::less<>> more) {
  GradientCase test = Recurrent(op_type, gates, false);
  for (auto& [name, value] : more) test.attributes[name] = value;
  test.inputs.push_back(TensorValue::FromInt64s({2}, {3, 2}));
  test.inputs.push_back(Real{{1, 2, 2}});
  if (gates == 4) {
    test.inputs.push_back(Real{{1, 2, 2}});
    test.inputs.push_back(Real{{1, 6}});
    test.outputs = 3;
  }
  return test;
}

std::vector<std::string> Functions(std::vector<std::string> names) { return names; }

std::vector<GradientCase> FullRecurrents() {
  const std::string reverse = "reverse";
  return {
      FullRecurrent("RNN", 1, {{"direction", reverse}, {"activations", Functions({"Softplus"})}}),
      FullRecurrent("RNN", 1,
                    {{"activations", Functions({"Elu"})}, {"activation_alpha", std::vector<float>{0.7F}}}),
      FullRecurrent("RNN", 1,
                    {{"activations", Functions({"ScaledTanh"})},
                     {"activation_alpha", std::vector<float>{1.5F}},
                     {"activation_beta", std::vector<float>{0.5F}}}),
      FullRecurrent("RNN", 1, {{"activations", Functions({"Softsign"})}, {"clip", 1.0F}}),
      FullRecurrent("GRU", 3, {{"linear_before_reset", std::int64_t{1}}}),
      FullRecurrent("GRU", 3,
                    {{"direction", reverse}, {"activations", Functions({"HardSigmoid", "LeakyRelu"})}}),
      FullRecurrent("LSTM", 4, {}),
      FullRecurrent("LSTM", 4, {{"direction", reverse}, {"input_forget", std::int64_t{1}}}),
      FullRecurrent("LSTM", 4, {{"activations", Functions({"Sigmoid", "Affine", "Tanh"})}, {"clip", 2.0F}}),
  };
}

}  // namespace

std::vector<GradientCase> SequenceCases() {
  std::vector<GradientCase> cases = {
      Recurrent("RNN", 1, false), Recurrent("RNN", 1, true),
      Recurrent("GRU", 3, false), Recurrent("LSTM", 4, false),
      Recurrent("LSTM", 4, true), Conditional(true),
      Conditional(false),         ThreeTurns(),
      RunningProduct(),           {"Identity", {Real{{2, 3}}}},
  };
  for (auto& test : FullRecurrents()) cases.push_back(std::move(test));
  return cases;
}

}  // namespace cupel::algorithm::gradient
