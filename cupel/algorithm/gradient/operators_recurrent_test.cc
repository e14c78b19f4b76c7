// SPDX-License-Identifier: Apache-2.0
// Recurrent operators against each other and against formulas written out for one cell.
#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

graph::TensorValue Random(const graph::Shape& shape, std::uint64_t seed) {
  ReproducibleStream stream(seed, "recurrent");
  std::vector<float> values(static_cast<std::size_t>(graph::ElementCount(shape)));
  for (float& value : values) value = stream.Uniform(-1, 1);
  return graph::TensorValue::FromFloats(shape, values);
}

graph::TensorValue Concatenate(const graph::TensorValue& a, const graph::TensorValue& b) {
  return Apply("Concat", {a, b}, {{"axis", Number(0)}})[0];
}

struct Family {
  const char* op_type;
  std::int64_t gates;
};

class Recurrent : public ::testing::TestWithParam<Family> {
 protected:
  static constexpr std::int64_t kSteps = 4, kBatch = 3, kInput = 2, kHidden = 3;
  const std::int64_t rows_ = GetParam().gates * kHidden;
  const graph::TensorValue x_ = Random({kSteps, kBatch, kInput}, 1);
  const graph::TensorValue w_ = Random({1, rows_, kInput}, 2), r_ = Random({1, rows_, kHidden}, 3),
                           b_ = Random({1, 2 * rows_}, 4);
  const graph::TensorValue w2_ = Random({1, rows_, kInput}, 5), r2_ = Random({1, rows_, kHidden}, 6),
                           b2_ = Random({1, 2 * rows_}, 7);
  const graph::TensorValue lengths_ = Apply("Cast", {Integers({4, 2, 3})}, {{"to", Number(6)}})[0];

  Values Run(const graph::TensorValue& x, const graph::TensorValue& w, const graph::TensorValue& r,
             const graph::TensorValue& b, const char* direction) const {
    return Apply(GetParam().op_type, {x, w, r, b, lengths_}, {{"direction", Text(direction)}});
  }
};

TEST_P(Recurrent, BidirectionalIsForwardBesideReverse) {
  const auto forward = Run(x_, w_, r_, b_, "forward");
  const auto reverse = Run(x_, w2_, r2_, b2_, "reverse");
  const auto both =
      Run(x_, Concatenate(w_, w2_), Concatenate(r_, r2_), Concatenate(b_, b2_), "bidirectional");
  const auto expected = Apply("Concat", {forward[0], reverse[0]}, {{"axis", Number(1)}})[0];
  EXPECT_TRUE(both[0] == expected);
  EXPECT_TRUE(both[1] == Concatenate(forward[1], reverse[1]));
}

TEST_P(Recurrent, ReverseIsForwardOnReversedSequences) {
  const auto reversed = Apply("ReverseSequence", {x_, lengths_})[0];
  const auto forward = Run(reversed, w_, r_, b_, "forward");
  const auto reverse = Run(x_, w_, r_, b_, "reverse");
  const auto squeezed = Apply("Squeeze", {forward[0], Integers({1})})[0];
  const auto expected = Apply("ReverseSequence", {squeezed, lengths_})[0].AsDoubles();
  const auto found = reverse[0].AsDoubles();
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6);
}

TEST_P(Recurrent, BatchFirstIsTheTransposed) {
  const auto plain = Apply(GetParam().op_type, {x_, w_, r_, b_});
  const auto turned = Apply("Transpose", {x_}, {{"perm", std::vector<std::int64_t>{1, 0, 2}}})[0];
  const auto batch_first = Apply(GetParam().op_type, {turned, w_, r_, b_}, {{"layout", Number(1)}});
  EXPECT_EQ(batch_first[0].shape, graph::Shape({kBatch, kSteps, 1, kHidden}));
  EXPECT_EQ(batch_first[1].shape, graph::Shape({kBatch, 1, kHidden}));
  EXPECT_TRUE(Apply("Transpose", {batch_first[0]}, {{"perm", std::vector<std::int64_t>{1, 2, 0, 3}}})[0] ==
              plain[0]);
}

TEST_P(Recurrent, RefusesAnUnknownActivation) {
  const std::vector<std::string> names(GetParam().gates == 1 ? 1 : GetParam().gates - 1, "Gelu");
  EXPECT_THAT(TryApply(GetParam().op_type, {x_, w_, r_, b_}, {{"activations", names}}),
              HasError(ErrorCode::kUnsupported, HasSubstr("Gelu")));
}

INSTANTIATE_TEST_SUITE_P(Families, Recurrent,
                         ::testing::Values(Family{"RNN", 1}, Family{"GRU", 3}, Family{"LSTM", 4}),
                         [](const auto& parameter) { return std::string(parameter.param.op_type); });

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// One unit, one step, x = 1, h = 0.5, c = 0.25: the equations of the operator's specification.
TEST(Lstm, FollowsItsEquationsWithPeepholesClipAndCoupledGates) {
  const auto w = Floats({1, 4, 1}, {0.1F, 0.2F, 0.3F, 4.0F});  // i, o, f, c
  const auto r = Floats({1, 4, 1}, {0.5F, 0.6F, 0.7F, 0.8F});
  const auto b = Floats({1, 8}, {0.01F, 0.02F, 0.03F, 0.04F, 0, 0, 0, 0});
  const auto h = Floats({1, 1, 1}, {0.5F}), c = Floats({1, 1, 1}, {0.25F}),
             p = Floats({1, 3}, {0.9F, 0.8F, 0.7F});  // i, o, f
  const auto y = Apply("LSTM", {Floats({1, 1, 1}, {1}), w, r, b, {}, h, c, p},
                       {{"clip", 2.0F}, {"input_forget", Number(1)}});
  const double i = Sigmoid(0.1 + 0.25 + 0.01 + 0.9 * 0.25);
  const double new_c = (1 - i) * 0.25 + i * std::tanh(2.0);  // 4.44 is clipped to 2
  const double o = Sigmoid(0.2 + 0.3 + 0.02 + 0.8 * new_c);
  EXPECT_NEAR(y[2].AsDoubles()[0], new_c, 1e-6);
  EXPECT_NEAR(y[1].AsDoubles()[0], o * std::tanh(new_c), 1e-6);
}

TEST(Rnn, ConsumesActivationParametersInOrder) {
  const auto w = Floats({2, 1, 1}, {1, 1}), r = Floats({2, 1, 1}, {0, 0});
  const Attributes attributes = {{"direction", Text("bidirectional")},
                                 {"activations", std::vector<std::string>{"Affine", "LeakyRelu"}},
                                 {"activation_alpha", std::vector<float>{3, 0.5F}},
                                 {"activation_beta", std::vector<float>{1}}};
  const auto y = Apply("RNN", {Floats({1, 1, 1}, {-2}), w, r}, attributes)[0].AsDoubles();
  EXPECT_DOUBLE_EQ(y[0], 3 * -2 + 1);
  EXPECT_DOUBLE_EQ(y[1], -1);
}

}  // namespace
}  // namespace cupel::algorithm::gradient
