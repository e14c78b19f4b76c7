// SPDX-License-Identifier: Apache-2.0
// Every registered operator is either differentiated here and compared with central differences in float64,
// or listed with the reason why it has no gradient. An operator that is neither fails the last test.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "cupel/algorithm/gradient/central_differences.h"

namespace cupel::algorithm::gradient {

std::vector<GradientCase> PointwiseCases();
std::vector<GradientCase> StructuralCases();
std::vector<GradientCase> WindowCases();
std::vector<GradientCase> ReductionCases();
std::vector<GradientCase> IndexingCases();
std::vector<GradientCase> SequenceCases();

namespace {

std::vector<GradientCase> AllCases() {
  std::vector<GradientCase> all;
  for (const auto family :
       {PointwiseCases, StructuralCases, WindowCases, ReductionCases, IndexingCases, SequenceCases}) {
    for (auto& test : family()) all.push_back(std::move(test));
  }
  return all;
}

const std::map<std::string_view, std::set<std::string_view>>& NotDifferentiable() {
  static const std::map<std::string_view, std::set<std::string_view>> reasons = {
      {"answers booleans",
       {"And", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not", "Or",
        "Xor"}},
      {"works on bits", {"BitShift", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor"}},
      {"answers whole numbers",
       {"ArgMax", "ArgMin", "NonZero", "Shape", "Size", "ConvInteger", "MatMulInteger", "QLinearConv",
        "QLinearMatMul", "QuantizeLinear", "DynamicQuantizeLinear", "Unique", "Multinomial",
        "NonMaxSuppression"}},
      {"constant between jumps: its gradient is zero", {"Ceil", "Floor", "Round", "Sign", "Hardmax"}},
      {"has no differentiable input",
       {"Constant", "ConstantOfShape", "EyeLike", "Range", "RandomNormal", "RandomNormalLike",
        "RandomUniform", "RandomUniformLike", "Bernoulli", "BlackmanWindow", "HammingWindow", "HannWindow",
        "MelWeightMatrix"}},
      {"starts from whole numbers", {"DequantizeLinear", "TfIdfVectorizer"}},
      {"takes training steps itself", {"Adagrad", "Adam", "Momentum", "Gradient"}},
  };
  return reasons;
}

std::string NameOf(const ::testing::TestParamInfo<std::size_t>& parameter) {
  return AllCases()[parameter.param].op_type + "_" + std::to_string(parameter.param);
}

class OperatorGradientTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(OperatorGradientTest, AgreesWithCentralDifferences) {
  const GradientCase test = AllCases()[GetParam()];
  EXPECT_EQ(CompareWithCentralDifferences(test), "") << test.op_type;
}

INSTANTIATE_TEST_SUITE_P(Cases, OperatorGradientTest, ::testing::Range<std::size_t>(0, AllCases().size()),
                         NameOf);

// libtorch lacks many half-precision kernels on the CPU; every operator must run all the same, answer in the
// type it was asked in, and record a gradient.
TEST(NarrowTypes, EveryOperatorAnswersAsInFloat32UpToRounding) {
  const std::set<std::string_view> takes_its_type_from_elsewhere = {"Cast", "CastLike"};
  for (const GradientCase& test : AllCases()) {
    if (takes_its_type_from_elsewhere.contains(test.op_type)) continue;
    EXPECT_EQ(CompareWithFloat32(test, graph::DataType::kFloat16, 0x1p-7), "") << test.op_type;
    EXPECT_EQ(CompareWithFloat32(test, graph::DataType::kBfloat16, 0x1p-4), "") << test.op_type;
  }
}

TEST(OperatorGradientCoverage, EveryOperatorIsComparedOrExcusedWithAReason) {
  std::set<std::string, std::less<>> covered;
  for (const auto& test : AllCases()) covered.insert(test.op_type);
  for (const auto& [reason, operators] : NotDifferentiable()) {
    for (const auto& name : operators) {
      EXPECT_FALSE(covered.contains(name)) << name << " is compared, though excused: " << reason;
      covered.emplace(name);
    }
  }
  for (const OperatorEntry& entry : AllOperators()) {
    EXPECT_TRUE(covered.contains(entry.op_type)) << entry.op_type << " is neither compared nor excused";
  }
}

}  // namespace
}  // namespace cupel::algorithm::gradient
