// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "cupel/algorithm/compiled/network.h"

namespace cupel::algorithm::compiled {
namespace {

/// How often operations read each value; the network's output counts once more.
std::vector<int> CountUses(const Network& network) {
  std::vector<int> uses(network.shapes.size(), 0);
  for (const Operation& operation : network.operations) {
    for (const int input : operation.inputs) ++uses[static_cast<std::size_t>(input)];
    if (operation.residual >= 0) ++uses[static_cast<std::size_t>(operation.residual)];
  }
  ++uses[static_cast<std::size_t>(network.output)];
  return uses;
}

/// Index of the operation that defines a value nobody else reads.
std::optional<std::size_t> OnlyFeeder(const Network& network, const std::vector<int>& uses, int value) {
  if (uses[static_cast<std::size_t>(value)] != 1) return std::nullopt;
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    if (network.operations[i].output == value) return i;
  }
  return std::nullopt;
}

bool IsBareLinear(const Operation& operation) {
  return (operation.kind == Kind::kConvolution || operation.kind == Kind::kFullyConnected) &&
         operation.residual < 0 && operation.activation.function == Function::kNone;
}

/// Relu, MaxPool becomes MaxPool, Relu.
void MoveReluBehindPool(Network& network) {
  const std::vector<int> uses = CountUses(network);
  for (Operation& pool : network.operations) {
    if (pool.kind != Kind::kMaxPool) continue;
    const auto feeder = OnlyFeeder(network, uses, pool.inputs[0]);
    if (!feeder) continue;
    Operation& relu = network.operations[*feeder];
    if (relu.kind != Kind::kActivation || relu.activation.function != Function::kRelu ||
        relu.activation.a != 0)
      continue;
    // The two trade places; the value between them takes the pool's shape.
    const int between = relu.output;
    network.shapes[static_cast<std::size_t>(between)] = network.shapes[static_cast<std::size_t>(pool.output)];
    std::swap(relu.inputs, pool.inputs);
    std::swap(relu.output, pool.output);
    std::swap(relu, pool);
  }
}

void FuseSums(Network& network) {
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    const Operation sum = network.operations[i];
    if (sum.kind != Kind::kSum || sum.sign != 1 || sum.inputs[0] == sum.inputs[1]) continue;
    const std::vector<int> uses = CountUses(network);
    std::optional<std::size_t> chosen;
    int residual = -1;
    for (std::size_t side = 0; side < 2; ++side) {
      const auto feeder = OnlyFeeder(network, uses, sum.inputs[side]);
      if (!feeder || !IsBareLinear(network.operations[*feeder])) continue;
      // Of two, the later one: then the other is there when it runs.
      if (!chosen || *feeder > *chosen) {
        chosen = feeder;
        residual = sum.inputs[1 - side];
      }
    }
    if (!chosen) continue;
    Operation linear = std::move(network.operations[*chosen]);
    linear.residual = residual;
    linear.output = sum.output;
    network.operations[i] = std::move(linear);
    network.operations.erase(network.operations.begin() + static_cast<std::ptrdiff_t>(*chosen));
    --i;
  }
}

bool TakesActivation(const Operation& operation) {
  return operation.activation.function == Function::kNone &&
         (operation.kind == Kind::kConvolution || operation.kind == Kind::kFullyConnected ||
          operation.kind == Kind::kSum || operation.kind == Kind::kAffine ||
          operation.kind == Kind::kMaxPool);
}

void FuseActivations(Network& network) {
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    const Operation operation = network.operations[i];
    if (operation.kind != Kind::kActivation || !operation.activation.IsFusible()) continue;
    const auto feeder = OnlyFeeder(network, CountUses(network), operation.inputs[0]);
    if (!feeder || !TakesActivation(network.operations[*feeder])) continue;
    network.operations[*feeder].activation = operation.activation;
    network.operations[*feeder].output = operation.output;
    network.operations.erase(network.operations.begin() + static_cast<std::ptrdiff_t>(i));
    --i;
  }
}

}  // namespace

void Fuse(Network& network) {
  MoveReluBehindPool(network);
  FuseSums(network);
  FuseActivations(network);
}

}  // namespace cupel::algorithm::compiled
