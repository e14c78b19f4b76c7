// SPDX-License-Identifier: Apache-2.0
// RNN, GRU and LSTM: one loop over time steps, three cells. Sequences shorter than the batch's longest keep
// their state after their end, and answer zeros there.
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>

#include <functional>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Outputs = std::vector<Tensor>;
using Activation = std::function<Tensor(const Tensor&)>;

Activation MakeActivation(const std::string& name, double alpha, double beta) {
  if (name == "Sigmoid") return [](const Tensor& x) { return x.sigmoid(); };
  if (name == "Tanh") return [](const Tensor& x) { return x.tanh(); };
  if (name == "Relu") return [](const Tensor& x) { return x.clamp_min(0); };
  if (name == "Affine") return [=](const Tensor& x) { return x.mul(alpha).add(beta); };
  if (name == "LeakyRelu") return [=](const Tensor& x) { return at::where(x.lt(0), x.mul(alpha), x); };
  if (name == "ThresholdedRelu")
    return [=](const Tensor& x) { return at::where(x.gt(alpha), x, at::zeros_like(x)); };
  if (name == "ScaledTanh") return [=](const Tensor& x) { return x.mul(beta).tanh().mul(alpha); };
  if (name == "HardSigmoid") return [=](const Tensor& x) { return x.mul(alpha).add(beta).clamp(0, 1); };
  if (name == "Elu")
    return [=](const Tensor& x) { return at::where(x.lt(0), x.clamp_max(0).expm1().mul(alpha), x); };
  if (name == "Softsign") return [](const Tensor& x) { return x.div(x.abs().add(1)); };
  if (name == "Softplus") return [](const Tensor& x) { return at::softplus(x, 1, 40); };
  throw OperatorError(ErrorCode::kUnsupported, fmt::format("activation \"{}\" is not known", name));
}

// Defaults of alpha and beta, and whether the activation takes one from the node's lists.
struct ActivationParameters {
  bool has_alpha = false;
  double alpha = 0;
  bool has_beta = false;
  double beta = 0;
};

ActivationParameters ParametersOf(const std::string& name) {
  if (name == "Affine" || name == "ScaledTanh") return {true, 1, true, name == "Affine" ? 0.0 : 1.0};
  if (name == "HardSigmoid") return {true, 0.2, true, 0.5};
  if (name == "LeakyRelu") return {true, 0.01, false, 0};
  if (name == "ThresholdedRelu" || name == "Elu") return {true, 1, false, 0};
  return {};
}

// The lists of alphas and betas are consumed in the order of the activations that take one.
std::vector<Activation> ReadActivations(const graph::Node& node, const std::vector<std::string>& defaults,
                                        std::size_t directions) {
  std::vector<std::string> names;
  const auto attribute = node.attributes.find("activations");
  if (attribute != node.attributes.end()) {
    if (const auto* given = std::get_if<std::vector<std::string>>(&attribute->second)) names = *given;
  }
  if (names.empty()) {
    for (std::size_t i = 0; i < directions; ++i) names.insert(names.end(), defaults.begin(), defaults.end());
  }
  if (names.size() != defaults.size() * directions) {
    throw OperatorError(ErrorCode::kInvalidArgument, fmt::format("activations must name {} functions, got {}",
                                                                 defaults.size() * directions, names.size()));
  }
  const std::vector<float> alphas = node.Reals("activation_alpha");
  const std::vector<float> betas = node.Reals("activation_beta");
  std::size_t used_alphas = 0;
  std::size_t used_betas = 0;
  std::vector<Activation> activations;
  for (const std::string& name : names) {
    ActivationParameters p = ParametersOf(name);
    if (p.has_alpha && used_alphas < alphas.size()) p.alpha = alphas[used_alphas++];
    if (p.has_beta && used_betas < betas.size()) p.beta = betas[used_betas++];
    activations.push_back(MakeActivation(name, p.alpha, p.beta));
  }
  return activations;
}

struct State {
  Tensor h;  ///< [n, hidden]
  Tensor c;  ///< [n, hidden]; LSTM only.
};

// The weights of one direction; gates lie one below the other in ONNX's order.
struct Cell {
  const graph::Node& node;
  Tensor w;       ///< [gates * hidden, d]
  Tensor r;       ///< [gates * hidden, hidden]
  Tensor w_bias;  ///< [gates * hidden]
  Tensor r_bias;
  Tensor peepholes;  ///< [3 * hidden] or undefined.
  std::vector<Activation> f;
  double clip = 0;

  Tensor Activate(std::size_t which, const Tensor& x) const {
    return f[which](clip > 0 ? x.clamp(-clip, clip) : x);
  }
};

using Advance = State (*)(const Cell& cell, const Tensor& from_input, const State& state);

State AdvanceRnn(const Cell& cell, const Tensor& from_input, const State& state) {
  return {cell.Activate(0, from_input.add(state.h.matmul(cell.r.t())).add(cell.r_bias)), {}};
}

State AdvanceGru(const Cell& cell, const Tensor& from_input, const State& state) {
  const auto x = from_input.chunk(3, 1);  // z, r, h
  const auto weights = cell.r.chunk(3, 0);
  const auto bias = cell.r_bias.chunk(3, 0);
  const Tensor update = cell.Activate(0, x[0].add(state.h.matmul(weights[0].t())).add(bias[0]));
  const Tensor reset = cell.Activate(0, x[1].add(state.h.matmul(weights[1].t())).add(bias[1]));
  const Tensor recurrent = cell.node.Integer("linear_before_reset", 0) != 0
                               ? reset.mul(state.h.matmul(weights[2].t()).add(bias[2]))
                               : reset.mul(state.h).matmul(weights[2].t()).add(bias[2]);
  const Tensor hidden = cell.Activate(1, x[2].add(recurrent));
  return {hidden.sub(update.mul(hidden)).add(update.mul(state.h)), {}};
}

State AdvanceLstm(const Cell& cell, const Tensor& from_input, const State& state) {
  const auto gates = from_input.add(state.h.matmul(cell.r.t())).add(cell.r_bias).chunk(4, 1);  // i, o, f, c
  std::vector<Tensor> p;                                                                       // i, o, f
  if (cell.peepholes.defined()) p = cell.peepholes.chunk(3, 0);
  const auto peep = [&](const Tensor& gate, std::size_t which, const Tensor& c) {
    return p.empty() ? gate : gate.add(c.mul(p[which]));
  };
  const Tensor in = cell.Activate(0, peep(gates[0], 0, state.c));
  const Tensor forget = cell.node.Integer("input_forget", 0) != 0
                            ? in.neg().add(1)
                            : cell.Activate(0, peep(gates[2], 2, state.c));
  const Tensor c = forget.mul(state.c).add(in.mul(cell.Activate(1, gates[3])));
  const Tensor out = cell.Activate(0, peep(gates[1], 1, c));
  return {out.mul(cell.f[2](c)), c};
}

struct Sequence {
  Tensor y;  ///< [t, n, hidden]
  State last;
};

// A reversed sequence is walked from the end; the mask keeps the first state until the sequence begins.
Sequence Run(const Cell& cell, Advance advance, const Tensor& x, State state, const Tensor& lengths,
             bool reverse) {
  const std::int64_t steps = x.size(0);
  const Tensor from_input = x.matmul(cell.w.t()).add(cell.w_bias);
  std::vector<Tensor> y(static_cast<std::size_t>(steps));
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t t = reverse ? steps - 1 - i : i;
    State next = advance(cell, from_input.select(0, t), state);
    Tensor answer = next.h;
    if (lengths.defined()) {
      const Tensor live = lengths.gt(t).unsqueeze(1);
      answer = at::where(live, next.h, at::zeros_like(next.h));
      next.h = at::where(live, next.h, state.h);
      if (next.c.defined()) next.c = at::where(live, next.c, state.c);
    }
    state = std::move(next);
    y[static_cast<std::size_t>(t)] = answer;
  }
  return {steps > 0 ? at::stack(y) : at::zeros({0, state.h.size(0), state.h.size(1)}, state.h.options()),
          state};
}

Cell ReadCell(const OperatorCall& call, std::int64_t direction, std::vector<Activation> activations) {
  Cell cell{.node = call.node,
            .w = call.Input(1).select(0, direction),
            .r = call.Input(2).select(0, direction),
            .w_bias = {},
            .r_bias = {},
            .peepholes = {},
            .f = std::move(activations),
            .clip = call.node.Real("clip", 0)};
  const std::int64_t rows = cell.w.size(0);
  const Tensor bias =
      call.Has(3) ? call.Input(3).select(0, direction) : at::zeros({2 * rows}, cell.w.options());
  cell.w_bias = bias.narrow(0, 0, rows);
  cell.r_bias = bias.narrow(0, rows, rows);
  if (call.Has(7)) cell.peepholes = call.Input(7).select(0, direction);
  return cell;
}

Outputs Recurrent(const OperatorCall& call, Advance advance,
                  const std::vector<std::string>& default_activations) {
  const bool batch_first = call.node.Integer("layout", 0) != 0;
  const Tensor x = batch_first ? call.Input(0).transpose(0, 1) : call.Input(0);  // [t, n, d]
  const std::string direction = call.node.Text("direction", "forward");
  const std::int64_t directions = call.Input(1).size(0);
  if (directions != (direction == "bidirectional" ? 2 : 1)) {
    throw OperatorError(
        ErrorCode::kInvalidArgument,
        fmt::format("weights for {} directions do not fit direction \"{}\"", directions, direction));
  }
  const auto activations =
      ReadActivations(call.node, default_activations, static_cast<std::size_t>(directions));
  const std::int64_t hidden = call.Input(2).size(2);
  const Tensor lengths = call.Has(4) ? call.Input(4).to(at::kLong) : Tensor();
  const auto initial = [&](std::size_t input, std::int64_t d) {
    if (!call.Has(input)) return at::zeros({x.size(1), hidden}, x.options());
    return call.Input(input).select(batch_first ? 1 : 0, d);
  };
  std::vector<Tensor> y, h, c;
  for (std::int64_t d = 0; d < directions; ++d) {
    const auto first = activations.begin() + d * static_cast<std::ptrdiff_t>(default_activations.size());
    const Cell cell =
        ReadCell(call, d, {first, first + static_cast<std::ptrdiff_t>(default_activations.size())});
    State state{initial(5, d), {}};
    if (advance == AdvanceLstm) state.c = initial(6, d);
    const Sequence sequence = Run(cell, advance, x, state, lengths, direction == "reverse" || d == 1);
    y.push_back(sequence.y);
    h.push_back(sequence.last.h);
    if (sequence.last.c.defined()) c.push_back(sequence.last.c);
  }
  const std::int64_t direction_axis = batch_first ? 1 : 0;
  const Tensor all = at::stack(y, 1);  // [t, directions, n, hidden]
  Outputs outputs = {batch_first ? all.permute({2, 0, 1, 3}) : all, at::stack(h, direction_axis)};
  if (!c.empty()) outputs.push_back(at::stack(c, direction_axis));
  return outputs;
}

Outputs Rnn(const OperatorCall& call) { return Recurrent(call, AdvanceRnn, {"Tanh"}); }
Outputs Gru(const OperatorCall& call) { return Recurrent(call, AdvanceGru, {"Sigmoid", "Tanh"}); }
Outputs Lstm(const OperatorCall& call) { return Recurrent(call, AdvanceLstm, {"Sigmoid", "Tanh", "Tanh"}); }

constexpr OperatorEntry kTable[] = {
    {"GRU", Gru},
    {"LSTM", Lstm},
    {"RNN", Rnn},
};

}  // namespace

std::span<const OperatorEntry> RecurrentOperators() { return kTable; }

}  // namespace cupel::algorithm::gradient
