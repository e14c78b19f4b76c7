// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Turns a network into a program: layouts, conversions between them, and where gradients meet. Private to
/// the module.
///
/// Every value has one place of its own, in the layout its producer chose; a reader that wants another layout
/// or type gets a converted copy, made once. The gradient of a value lies as the value does; contributions of
/// several readers are added when the producer's turn comes.

#include <memory>
#include <string>
#include <vector>

#include "cupel/algorithm/compiled/kernels.h"
#include "cupel/algorithm/compiled/program.h"

namespace cupel::algorithm::compiled {

Element ElementOf(const Desc& desc);
/// Of the buffer, padding included.
std::size_t ElementsOf(const Desc& desc);

class Builder {
 public:
  /// type: in which convolutions and products work.
  Builder(const Network& network, Type type, bool gradient);

  const Network& network() const { return network_; }
  Type type() const { return type_; }
  bool gradient() const { return gradient_; }
  Program& program() { return program_; }

  Dims DimsOf(int value) const;
  /// In which type a linear operation stores a value: the network's result is never rounded.
  Type ResultType(int value) const { return value == network_.output ? Type::f32 : type_; }

  const Place& Value(int value) const { return values_[static_cast<std::size_t>(value)]; }
  void Define(int value, const Place& place) { values_[static_cast<std::size_t>(value)] = place; }
  Place As(int value, const Desc& desc);
  /// The value row-major in float32.
  Place AsPlainFloats(int value) { return As(value, Plain(DimsOf(value), Type::f32)); }
  Place Convert(const Place& from, const Desc& desc);

  /// `owned`: nobody else reads this buffer, so it may be overwritten.
  void Contribute(int value, const Place& gradient, bool owned = true);
  bool HasGradient(int value) const { return !contributions_[static_cast<std::size_t>(value)].empty(); }
  /// The gradient of the operation's result before its fused activation. Precondition: HasGradient.
  Place Settle(int value, const Activation& fused);

 private:
  struct Contribution {
    Place place;
    bool owned = true;
  };

  const Network& network_;
  Type type_;
  bool gradient_;
  Program program_;
  std::vector<Place> values_;
  std::vector<std::vector<Place>> copies_;
  std::vector<std::vector<Contribution>> contributions_;
};

/// One operation: adds its forward calls, later its backward calls. Errors are dnnl::error.
class Layer {
 public:
  virtual ~Layer() = default;
  virtual void Forward(Builder& builder) = 0;
  /// `gradient`: of the operation's result, before a fused activation; in the result's layout.
  virtual void Backward(Builder& builder, const Place& gradient) = 0;
};

/// For every kind of operation. `operation` must outlive the layer.
std::unique_ptr<Layer> MakeLayer(const Operation& operation);
std::unique_ptr<Layer> MakeLinearLayer(const Operation& operation);
std::unique_ptr<Layer> MakePoolingLayer(const Operation& operation);
std::unique_ptr<Layer> MakeElementwiseLayer(const Operation& operation);
std::unique_ptr<Layer> MakeMovementLayer(const Operation& operation);

}  // namespace cupel::algorithm::compiled
