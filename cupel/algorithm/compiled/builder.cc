// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/builder.h"

#include <algorithm>

namespace cupel::algorithm::compiled {

Element ElementOf(const Desc& desc) {
  return TypeOf(desc) == Type::bf16 ? Element::kBfloat16 : Element::kFloat32;
}

std::size_t ElementsOf(const Desc& desc) { return desc.get_size() / ElementBytes(ElementOf(desc)); }

Builder::Builder(const Network& network, Type type, bool gradient)
    : network_(network),
      type_(type),
      gradient_(gradient),
      values_(network.shapes.size()),
      copies_(network.shapes.size()),
      contributions_(network.shapes.size()) {}

Dims Builder::DimsOf(int value) const {
  const Shape& shape = network_.shapes[static_cast<std::size_t>(value)];
  return {shape.begin(), shape.end()};
}

Place Builder::Convert(const Place& from, const Desc& desc) {
  if (from.desc == desc) return from;
  const Place to = program_.New(desc);
  const auto descriptor = Reorder(from.desc, desc);
  program_.Call(dnnl::reorder(descriptor), descriptor.scratchpad_desc(),
                {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  return to;
}

Place Builder::As(int value, const Desc& desc) {
  if (Value(value).desc == desc) return Value(value);
  std::vector<Place>& copies = copies_[static_cast<std::size_t>(value)];
  for (const Place& copy : copies) {
    if (copy.desc == desc) return copy;
  }
  copies.push_back(Convert(Value(value), desc));
  return copies.back();
}

void Builder::Contribute(int value, const Place& gradient, bool owned) {
  const Place place = Convert(gradient, Value(value).desc);
  contributions_[static_cast<std::size_t>(value)].push_back(
      {place, owned || place.buffer != gradient.buffer});
}

Place Builder::Settle(int value, const Activation& fused) {
  std::vector<Contribution>& parts = contributions_[static_cast<std::size_t>(value)];
  const bool masked = fused.function != Function::kNone;
  if (parts.size() == 1 && !masked) return parts[0].place;
  const auto owned = std::ranges::find_if(parts, [](const Contribution& part) { return part.owned; });
  const Desc desc = Value(value).desc;
  const Place result = owned != parts.end() ? owned->place : program_.New(desc);
  std::vector<Place> places = {result};
  for (const Contribution& part : parts) places.push_back(part.place);
  if (masked) places.push_back(Value(value));
  const std::size_t count = parts.size();
  program_.Run(
      [element = ElementOf(desc), elements = ElementsOf(desc), slope = fused.a, count,
       masked](std::span<void* const> at) {
        const std::vector<const void*> sources(at.begin() + 1,
                                               at.begin() + 1 + static_cast<std::ptrdiff_t>(count));
        SettleGradient(element, sources, masked ? at[count + 1] : nullptr, slope, at[0], elements);
      },
      places);
  return result;
}

std::unique_ptr<Layer> MakeLayer(const Operation& operation) {
  switch (operation.kind) {
    case Kind::kConvolution:
    case Kind::kFullyConnected: return MakeLinearLayer(operation);
    case Kind::kMaxPool:
    case Kind::kAveragePool: return MakePoolingLayer(operation);
    case Kind::kActivation:
    case Kind::kSum:
    case Kind::kBroadcast:
    case Kind::kAffine: return MakeElementwiseLayer(operation);
    default: return MakeMovementLayer(operation);
  }
}

}  // namespace cupel::algorithm::compiled
