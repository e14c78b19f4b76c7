// SPDX-License-Identifier: Apache-2.0
// Matrix products.
#include <array>

#include "cupel/algorithm/graph/shape_rules.h"

namespace cupel::algorithm::graph {
namespace {

bool Contradict(const Dimension& a, const Dimension& b) { return a.value && b.value && *a.value != *b.value; }

std::optional<Dimensions> MatrixProduct(const Dimensions* a, const Dimensions* b) {
  if (a == nullptr || b == nullptr || a->empty() || b->empty()) return std::nullopt;
  // numpy.matmul: a vector is a row on the left and a column on the right, and that axis is dropped from the
  // result.
  const bool drop_rows = a->size() == 1;
  const bool drop_columns = b->size() == 1;
  if (Contradict(a->back(), (*b)[drop_columns ? 0 : b->size() - 2])) return std::nullopt;
  const Dimensions batch_a(a->begin(), a->end() - (drop_rows ? 1 : 2));
  const Dimensions batch_b(b->begin(), b->end() - (drop_columns ? 1 : 2));
  auto result = Broadcast(batch_a, batch_b);
  if (!result) return std::nullopt;
  if (!drop_rows) result->push_back((*a)[a->size() - 2]);
  if (!drop_columns) result->push_back(b->back());
  return result;
}

void MatMul(RuleContext& context) {
  context.Set(0, context.Type(0), MatrixProduct(context.Shape(0), context.Shape(1)));
}

void MatMulInteger(RuleContext& context) {
  context.Set(0, DataType::kInt32, MatrixProduct(context.Shape(0), context.Shape(1)));
}

void QLinearMatMul(RuleContext& context) {
  context.Set(0, context.Type(7), MatrixProduct(context.Shape(0), context.Shape(3)));
}

void Gemm(RuleContext& context) {
  const Dimensions* const a = context.Shape(0);
  const Dimensions* const b = context.Shape(1);
  std::optional<Dimensions> shape;
  if (a != nullptr && b != nullptr && a->size() == 2 && b->size() == 2) {
    const bool transpose_a = context.node.Integer("transA", 0) != 0;
    const bool transpose_b = context.node.Integer("transB", 0) != 0;
    if (!Contradict((*a)[transpose_a ? 0 : 1], (*b)[transpose_b ? 1 : 0]))
      shape = Dimensions{(*a)[transpose_a ? 1 : 0], (*b)[transpose_b ? 0 : 1]};
  }
  context.Set(0, context.Type(0), std::move(shape));
}

constexpr std::array kRules = {
    ShapeRuleEntry{"MatMul", MatMul},
    ShapeRuleEntry{"MatMulInteger", MatMulInteger},
    ShapeRuleEntry{"QLinearMatMul", QLinearMatMul},
    ShapeRuleEntry{"Gemm", Gemm},
};

}  // namespace

std::span<const ShapeRuleEntry> LinearShapeRules() { return kRules; }

}  // namespace cupel::algorithm::graph
