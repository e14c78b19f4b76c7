// SPDX-License-Identifier: Apache-2.0
// Convolutions and pooling: outputs computed from sliding windows.
#include <algorithm>
#include <array>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

constexpr std::int64_t kLargestAttribute = std::int64_t{1} << 31;
constexpr std::int64_t kLargestGroup = std::int64_t{1} << 20;

/// Not by std::abs, which INT64_MIN has none of.
bool IsModerate(std::int64_t v) { return v > -kLargestAttribute && v < kLargestAttribute; }

/// Window parameters of a node, complete and in range for `spatial` dimensions; nothing when they are not.
struct Window {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads;  ///< begin..., end...
  std::string auto_pad;

  static std::optional<Window> Of(const Node& node, std::vector<std::int64_t> kernel) {
    const std::size_t spatial = kernel.size();
    Window window{std::move(kernel), node.Integers("strides", std::vector<std::int64_t>(spatial, 1)),
                  node.Integers("dilations", std::vector<std::int64_t>(spatial, 1)),
                  node.Integers("pads", std::vector<std::int64_t>(2 * spatial, 0)),
                  node.Text("auto_pad", "NOTSET")};
    if (window.strides.size() != spatial || window.dilations.size() != spatial ||
        window.pads.size() != 2 * spatial) {
      return std::nullopt;
    }
    const auto positive = [](std::int64_t v) { return v > 0 && v < kLargestAttribute; };
    const bool sound =
        std::ranges::all_of(window.kernel, positive) && std::ranges::all_of(window.strides, positive) &&
        std::ranges::all_of(window.dilations, positive) && std::ranges::all_of(window.pads, IsModerate) &&
        std::ranges::all_of(window.kernel, [](std::int64_t v) { return v < (1 << 24); }) &&
        std::ranges::all_of(window.dilations, [](std::int64_t v) { return v < (1 << 24); });
    return sound ? std::optional(std::move(window)) : std::nullopt;
  }

  std::int64_t Extent(std::size_t i) const { return dilations[i] * (kernel[i] - 1) + 1; }

  /// Positions of the window along spatial axis i.
  Dimension Output(std::size_t i, const Dimension& input, bool ceil_mode) const {
    if (!input.value) return {};
    const std::int64_t stride = strides[i];
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER")
      return Known((*input.value + stride - 1) / stride);
    const std::int64_t before = auto_pad == "VALID" ? 0 : pads[i];
    const std::int64_t after = auto_pad == "VALID" ? 0 : pads[i + kernel.size()];
    const std::int64_t room = *input.value + before + after - Extent(i);
    if (room < 0) return {};
    std::int64_t steps = (room + (ceil_mode ? stride - 1 : 0)) / stride;
    // Rounding up never adds a window that starts in the padding behind the input.
    if (ceil_mode && steps * stride >= *input.value + before) --steps;
    return Known(steps + 1);
  }
};

std::optional<Window> ConvolutionWindow(const RuleContext& context, const Dimensions& input,
                                        const Dimensions* weight) {
  if (input.size() < 3) return std::nullopt;
  std::vector<std::int64_t> kernel = context.node.Integers("kernel_shape");
  if (kernel.empty() && weight != nullptr && weight->size() == input.size()) {
    for (std::size_t i = 2; i < weight->size(); ++i) {
      if (!(*weight)[i].value) return std::nullopt;
      kernel.push_back(*(*weight)[i].value);
    }
  }
  if (kernel.size() + 2 != input.size()) return std::nullopt;
  return Window::Of(context.node, std::move(kernel));
}

/// Whether a weight [m, c / group, k...] can be that of an input with these channels.
bool ChannelsFit(const Node& node, const Dimension& channels, const Dimensions* weight) {
  const std::int64_t group = node.Integer("group", 1);
  if (group < 1 || group > kLargestGroup) return false;
  if (weight == nullptr || weight->size() < 2 || !channels.value || !(*weight)[1].value) return true;
  return *channels.value == *(*weight)[1].value * group;
}

std::optional<Dimensions> ConvolutionShape(const RuleContext& context, std::size_t weight_input) {
  const Dimensions* const input = context.Shape(0);
  const Dimensions* const weight = context.Shape(weight_input);
  if (input == nullptr) return std::nullopt;
  const auto window = ConvolutionWindow(context, *input, weight);
  if (!window || !ChannelsFit(context.node, (*input)[1], weight)) return std::nullopt;
  Dimensions output = {(*input)[0], weight != nullptr && !weight->empty() ? (*weight)[0] : Dimension{}};
  for (std::size_t i = 2; i < input->size(); ++i) output.push_back(window->Output(i - 2, (*input)[i], false));
  return output;
}

void Conv(RuleContext& context) { context.Set(0, context.Type(0), ConvolutionShape(context, 1)); }
void ConvInteger(RuleContext& context) { context.Set(0, DataType::kInt32, ConvolutionShape(context, 1)); }
void QLinearConv(RuleContext& context) { context.Set(0, context.Type(7), ConvolutionShape(context, 3)); }

std::optional<Dimensions> ConvTransposeShape(const RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  const Dimensions* const weight = context.Shape(1);
  if (input == nullptr || weight == nullptr || weight->size() != input->size()) return std::nullopt;
  const auto window = ConvolutionWindow(context, *input, weight);
  const std::int64_t group = context.node.Integer("group", 1);
  if (!window || group < 1 || group > kLargestGroup) return std::nullopt;
  if ((*input)[1].value && (*weight)[0].value && (*input)[1] != (*weight)[0]) return std::nullopt;
  const std::size_t spatial = window->kernel.size();
  const auto extra = context.node.Integers("output_padding", std::vector<std::int64_t>(spatial, 0));
  const auto forced = context.node.Integers("output_shape");
  if (extra.size() != spatial || (!forced.empty() && forced.size() != spatial)) return std::nullopt;
  Dimensions output = {(*input)[0], Dimension{}};
  if ((*weight)[1].value) output[1] = Known(*(*weight)[1].value * group);
  for (std::size_t i = 0; i < spatial; ++i) {
    const Dimension& in = (*input)[i + 2];
    if (!forced.empty()) {
      output.push_back(forced[i] >= 0 ? Known(forced[i]) : Dimension{});
      continue;
    }
    if (!in.value || *in.value > kLargestAttribute || !IsModerate(extra[i])) {
      output.emplace_back();
      continue;
    }
    const bool same = window->auto_pad.starts_with("SAME");
    const std::int64_t padding =
        window->auto_pad == "VALID" ? 0 : window->pads[i] + window->pads[i + spatial];
    const std::int64_t length =
        same ? *in.value * window->strides[i]
             : window->strides[i] * (*in.value - 1) + extra[i] + window->Extent(i) - padding;
    output.push_back(length >= 0 ? Known(length) : Dimension{});
  }
  return output;
}

void ConvTranspose(RuleContext& context) { context.Set(0, context.Type(0), ConvTransposeShape(context)); }

void Pool(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  const auto window = input == nullptr ? std::nullopt : ConvolutionWindow(context, *input, nullptr);
  if (window) {
    shape = Dimensions{(*input)[0], (*input)[1]};
    const bool ceil_mode = context.node.Integer("ceil_mode", 0) != 0;
    for (std::size_t i = 2; i < input->size(); ++i)
      shape->push_back(window->Output(i - 2, (*input)[i], ceil_mode));
  }
  context.Set(0, context.Type(0), shape);
  context.Set(1, DataType::kInt64, shape);  // MaxPool's indices.
}

void GlobalPool(RuleContext& context) {
  const Dimensions* const input = context.Shape(0);
  std::optional<Dimensions> shape;
  if (input != nullptr && input->size() >= 2) {
    shape = *input;
    std::fill(shape->begin() + 2, shape->end(), Known(1));
  }
  context.Set(0, context.Type(0), std::move(shape));
}

constexpr std::array kRules = {
    ShapeRuleEntry{"Conv", Conv},
    ShapeRuleEntry{"ConvInteger", ConvInteger},
    ShapeRuleEntry{"QLinearConv", QLinearConv},
    ShapeRuleEntry{"ConvTranspose", ConvTranspose},
    ShapeRuleEntry{"MaxPool", Pool},
    ShapeRuleEntry{"AveragePool", Pool},
    ShapeRuleEntry{"LpPool", Pool},
    ShapeRuleEntry{"GlobalAveragePool", GlobalPool},
    ShapeRuleEntry{"GlobalMaxPool", GlobalPool},
    ShapeRuleEntry{"GlobalLpPool", GlobalPool},
};

}  // namespace

std::span<const ShapeRuleEntry> WindowShapeRules() { return kRules; }

}  // namespace cupel::algorithm::graph
