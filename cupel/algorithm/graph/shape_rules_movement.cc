// SPDX-License-Identifier: Apache-2.0
// Operators that move elements without computing: Reshape, Transpose, Concat, Slice, Pad, Gather, ...
#include <algorithm>
#include <array>
#include <numeric>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 40;
constexpr std::size_t kHighestRank = 64;

/// a * b, or nothing when a factor is unknown or the product passes 2^40.
Dimension Product(const Dimension& a, const Dimension& b) {
  if (!a.value || !b.value) return a.value == 1 ? b : b.value == 1 ? a : Dimension{};
  if (*a.value < 0 || *b.value < 0 || (*b.value != 0 && *a.value > kLargest / *b.value)) return {};
  return Known(*a.value * *b.value);
}

template <typename Iterator>
Dimension Product(Iterator begin, Iterator end) {
  Dimension product = Known(1);
  for (; begin != end; ++begin) product = Product(product, *begin);
  return product;
}

/// `value` as a dimension if it can be one.
Dimension AsDimension(const std::optional<std::int64_t>& value) {
  return value && *value >= 0 && *value <= kLargest ? Known(*value) : Dimension{};
}

/// Whether both hold, or may hold, as many elements.
bool SameCount(const Dimensions& a, const Dimensions& b) {
  const Dimension mine = Product(a.begin(), a.end()), theirs = Product(b.begin(), b.end());
  return !mine.value || !theirs.value || *mine.value == *theirs.value;
}

/// Whether the sizes of `target` other than the gap divide, or may divide, the elements of `input`.
bool Divides(Dimensions target, std::size_t gap, const Dimensions& input) {
  target[gap] = Known(1);
  const Dimension total = Product(input.begin(), input.end());
  const Dimension divisor = Product(target.begin(), target.end());
  return !total.value || divisor.value.value_or(0) == 0 || *total.value % *divisor.value == 0;
}

/// The dimension that -1 stands for, when both element counts are known up to the same unknown factor.
Dimension Remaining(const Dimensions& input, const Dimensions& target, std::size_t gap) {
  Dimensions mine = input;
  Dimensions theirs = target;
  theirs.erase(theirs.begin() + static_cast<std::ptrdiff_t>(gap));
  for (auto it = theirs.begin(); it != theirs.end();) {
    // A symbolic dimension that stands on both sides cancels.
    const auto twin = it->symbol.empty() ? mine.end() : std::ranges::find(mine, *it);
    if (twin == mine.end()) {
      ++it;
    } else {
      mine.erase(twin);
      it = theirs.erase(it);
    }
  }
  const Dimension divisor = Product(theirs.begin(), theirs.end());
  if (divisor.value == 1) return Product(mine.begin(), mine.end());
  const Dimension total = Product(mine.begin(), mine.end());
  if (!total.value || !divisor.value || *divisor.value <= 0 || *total.value % *divisor.value != 0) return {};
  return Known(*total.value / *divisor.value);
}

std::optional<Dimensions> ReshapeTo(const RuleContext& context,
                                    const std::vector<std::optional<std::int64_t>>& target) {
  const Dimensions* const input = context.Shape(0);
  const bool zero_copies = context.node.Integer("allowzero", 0) == 0;
  Dimensions output;
  std::optional<std::size_t> gap;
  bool certain = input != nullptr;
  for (std::size_t i = 0; i < target.size(); ++i) {
    output.push_back(AsDimension(target[i]));
    if (!target[i]) {
      certain = false;  // It might be the -1.
    } else if (*target[i] == -1 && !gap) {
      gap = i;
    } else if (*target[i] < 0) {
      return std::nullopt;
    } else if (*target[i] == 0 && zero_copies) {
      if (input == nullptr || i >= input->size()) {
        output[i] = {};
        certain = false;
      } else {
        output[i] = (*input)[i];
      }
    }
  }
  if (!certain) return output;
  if (!gap) return SameCount(*input, output) ? std::optional(output) : std::nullopt;
  if (!Divides(output, *gap, *input)) return std::nullopt;
  output[*gap] = Remaining(*input, output, *gap);
  return output;
}

void Reshape(RuleContext& context) {
  std::optional<Dimensions> shape;
  if (context.opset() < 5) {
    const auto target = context.node.Integers("shape");
    shape = ReshapeTo(context, {target.begin(), target.end()});
  } else if (const PartialIntegers* target = context.Partial(1);
             target != nullptr && target->shape.size() == 1) {
    shape = ReshapeTo(context, target->values);
  } else if (const Dimensions* rank = context.Shape(1); rank != nullptr && rank->size() == 1) {
    const auto count = (*rank)[0].value;
    if (count && *count >= 0 && *count <= static_cast<std::int64_t>(kHighestRank)) {
      shape = Dimensions(static_cast<std::size_t>(*count));
    }
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Flatten(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  const std::int64_t axis = context.node.Integer("axis", 1);
  if (input != nullptr) {
    const auto rank = static_cast<std::int64_t>(input->size());
    const std::int64_t split = axis < 0 ? axis + rank : axis;
    if (split >= 0 && split <= rank) {
      const auto middle = input->begin() + split;
      shape = Dimensions{Product(input->begin(), middle), Product(middle, input->end())};
    }
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Transpose(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  if (input != nullptr) {
    const auto permutation = context.node.Integers("perm");
    shape = Dimensions(input->rbegin(), input->rend());
    if (!permutation.empty()) {
      if (permutation.size() != input->size()) return context.Set(0, context.Type(0), std::nullopt);
      std::vector<bool> taken(input->size(), false);
      for (std::size_t i = 0; i < permutation.size(); ++i) {
        const auto from = NormalAxis(permutation[i], input->size());
        if (!from || taken[*from]) return context.Set(0, context.Type(0), std::nullopt);
        taken[*from] = true;
        (*shape)[i] = (*input)[*from];
      }
    }
  }
  context.Set(0, context.Type(0), std::move(shape));
}

std::optional<Dimensions> ConcatShape(const RuleContext& context) {
  const Dimensions* const first = context.Shape(0);
  if (first == nullptr) return std::nullopt;
  const auto axis = NormalAxis(context.node.Integer("axis", 1), first->size());
  if (!axis) return std::nullopt;
  Dimensions result = *first;
  for (std::size_t i = 1; i < context.node.inputs.size(); ++i) {
    const Dimensions* const next = context.Shape(i);
    if (next == nullptr || next->size() != result.size()) return std::nullopt;
    for (std::size_t d = 0; d < result.size(); ++d) {
      if (d == *axis) {
        const bool known = result[d].value && (*next)[d].value;
        result[d] = known ? AsDimension(*result[d].value + *(*next)[d].value) : Dimension{};
      } else if (!result[d].value) {
        result[d] = (*next)[d].value ? (*next)[d] : result[d];
      } else if ((*next)[d].value && *(*next)[d].value != *result[d].value) {
        return std::nullopt;
      }
    }
  }
  return result;
}

void Concat(RuleContext& context) { context.Set(0, context.Type(0), ConcatShape(context)); }

/// Sizes of the parts along the split axis; nothing when they contradict its size.
std::optional<Dimensions> SplitSizes(const RuleContext& context, const Dimension& whole) {
  const auto count = static_cast<std::int64_t>(context.outputs.size());
  const auto sizes = context.AttributeOrInput("split", 1);
  Dimensions parts(context.outputs.size());
  if (sizes) {
    if (sizes->size() != parts.size()) return std::nullopt;
    Dimension sum = Known(0);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i] = AsDimension((*sizes)[i]);
      sum = sum.value && parts[i].value ? AsDimension(*sum.value + *parts[i].value) : Dimension{};
    }
    if (whole.value && sum != whole) return std::nullopt;
  } else if (!context.Has(1) && whole.value) {
    // Equal parts, the last one smaller (operator set 18).
    const std::int64_t part = (*whole.value + count - 1) / count;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t begin = std::min(*whole.value, part * i);
      parts[static_cast<std::size_t>(i)] = Known(std::min(part, *whole.value - begin));
    }
  }
  return parts;
}

std::vector<std::optional<Dimensions>> SplitShapes(const RuleContext& context) {
  std::vector<std::optional<Dimensions>> shapes(context.outputs.size());
  const Dimensions* const input = context.Shape(0);
  if (input == nullptr) return shapes;
  const auto axis = NormalAxis(context.node.Integer("axis", 0), input->size());
  if (!axis) return shapes;
  const auto parts = SplitSizes(context, (*input)[*axis]);
  if (!parts) return shapes;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    Dimensions shape = *input;
    shape[*axis] = (*parts)[i];
    shapes[i] = std::move(shape);
  }
  return shapes;
}

void Split(RuleContext& context) {
  std::vector<std::optional<Dimensions>> shapes = SplitShapes(context);
  for (std::size_t i = 0; i < shapes.size(); ++i) context.Set(i, context.Type(0), std::move(shapes[i]));
}

/// Elements that a slice start:end:step takes of `length`.
Dimension SliceLength(std::int64_t length, std::int64_t start, std::int64_t end, std::int64_t step) {
  const auto clamp = [length](std::int64_t index, std::int64_t low, std::int64_t high) {
    return std::clamp(index < 0 && index >= -length ? index + length : index, low, high);
  };
  if (step > 0) {
    const std::int64_t span = clamp(end, 0, length) - clamp(start, 0, length);
    return Known(span <= 0 ? 0 : (span - 1) / step + 1);
  }
  if (step == 0 || step < -kLargest) return {};
  const std::int64_t last = end < -length ? -1 : clamp(end, -1, length - 1);
  const std::int64_t span = clamp(start, std::min<std::int64_t>(0, length - 1), length - 1) - last;
  return Known(span <= 0 ? 0 : (span - 1) / -step + 1);
}

std::optional<Dimensions> SliceShape(const RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  if (input == nullptr) return std::nullopt;
  const auto starts = context.AttributeOrInput("starts", 1);
  const auto ends = context.AttributeOrInput("ends", 2);
  std::optional<std::vector<std::int64_t>> axes(starts ? starts->size() : 0);
  std::iota(axes->begin(), axes->end(), 0);
  if (context.node.HasAttribute("axes") || context.Has(3)) axes = context.AttributeOrInput("axes", 3);
  std::optional<std::vector<std::int64_t>> steps;
  if (context.Has(4)) steps = context.Integers(4);
  if (!starts || !ends || !axes || starts->size() != ends->size() || starts->size() != axes->size() ||
      (context.Has(4) && (!steps || steps->size() != starts->size()))) {
    return Dimensions(input->size());
  }
  Dimensions result = *input;
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const auto axis = NormalAxis((*axes)[i], result.size());
    if (!axis) return std::nullopt;
    Dimension& dimension = result[*axis];
    dimension = dimension.value
                    ? SliceLength(*dimension.value, (*starts)[i], (*ends)[i], steps ? (*steps)[i] : 1)
                    : Dimension{};
  }
  return result;
}

void Slice(RuleContext& context) { context.Set(0, context.Type(0), SliceShape(context)); }

void Gather(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const Dimensions* const indices = context.Shape(1);
  std::optional<Dimensions> shape;
  const auto axis =
      input == nullptr ? std::nullopt : NormalAxis(context.node.Integer("axis", 0), input->size());
  if (axis && indices != nullptr) {
    const auto at = input->begin() + static_cast<std::ptrdiff_t>(*axis);
    shape = Dimensions(input->begin(), at);
    shape->insert(shape->end(), indices->begin(), indices->end());
    shape->insert(shape->end(), at + 1, input->end());
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void GatherElements(RuleContext& context) {
  const Dimensions* const indices = context.Shape(1);
  context.Set(0, context.Type(0), indices == nullptr ? std::nullopt : std::optional(*indices));
}

void Squeeze(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const auto axes = context.AttributeOrInput("axes", 1);
  std::optional<Dimensions> shape;
  if (input != nullptr && (axes || !context.Has(1))) {
    std::vector<bool> dropped(input->size(), false);
    bool certain = true;
    for (std::int64_t axis : axes.value_or(std::vector<std::int64_t>{})) {
      const auto normal = NormalAxis(axis, input->size());
      certain = certain && normal && (*input)[*normal].value.value_or(1) == 1;
      if (normal) dropped[*normal] = true;
    }
    shape.emplace();
    for (std::size_t i = 0; i < input->size(); ++i) {
      if (!axes) {
        certain = certain && (*input)[i].value.has_value();
        dropped[i] = (*input)[i].value == 1;
      }
      if (!dropped[i]) shape->push_back((*input)[i]);
    }
    if (!certain) shape.reset();
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Unsqueeze(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const auto axes = context.AttributeOrInput("axes", 1);
  std::optional<Dimensions> shape;
  if (input != nullptr && axes && axes->size() <= kHighestRank) {
    std::vector<bool> added(input->size() + axes->size(), false);
    for (std::int64_t axis : *axes) {
      const auto normal = NormalAxis(axis, added.size());
      if (!normal || added[*normal]) return context.Set(0, context.Type(0), std::nullopt);
      added[*normal] = true;
    }
    shape.emplace();
    auto next = input->begin();
    for (bool is_new : added) shape->push_back(is_new ? Known(1) : *next++);
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Pad(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const auto pads = context.AttributeOrInput("pads", 1);
  std::optional<Dimensions> shape;
  if (input != nullptr) {
    shape = Dimensions(input->size());
    const std::size_t rank = input->size();
    for (std::size_t i = 0; pads && !context.Has(3) && pads->size() == 2 * rank && i < rank; ++i) {
      const std::int64_t before = (*pads)[i];
      const std::int64_t after = (*pads)[i + rank];
      if (before == 0 && after == 0) {
        (*shape)[i] = (*input)[i];
      } else if ((*input)[i].value && std::max(before, after) <= kLargest &&
                 std::min(before, after) >= -kLargest) {
        (*shape)[i] = AsDimension(*(*input)[i].value + before + after);
      }
    }
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Expand(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const PartialIntegers* const target = context.Partial(1);
  std::optional<Dimensions> shape;
  if (input != nullptr && target != nullptr && target->shape.size() == 1) {
    Dimensions wanted;
    for (const auto& value : target->values) wanted.push_back(AsDimension(value));
    shape = Broadcast(*input, wanted);
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void Tile(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const auto repeats = context.Integers(1);
  std::optional<Dimensions> shape;
  if (input != nullptr && repeats && context.opset() >= 6 && repeats->size() == input->size()) {
    shape.emplace();
    for (std::size_t i = 0; i < input->size(); ++i)
      shape->push_back(Product((*input)[i], AsDimension((*repeats)[i])));
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void ConstantOfShape(RuleContext& context) {
  const PartialIntegers* const target = context.Partial(0);
  const TensorValue* const value = context.node.Tensor("value");
  std::optional<Dimensions> shape;
  if (target != nullptr && target->shape.size() == 1) {
    shape.emplace();
    for (const auto& element : target->values) shape->push_back(AsDimension(element));
  }
  context.Set(0, value == nullptr ? DataType::kFloat32 : value->type, std::move(shape));
}

void Shape(RuleContext& context) { context.Set(0, DataType::kInt64, Dimensions(1)); }
void Size(RuleContext& context) { context.Set(0, DataType::kInt64, Dimensions{}); }

/// Space to depth by `block` (inverse when negative), channels first.
void Blocks(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const std::int64_t block = context.node.Integer("blocksize", 0);
  std::optional<Dimensions> shape;
  if (input != nullptr && input->size() == 4 && block > 0 && block < 65536) {
    const bool deepen = context.node.op_type == "SpaceToDepth";
    shape = *input;
    for (std::size_t i = 1; i < 4; ++i) {
      const std::int64_t factor = i == 1 ? block * block : block;
      Dimension& dimension = (*shape)[i];
      if (deepen == (i == 1)) {
        dimension = Product(dimension, Known(factor));
      } else {
        const bool divides = dimension.value && *dimension.value % factor == 0;
        dimension = divides ? Known(*dimension.value / factor) : Dimension{};
      }
    }
  }
  context.Set(0, context.Type(0), std::move(shape));
}

void TopK(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  const auto axis =
      input == nullptr ? std::nullopt : NormalAxis(context.node.Integer("axis", -1), input->size());
  if (axis) {
    shape = *input;
    auto k = context.Integers(1);
    if (context.node.HasAttribute("k")) k = std::vector{context.node.Integer("k", 0)};
    (*shape)[*axis] = k && k->size() == 1 ? AsDimension((*k)[0]) : Dimension{};
  }
  context.Set(0, context.Type(0), shape);
  context.Set(1, DataType::kInt64, shape);
}

constexpr std::array kRules = {
    ShapeRuleEntry{"Reshape", Reshape},
    ShapeRuleEntry{"Flatten", Flatten},
    ShapeRuleEntry{"Transpose", Transpose},
    ShapeRuleEntry{"Concat", Concat},
    ShapeRuleEntry{"Split", Split},
    ShapeRuleEntry{"Slice", Slice},
    ShapeRuleEntry{"Gather", Gather},
    ShapeRuleEntry{"GatherElements", GatherElements},
    ShapeRuleEntry{"Squeeze", Squeeze},
    ShapeRuleEntry{"Unsqueeze", Unsqueeze},
    ShapeRuleEntry{"Pad", Pad},
    ShapeRuleEntry{"Expand", Expand},
    ShapeRuleEntry{"Tile", Tile},
    ShapeRuleEntry{"ConstantOfShape", ConstantOfShape},
    ShapeRuleEntry{"Shape", Shape},
    ShapeRuleEntry{"Size", Size},
    ShapeRuleEntry{"DepthToSpace", Blocks},
    ShapeRuleEntry{"SpaceToDepth", Blocks},
    ShapeRuleEntry{"TopK", TopK},
};

}  // namespace

std::span<const ShapeRuleEntry> MovementShapeRules() { return kRules; }

}  // namespace cupel::algorithm::graph
