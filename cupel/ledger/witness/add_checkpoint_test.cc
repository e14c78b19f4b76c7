// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/add_checkpoint.h"

#include "cupel/ledger/witness/published_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;

// The example of the C2SP tlog-witness specification.
constexpr std::string_view kSpecRequest =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n" CUPEL_DASH
    "example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" CUPEL_DASH
    "example.com/behind-the-sofa "
    "opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";

TEST(AddCheckpoint, ReadsTheSpecificationsExampleAndPrintsItBack) {
  CUPEL_ASSERT_OK(const AddCheckpoint request, AddCheckpoint::Parse(kSpecRequest));
  EXPECT_EQ(request.old_size, 20852014u);
  ASSERT_EQ(request.proof.size(), 4u);
  EXPECT_EQ(ToBase64(request.proof[3].bytes), "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=");
  EXPECT_EQ(request.Origin(), "example.com/behind-the-sofa");
  EXPECT_EQ(request.checkpoint.signatures.size(), 2u);
  EXPECT_EQ(request.ToText(), kSpecRequest);
}

TEST(AddCheckpoint, RejectsEveryTruncation) {
  // Cut after the first signature line a shorter request is left, which is a whole one.
  const std::size_t whole = kSpecRequest.rfind(CUPEL_DASH);
  for (std::size_t size = 0; size < kSpecRequest.size(); ++size) {
    if (size == whole) continue;
    EXPECT_THAT(AddCheckpoint::Parse(kSpecRequest.substr(0, size)), HasError(ErrorCode::kCorrupt)) << size;
  }
  EXPECT_THAT(AddCheckpoint::Parse(kSpecRequest.substr(0, whole)), IsOk());
}

TEST(AddCheckpoint, RejectsOtherForms) {
  const std::string note = SigningLog().Sign(History(2), 2).ToText();
  const std::string hash = ToBase64(merkle::EmptyRoot().bytes) + "\n";
  ASSERT_THAT(AddCheckpoint::Parse("old 1\n" + hash + "\n" + note), IsOk());
  for (const std::string& body :
       {"old 01\n\n" + note, "old -1\n\n" + note, "old +1\n\n" + note, "old  1\n\n" + note,
        "old 1 \n\n" + note, "old\n\n" + note, "old \n\n" + note, "Old 1\n\n" + note, "1\n\n" + note,
        "\n\n" + note, "old 9223372036854775808\n\n" + note, "old 1\r\n\r\n" + note, " old 1\n\n" + note,
        "old 1\n" + note, "old 1\n" + hash.substr(1) + "\n" + note, "old 1\n " + hash + "\n" + note,
        "old 1\nAAAA\n\n" + note, "old 1\n\n" + note + "\n", "old 1\n\n" + note + "x"}) {
    EXPECT_THAT(AddCheckpoint::Parse(body), HasError(ErrorCode::kCorrupt)) << body;
  }
}

TEST(AddCheckpoint, TakesAtMost63HashesAndABoundedBody) {
  AddCheckpoint request{1, std::vector<Digest>(63), SigningLog().Sign(History(2), 2)};
  EXPECT_THAT(AddCheckpoint::Parse(request.ToText()), IsOkAndHolds(request));
  request.proof.push_back({});
  EXPECT_THAT(AddCheckpoint::Parse(request.ToText()), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(AddCheckpoint::Parse("old 1\n\n" + std::string(kMaxRequestBytes, 'a')),
              HasError(ErrorCode::kResourceLimit));
}

TEST(AddCheckpoint, TheOriginIsTheFirstLineWhateverItIs) {
  // An empty first line is no origin of any log; it is looked for, and not found.
  for (const char* text : {"\n", "a b\nrest\n", "x\n"}) {
    const AddCheckpoint request{0, {}, merkle::SignNote(text, "x", KeyOf(1)).value()};
    CUPEL_ASSERT_OK(const AddCheckpoint parsed, AddCheckpoint::Parse(request.ToText()));
    EXPECT_EQ(parsed.Origin(), std::string_view(text).substr(0, std::string_view(text).find('\n')));
  }
}

}  // namespace
}  // namespace cupel::ledger::witness
