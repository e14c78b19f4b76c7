// SPDX-License-Identifier: Apache-2.0
// The order of the gate's checks: one fault gives its code, two faults give the code of the earlier check,
// and a gate without one of the checks lets the fault through that only this check sees.
#include <algorithm>
#include <iterator>

#include "cupel/ledger/hallmark/admission_twin_for_test.h"
#include "cupel/ledger/hallmark/gate_faults_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

std::string Name(AdmissionCode code) { return std::string(AdmissionCodeName(code)); }

class AdmissionOrder : public ::testing::Test {
 protected:
  const GateWorld world_;
  const std::vector<Fault> faults_ = AllFaults();
};

TEST_F(AdmissionOrder, AValidHallmarkIsAdmitted) {
  const Admission admission = Admit(world_.Make({}).Inputs());
  EXPECT_EQ(Name(admission.code), "admitted") << admission.message;
  ASSERT_TRUE(admission.hallmark.has_value());
  EXPECT_EQ(admission.hallmark->model.name, "face.onnx");
  EXPECT_EQ(admission.index, kLeavesBefore);
  EXPECT_EQ(admission.newest->size, kLeavesBefore + 2);
  EXPECT_EQ(admission.seen_at, world_.issued_at + 9 * kDay);
  EXPECT_THAT(admission.ToStatus(), cupel::testing::IsOk());
}

TEST_F(AdmissionOrder, EveryCodeHasAFaultAndEveryFaultItsCode) {
  ASSERT_EQ(faults_.size(), kAdmissionCodes - 1);
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    ASSERT_EQ(Name(faults_[i].code), Name(static_cast<AdmissionCode>(i + 1)));
    const Admission admission = Admit(WithFaults(world_, {&faults_[i]}).Inputs());
    EXPECT_EQ(Name(admission.code), Name(faults_[i].code)) << admission.message;
    EXPECT_FALSE(admission.message.empty()) << Name(faults_[i].code);
    EXPECT_THAT(admission.ToStatus(), cupel::testing::HasError(ErrorCode::kVerificationFailed,
                                                               ::testing::HasSubstr(Name(faults_[i].code))));
  }
}

TEST_F(AdmissionOrder, OfTwoFaultsTheEarlierCheckDecides) {
  int pairs = 0;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    for (std::size_t j = i + 1; j < faults_.size(); ++j) {
      std::vector<std::string> shared;
      std::ranges::set_intersection(faults_[i].parts, faults_[j].parts, std::back_inserter(shared));
      if (!shared.empty()) continue;
      ++pairs;
      EXPECT_EQ(Name(Admit(WithFaults(world_, {&faults_[i], &faults_[j]}).Inputs()).code),
                Name(faults_[i].code))
          << "with " << Name(faults_[j].code);
      EXPECT_EQ(Name(Admit(WithFaults(world_, {&faults_[j], &faults_[i]}).Inputs()).code),
                Name(faults_[i].code))
          << "with " << Name(faults_[j].code);
    }
  }
  EXPECT_GT(pairs, 300);
}

TEST_F(AdmissionOrder, AGateWithoutOneCheckIsFoundOut) {
  for (const Fault& fault : faults_) {
    const GateCase faulty = WithFaults(world_, {&fault});
    const auto without = [&](AdmissionCode code) {
      const GateCase fresh = faulty;  // the gate writes to its position
      return AdmitWithout(code, fresh.Inputs());
    };
    EXPECT_TRUE(without(fault.code).admitted())
        << Name(fault.code) << " is also caught by " << Name(without(fault.code).code);
    for (const Fault& other : faults_) {
      if (other.code == fault.code) continue;
      EXPECT_EQ(Name(without(other.code).code), Name(fault.code)) << "without " << Name(other.code);
    }
  }
}

TEST_F(AdmissionOrder, NothingIsReadBeforeItsTurn) {
  const auto fails = [](const char* what) { return Fail(ErrorCode::kNotFound, what); };
  GateCase faulty = world_.Make({});
  faulty.trust = fails("trust");
  AdmissionInputs inputs = faulty.Inputs();
  inputs.model = [&]() -> Result<ModelDigests> {
    ADD_FAILURE() << "the model was hashed for nothing";
    return fails("model");
  };
  inputs.ledger = [&](std::uint64_t) {
    ADD_FAILURE() << "the ledger was read for nothing";
    return LedgerView{fails("checkpoint"), {}};
  };
  EXPECT_EQ(Name(Admit(inputs).code), "trust-root");
}

TEST_F(AdmissionOrder, NamesStepsAndRemediesAreComplete) {
  int step = 0;
  std::set<std::string> names;
  for (std::size_t i = 0; i < kAdmissionCodes; ++i) {
    const auto code = static_cast<AdmissionCode>(i);
    EXPECT_TRUE(names.insert(Name(code)).second);
    EXPECT_GE(AdmissionStep(code), step);
    step = AdmissionStep(code);
    EXPECT_EQ(AdmissionRemedy(code).empty(), code == AdmissionCode::kAdmitted);
  }
  EXPECT_EQ(step, 8);
}

}  // namespace
}  // namespace cupel::ledger::hallmark
