// SPDX-License-Identifier: Apache-2.0
// Small integer tensors computed from shapes, element by element (ComputeIntegers).
#include <algorithm>
#include <array>
#include <limits>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

using Value = std::optional<std::int64_t>;
using Values = std::vector<Value>;
using Result = std::optional<PartialIntegers>;

constexpr std::int64_t kMostElements = 1024;

Result Vector(Values values, DataType type = DataType::kInt64) {
  const auto size = static_cast<std::int64_t>(values.size());
  if (size > kMostElements) return std::nullopt;
  return PartialIntegers{type, {size}, std::move(values)};
}

Result ComputeShape(const RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  if (input == nullptr) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(input->size());
  const auto clamp = [rank](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 ? index + rank : index, 0, rank);
  };
  const std::int64_t begin = clamp(std::max(context.node.Integer("start", 0), -rank));
  const std::int64_t end = clamp(std::max(context.node.Integer("end", rank), -rank));
  Values values;
  for (std::int64_t i = begin; i < end; ++i) values.push_back((*input)[static_cast<std::size_t>(i)].value);
  return Vector(std::move(values));
}

Result ComputeSize(const RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  if (input == nullptr) return std::nullopt;
  std::int64_t size = 1;
  for (const Dimension& dimension : *input) {
    if (!dimension.value || __builtin_mul_overflow(size, *dimension.value, &size)) return std::nullopt;
  }
  return PartialIntegers{DataType::kInt64, {}, {size}};
}

Result ComputeGather(const RuleContext& context) {
  const PartialIntegers* const data = context.Partial(0);
  const PartialIntegers* const indices = context.Partial(1);
  if (data == nullptr || indices == nullptr || data->shape.size() != 1 ||
      context.node.Integer("axis", 0) != 0) {
    return std::nullopt;
  }
  PartialIntegers result{data->type, indices->shape, {}};
  for (const Value& index : indices->values) {
    const auto at = index ? NormalAxis(*index, data->values.size()) : std::nullopt;
    result.values.push_back(at ? data->values[*at] : std::nullopt);
  }
  return result;
}

Result ComputeConcat(const RuleContext& context) {
  Values values;
  const std::int64_t axis = context.node.Integer("axis", 0);
  if (axis != 0 && axis != -1) return std::nullopt;
  for (std::size_t i = 0; i < context.node.inputs.size(); ++i) {
    const PartialIntegers* const part = context.Partial(i);
    if (part == nullptr) {
      // Nothing is known but the length: unknown elements.
      const Dimensions* const shape = context.Shape(i);
      if (shape == nullptr || shape->size() != 1 || !(*shape)[0].value || *(*shape)[0].value > kMostElements)
        return std::nullopt;
      values.resize(values.size() + static_cast<std::size_t>(*(*shape)[0].value));
    } else if (part->shape.size() == 1) {
      values.insert(values.end(), part->values.begin(), part->values.end());
    } else {
      return std::nullopt;
    }
    if (static_cast<std::int64_t>(values.size()) > kMostElements) return std::nullopt;
  }
  return Vector(std::move(values), context.Type(0));
}

Result ComputeSlice(const RuleContext& context) {
  const PartialIntegers* const data = context.Partial(0);
  const auto starts = context.AttributeOrInput("starts", 1);
  const auto ends = context.AttributeOrInput("ends", 2);
  if (data == nullptr || data->shape.size() != 1 || !starts || !ends || starts->size() != 1 ||
      ends->size() != 1) {
    return std::nullopt;
  }
  if (context.node.HasAttribute("axes") || context.Has(3)) {
    const auto axes = context.AttributeOrInput("axes", 3);
    if (!axes || axes->size() != 1 || NormalAxis((*axes)[0], 1) != 0) return std::nullopt;
  }
  if (context.Has(4)) {
    const auto steps = context.Integers(4);
    if (!steps || *steps != std::vector<std::int64_t>{1}) return std::nullopt;
  }
  const auto length = static_cast<std::int64_t>(data->values.size());
  const auto place = [length](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 && index >= -length ? index + length : index, 0, length);
  };
  const std::int64_t begin = place((*starts)[0]);
  const std::int64_t end = std::max(begin, place((*ends)[0]));
  return Vector(Values(data->values.begin() + begin, data->values.begin() + end), data->type);
}

/// Reshape, Squeeze, Unsqueeze: the same elements in the inferred shape of the output.
Result ComputeReshaped(const RuleContext& context) {
  const PartialIntegers* const data = context.Partial(0);
  if (data == nullptr || !context.outputs[0].shape) return std::nullopt;
  PartialIntegers result{data->type, {}, data->values};
  std::int64_t count = 1;
  for (const Dimension& dimension : *context.outputs[0].shape) {
    if (!dimension.value || __builtin_mul_overflow(count, *dimension.value, &count)) return std::nullopt;
    result.shape.push_back(*dimension.value);
  }
  if (count != static_cast<std::int64_t>(data->values.size())) return std::nullopt;
  return result;
}

Result ComputeIdentity(const RuleContext& context) {
  const PartialIntegers* const data = context.Partial(0);
  return data == nullptr ? std::nullopt : Result(*data);
}

Result ComputeCast(const RuleContext& context) {
  const PartialIntegers* const data = context.Partial(0);
  const auto to = static_cast<DataType>(context.node.Integer("to", 0));
  if (data == nullptr || (to != DataType::kInt64 && to != DataType::kInt32)) return std::nullopt;
  PartialIntegers result = *data;
  result.type = to;
  for (Value& value : result.values) {
    // A cast that would wrap stays unknown.
    if (value && to == DataType::kInt32 && *value != static_cast<std::int32_t>(*value)) value.reset();
  }
  return result;
}

Value Apply(std::string_view op_type, std::int64_t a, std::int64_t b, DataType type) {
  std::int64_t result = 0;
  bool overflow = false;
  if (op_type == "Add") {
    overflow = __builtin_add_overflow(a, b, &result);
  } else if (op_type == "Sub") {
    overflow = __builtin_sub_overflow(a, b, &result);
  } else if (op_type == "Mul") {
    overflow = __builtin_mul_overflow(a, b, &result);
  } else {
    // Executors agree on integer division where both are non-negative; only there.
    if (b <= 0 || a < 0) return std::nullopt;
    result = a / b;
  }
  if (overflow || (type == DataType::kInt32 && result != static_cast<std::int32_t>(result)))
    return std::nullopt;
  return result;
}

Result ComputeArithmetic(const RuleContext& context) {
  const PartialIntegers* const a = context.Partial(0);
  const PartialIntegers* const b = context.Partial(1);
  if (a == nullptr || b == nullptr || a->type != b->type || a->type == DataType::kBool ||
      context.opset() < 7) {
    return std::nullopt;
  }
  const bool spread_b = b->values.size() == 1 && b->shape.size() <= a->shape.size();
  const bool spread_a = a->values.size() == 1 && a->shape.size() <= b->shape.size();
  if (a->shape != b->shape && !spread_a && !spread_b) return std::nullopt;
  const PartialIntegers& shaped = a->shape == b->shape || spread_b ? *a : *b;
  PartialIntegers result{a->type, shaped.shape, {}};
  for (std::size_t i = 0; i < shaped.values.size(); ++i) {
    const Value& x = a->values[a->values.size() == 1 ? 0 : i];
    const Value& y = b->values[b->values.size() == 1 ? 0 : i];
    result.values.push_back(x && y ? Apply(context.node.op_type, *x, *y, a->type) : std::nullopt);
  }
  return result;
}

Result ComputeConstantOfShape(const RuleContext& context) {
  const TensorValue* const value = context.node.Tensor("value");
  const auto shape = context.Integers(0);
  if (value == nullptr || value->type != DataType::kInt64 || !shape || shape->size() != 1 ||
      (*shape)[0] < 0 || (*shape)[0] > kMostElements) {
    return std::nullopt;
  }
  const auto fill = value->AsInt64s();
  if (fill.size() != 1) return std::nullopt;
  return Vector(Values(static_cast<std::size_t>((*shape)[0]), fill[0]));
}

Result ComputeConstant(const RuleContext& context) {
  const Node& node = context.node;
  if (node.HasAttribute("value_int"))
    return PartialIntegers{DataType::kInt64, {}, {node.Integer("value_int", 0)}};
  if (!node.HasAttribute("value_ints")) return std::nullopt;
  const auto values = node.Integers("value_ints");
  return Vector(Values(values.begin(), values.end()));
}

struct Entry {
  std::string_view op_type;
  Result (*compute)(const RuleContext&);
};

constexpr std::array kEntries = {
    Entry{"Shape", ComputeShape},
    Entry{"Size", ComputeSize},
    Entry{"Gather", ComputeGather},
    Entry{"Concat", ComputeConcat},
    Entry{"Slice", ComputeSlice},
    Entry{"Reshape", ComputeReshaped},
    Entry{"Squeeze", ComputeReshaped},
    Entry{"Unsqueeze", ComputeReshaped},
    Entry{"Identity", ComputeIdentity},
    Entry{"Cast", ComputeCast},
    Entry{"Add", ComputeArithmetic},
    Entry{"Sub", ComputeArithmetic},
    Entry{"Mul", ComputeArithmetic},
    Entry{"Div", ComputeArithmetic},
    Entry{"ConstantOfShape", ComputeConstantOfShape},
    Entry{"Constant", ComputeConstant},
};

}  // namespace

std::optional<PartialIntegers> ComputeIntegers(const RuleContext& context) {
  const auto found = std::ranges::find(kEntries, context.node.op_type, &Entry::op_type);
  return found == kEntries.end() ? std::nullopt : found->compute(context);
}

}  // namespace cupel::algorithm::graph
