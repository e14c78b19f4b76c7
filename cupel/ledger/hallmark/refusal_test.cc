// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/refusal.h"

#include <sys/stat.h>

#include <set>

#include "cupel/base/file.h"
#include "cupel/ledger/hallmark/gate_faults_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::Not;

class RefusalTest : public ::testing::Test {
 protected:
  const GateWorld world_;
  const ScratchFolder folder_;
  const Digest host_ = HostPseudonym(folder_ / "host.salt", "gate-7").value();
};

TEST_F(RefusalTest, EveryCodeMakesARecordThatReadsBack) {
  for (const Fault& fault : AllFaults()) {
    const GateCase faulty = WithFaults(world_, {&fault});
    const Admission admission = Admit(faulty.Inputs());
    const auto record = SignRefusal(admission, host_, faulty.now, world_.evidence_key);
    CUPEL_ASSERT_OK(const auto opened, world_.Trust("quorum none\n").Open(record));
    CUPEL_ASSERT_OK(const Refusal refusal, Refusal::Parse(record.envelope.payload));
    EXPECT_EQ(AdmissionCodeName(refusal.code), AdmissionCodeName(fault.code));
    EXPECT_EQ(refusal.time, faulty.now);
    EXPECT_EQ(refusal.host, host_);
    EXPECT_EQ(refusal.hallmark.has_value(),
              AdmissionStep(fault.code) > 3 || fault.code == AdmissionCode::kNotAHallmark);
    EXPECT_EQ(opened.statement.predicate["step"], Json(AdmissionStep(fault.code)));
  }
}

TEST_F(RefusalTest, HoldsNothingThatNamesAHost) {
  for (const Fault& fault : AllFaults()) {
    const GateCase faulty = WithFaults(world_, {&fault});
    const auto record = SignRefusal(Admit(faulty.Inputs()), host_, faulty.now, world_.evidence_key);
    const std::string payload(AsText(record.envelope.payload));
    for (const char* name : {"gate-7", "gate-8", "gate-9", "access-control", "face.onnx"}) {
      EXPECT_THAT(payload, Not(HasSubstr(name)));
    }
  }
}

TEST_F(RefusalTest, NamesTheFilesThatWereRead) {
  const auto record_of = [&](AdmissionCode code) {
    for (const Fault& fault : AllFaults()) {
      if (fault.code != code) continue;
      const auto record =
          SignRefusal(Admit(WithFaults(world_, {&fault}).Inputs()), host_, 1, world_.evidence_key);
      return evidence::Statement::Parse(record.envelope.payload).value();
    }
    return evidence::Statement{};
  };
  EXPECT_TRUE(record_of(AdmissionCode::kRevoked).IsAbout(GateWorld::DigestOf("file")));
  EXPECT_TRUE(record_of(AdmissionCode::kRevoked).IsAbout(GateWorld::DigestOf("root")));
  EXPECT_EQ(record_of(AdmissionCode::kSignature).subjects.size(), 1u);
  EXPECT_EQ(record_of(AdmissionCode::kSignature).subjects[0].name, "hallmark");
  EXPECT_TRUE(record_of(AdmissionCode::kBundleUnreadable).IsAbout(host_));
}

TEST_F(RefusalTest, PseudonymNeedsTheDevicesSalt) {
  EXPECT_EQ(HostPseudonym(folder_ / "host.salt", "gate-7").value(), host_);
  EXPECT_NE(HostPseudonym(folder_ / "host.salt", "gate-8").value(), host_);
  EXPECT_NE(HostPseudonym(folder_ / "new/other.salt", "gate-7").value(), host_);
  struct stat status{};
  ASSERT_EQ(::stat((folder_ / "host.salt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  ASSERT_THAT(WriteFileAtomic(folder_ / "short.salt", std::string_view("x")), IsOk());
  EXPECT_THAT(HostPseudonym(folder_ / "short.salt", "gate-7"),
              HasError(ErrorCode::kCorrupt, HasSubstr("32 bytes")));
}

TEST_F(RefusalTest, AnotherFormIsRefused) {
  const Fault fault = AllFaults()[0];
  const auto record =
      SignRefusal(Admit(WithFaults(world_, {&fault}).Inputs()), host_, 1, world_.evidence_key);
  const auto with = [&](const std::function<void(Json&)>& change) {
    Json json = Json::Parse(AsText(record.envelope.payload)).value();
    change(json);
    const std::string text = json.Canonical();
    return Refusal::Parse(AsBytes(text));
  };
  EXPECT_THAT(with([](Json&) {}), IsOk());
  EXPECT_THAT(with([](Json& j) { j["predicate"]["code"] = "admitted"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["code"] = "revoked"; }),
              HasError(ErrorCode::kCorrupt, HasSubstr("step")));
  EXPECT_THAT(with([](Json& j) { j["predicate"]["name"] = "x"; }), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(with([](Json& j) { j["predicateType"] = "x:y"; }), HasError(ErrorCode::kUnsupported));
}

TEST_F(RefusalTest, FilesAreNamedByTimeAndCode) {
  const Fault fault = AllFaults()[0];
  const auto record =
      SignRefusal(Admit(WithFaults(world_, {&fault}).Inputs()), host_, world_.issued_at, world_.evidence_key);
  CUPEL_ASSERT_OK(const auto path, SaveRefusal(folder_ / "refusals", record));
  EXPECT_THAT(path.filename().string(), ::testing::StartsWith("20261125T100000Z-trust-root-"));
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(path));
  EXPECT_THAT(evidence::Bundle::Parse(text), cupel::testing::IsOkAndHolds(record));
}

TEST_F(RefusalTest, NoByteIsWithoutAMeaning) {
  const std::vector<Fault> faults = AllFaults();
  const auto record =
      SignRefusal(Admit(WithFaults(world_, {&faults.back()}).Inputs()), host_, 1, world_.evidence_key);
  const Bytes& payload = record.envelope.payload;
  int read = 0;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    EXPECT_FALSE(Refusal::Parse(BytesView(payload).first(i)).has_value()) << i;
    Bytes changed = payload;
    changed[i] ^= 1;
    const auto refusal = Refusal::Parse(changed);
    if (!refusal) continue;
    ++read;
    CUPEL_ASSERT_OK(const auto statement, evidence::Statement::Parse(changed));
    EXPECT_EQ(statement.ToPayload().value(), changed) << i;
    EXPECT_NE(statement, evidence::Statement::Parse(payload).value()) << i;
  }
  EXPECT_GT(read, 50);
}

TEST_F(RefusalTest, TheSameRefusalTwiceIsTwoRecordsOrOneFile) {
  const std::vector<Fault> faults = AllFaults();
  const Admission admission = Admit(WithFaults(world_, {&faults[3]}).Inputs());
  std::set<std::filesystem::path> paths;
  for (int i = 0; i < 4; ++i) {
    const auto record = SignRefusal(admission, host_, world_.issued_at, world_.evidence_key);
    CUPEL_ASSERT_OK(const auto path, SaveRefusal(folder_ / "refusals", record));
    EXPECT_THAT(SaveRefusal(folder_ / "refusals", record), cupel::testing::IsOkAndHolds(path));
    paths.insert(path);
  }
  EXPECT_EQ(paths.size(), 4u) << "each signature is another one, so none is written over";
}

TEST_F(RefusalTest, ARecordOfSomethingElseIsNotSaved) {
  const auto revocation = Revoke(GateWorld::DigestOf("x"), "superseded", world_.hallmark_key).value();
  EXPECT_THAT(SaveRefusal(folder_ / "refusals", revocation), HasError(ErrorCode::kUnsupported));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "refusals"));
}

}  // namespace
}  // namespace cupel::ledger::hallmark
