// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include "cupel/ledger/witness/published_for_test.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

/// Witness 1, 2, ...: keys of seeds 11, 12, ...
CosignatureKey Key(int number) {
  return WitnessKey(fmt::format("w{}.example", number), static_cast<std::uint8_t>(10 + number));
}
std::string Vkey(int number) { return Key(number).Verifier().ToText(); }
std::string WitnessLine(int number) { return fmt::format("witness W{} {}\n", number, Vkey(number)); }
std::string WitnessLines(int count) {
  std::string lines;
  for (int i = 1; i <= count; ++i) lines += WitnessLine(i);
  return lines;
}
std::string LogLine() { return "log " + SigningLog().Verifier().ToText() + "\n"; }

/// The checkpoint of 5 leaves, cosigned by these witnesses at these times.
std::string Cosigned(const std::map<int, std::int64_t>& times, const SigningLog& log = SigningLog()) {
  merkle::SignedNote note = log.Sign(History(5), 5);
  for (const auto& [number, time] : times)
    note.signatures.push_back(Key(number).Sign(note.text, time).value());
  return note.ToText();
}

bool IsQuorum(const Policy& policy, const std::vector<int>& numbers) {
  std::vector<bool> cosigned(policy.Witnesses().size());
  for (const int number : numbers) cosigned[static_cast<std::size_t>(number - 1)] = true;
  return policy.IsQuorum(cosigned);
}

TEST(Policy, ReadsEveryKindOfLine) {
  const std::string text = "# comment\n\n  \t# another\n\tlog " + SigningLog().Verifier().ToText() +
                           "  https://log.example/ \n" + WitnessLine(1) + "witness\tW2  " + Vkey(2) +
                           "\thttp://w2.example/x\ngroup G 1 W1 W2\nquorum G\nlog " +
                           SigningLog("example.com/second", 2).Verifier().ToText() + "\n" + WitnessLine(3);
  CUPEL_ASSERT_OK(const Policy policy, Policy::Parse(text));
  ASSERT_EQ(policy.Logs().size(), 2u);
  EXPECT_EQ(policy.Logs()[0].url, "https://log.example/");
  EXPECT_EQ(policy.Logs()[1].key.Name(), "example.com/second");
  EXPECT_EQ(policy.Logs()[1].url, "");
  ASSERT_EQ(policy.Witnesses().size(), 3u);
  EXPECT_EQ(policy.Witnesses()[1].name, "W2");
  EXPECT_EQ(policy.Witnesses()[1].key.Name(), "w2.example");
  EXPECT_EQ(policy.Witnesses()[1].url, "http://w2.example/x");
  EXPECT_EQ(policy.QuorumText(), "1 of (W1, W2)");
}

TEST(Policy, EvaluatesTheSpecificationsExample) {
  CUPEL_ASSERT_OK(const Policy policy,
                  Policy::Parse(LogLine() + WitnessLines(6) +
                                "group X-witnesses 2 W1 W2 W3\ngroup Y-witnesses any W4 W5 W6\n"
                                "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"));
  EXPECT_EQ(policy.QuorumText(), "2 of (2 of (W1, W2, W3), 1 of (W4, W5, W6))");
  EXPECT_TRUE(IsQuorum(policy, {1, 3, 6}));
  EXPECT_FALSE(IsQuorum(policy, {1, 6}));
  EXPECT_FALSE(IsQuorum(policy, {1, 2, 3}));
  EXPECT_FALSE(IsQuorum(policy, {4, 5, 6}));
}

TEST(Policy, AgreesWithSigsumsTable) {
  // sigsum-go, pkg/policy/config_test.go, TestValidConfig.
  CUPEL_ASSERT_OK(const Policy policy,
                  Policy::Parse(WitnessLines(5) + "group G1 any W1 W2\ngroup G2 2 W3 W4 W5\n"
                                                  "group G3 all G1 G2\nquorum G3\n"));
  const std::vector<std::pair<std::vector<int>, bool>> table = {
      {{}, false},     {{1}, false},    {{2}, false},      {{3}, false},     {{3, 4, 5}, false},
      {{1, 2}, false}, {{1, 3}, false}, {{1, 3, 4}, true}, {{2, 3, 5}, true}};
  for (const auto& [numbers, expected] : table) EXPECT_EQ(IsQuorum(policy, numbers), expected);
}

/// The slow twin: the policy's text, word by word, asked from the quorum down.
bool TwinHolds(const std::map<std::string, std::vector<std::string>>& lines, const std::string& name,
               const std::vector<bool>& cosigned) {
  const std::vector<std::string>& words = lines.at(name);
  if (words[0] == "witness") return cosigned[static_cast<std::size_t>(std::stoi(name.substr(1)) - 1)];
  int holding = 0;
  for (std::size_t i = 3; i < words.size(); ++i) holding += TwinHolds(lines, words[i], cosigned) ? 1 : 0;
  const int members = static_cast<int>(words.size()) - 3;
  const int threshold = words[2] == "any" ? 1 : words[2] == "all" ? members : std::stoi(words[2]);
  return holding >= threshold;
}

TEST(Policy, AgreesWithTheTwinOnEverySubsetOfRandomPolicies) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same policies in every run
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 200; ++round) {
    const int witnesses = 1 + static_cast<int>(below(6));
    std::string text = WitnessLines(witnesses);
    std::vector<std::string> free;
    for (int i = 1; i <= witnesses; ++i) free.push_back(fmt::format("W{}", i));
    for (int group = 0; free.size() > 1 && group < 4; ++group) {
      std::shuffle(free.begin(), free.end(), random);
      const std::size_t count = 1 + below(free.size());
      const std::size_t threshold = below(count + 2);
      text += fmt::format("group G{} {}", group,
                          threshold == 0      ? "any"
                          : threshold > count ? "all"
                                              : std::to_string(threshold));
      for (std::size_t i = 0; i < count; ++i) text += " " + free[i];
      text += "\n";
      free.erase(free.begin(), free.begin() + static_cast<std::ptrdiff_t>(count));
      free.push_back(fmt::format("G{}", group));
    }
    const std::string quorum = free[below(free.size())];
    CUPEL_ASSERT_OK(const Policy policy, Policy::Parse(text + "quorum " + quorum + "\n"));
    std::map<std::string, std::vector<std::string>> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      std::istringstream words_in(line);
      std::vector<std::string> words;
      for (std::string word; words_in >> word;) words.push_back(word);
      lines[words[1]] = words;
    }
    for (unsigned subset = 0; subset < 1u << witnesses; ++subset) {
      std::vector<bool> cosigned;
      for (int i = 0; i < witnesses; ++i) cosigned.push_back((subset >> i & 1) != 0);
      ASSERT_EQ(policy.IsQuorum(cosigned), TwinHolds(lines, quorum, cosigned)) << text << quorum << subset;
    }
  }
}

TEST(Policy, SaysWhatIsWrongAndWhere) {
  const std::string two = WitnessLines(2);
  struct {
    std::string text;
    std::string place;
    std::string message;
  } const cases[] = {
      {"", "", "no quorum line"},
      {two, "", "no quorum line"},
      {two + "quorum W1\nquorum W1\n", "line 4", "one quorum line"},
      {"quorum\n", "line 1", "expected \"quorum <name|none>\""},
      {"witnes W1 x\n", "line 1", "unknown word \"witnes\"; did you mean \"witness\"?"},
      {"\n# x\nquroum none\n", "line 3", "did you mean \"quorum\"?"},
      {"log\n", "line 1", "expected \"log <vkey> [<url>]\""},
      {LogLine().substr(0, LogLine().size() - 1) + " http://x #y\n", "line 1", "a comment must stand"},
      {LogLine() + LogLine(), "line 2", "twice"},
      {"log " + Vkey(1) + "\n", "line 1", "type 1"},
      {"log nonsense\n", "line 1", "<name>+<id>"},
      {"witness W1 " + SigningLog().Verifier().ToText() + "\n", "line 1", "type 4"},
      {two + "witness W3 " + Vkey(2) + "\n", "line 3", "has the key of witness W2"},
      {two + "witness W1 " + Vkey(3) + "\n", "line 3", "defined twice"},
      {"witness none " + Vkey(3) + "\n", "line 1", "reserved"},
      {two + "group none any W1\n", "line 3", "reserved"},
      {two + "group W1 any W2\n", "line 3", "defined twice"},
      {two + "group G 1\n", "line 3", "expected \"group"},
      {two + "group G any W1 W3 W2\n", "line 3",
       "no line above this one defines \"W3\"; did you mean \"W1\"?"},
      {two + "group G any G\n", "line 3", "no line above"},
      {two + "group G any H\ngroup H any G\n", "line 3", "no line above"},
      {two + "group G any W1 none\n", "line 3", "\"none\" cannot"},
      {two + "group G all W1 W2 W1\n", "line 3", "a member of a group already"},
      {two + "group G all W1 W2\ngroup H any W1\n", "line 4", "a member of a group already"},
      {two + "group G 0 W1 W2\n", "line 3", "1 to 2"},
      {two + "group G 3 W1 W2\n", "line 3", "1 to 2"},
      {two + "group G 01 W1 W2\n", "line 3", "1 to 2"},
      {two + "group G -1 W1 W2\n", "line 3", "1 to 2"},
      {two + "group G some W1 W2\n", "line 3", "any, all or 1 to 2"},
      {"quorum W1\n" + two, "line 1", "no line above"},
      {"# \f\nquorum none\n", "line 1", "control character 0x0c"},
      {"# x\n# \x7f\nquorum none\n", "line 2", "control character 0x7f"},
      {"quorum none\r\n", "line 1", "Unix line ends"},
  };
  for (const auto& c : cases) {
    const auto policy = Policy::Parse(c.text);
    ASSERT_FALSE(policy.has_value()) << c.text;
    EXPECT_EQ(policy.error().place, c.place) << c.text;
    EXPECT_THAT(policy.error().ToString(), HasSubstr(c.message)) << c.text;
  }
}

TEST(Policy, TakesNamesAsOpaqueOctets) {
  // "K" is not the Kelvin sign, and octets need not be UTF-8.
  const std::string kelvin = "\xE2\x84\xAA";
  CUPEL_ASSERT_OK(const Policy policy,
                  Policy::Parse("witness K " + Vkey(1) + "\nwitness " + kelvin + " " + Vkey(2) +
                                "\nwitness \xff " + Vkey(3) + "\nquorum " + kelvin));
  EXPECT_FALSE(IsQuorum(policy, {1, 3}));
  EXPECT_TRUE(IsQuorum(policy, {2}));
}

TEST(Policy, HasLimits) {
  EXPECT_THAT(Policy::Parse(std::string((1 << 20) + 1, '#')), HasError(ErrorCode::kResourceLimit));
  std::string many = WitnessLine(1);
  std::string last = "W1";
  for (int i = 0; i < 1023; ++i) {
    many += fmt::format("group G{} all {}\n", i, last);
    last = fmt::format("G{}", i);
  }
  CUPEL_ASSERT_OK(const Policy deep, Policy::Parse(many + "quorum " + last + "\n"));
  EXPECT_TRUE(IsQuorum(deep, {1}));
  EXPECT_THAT(Policy::Parse(many + "group H all " + last + "\nquorum H\n"),
              HasError(ErrorCode::kResourceLimit, HasSubstr("line 1025")));
}

TEST(PolicyVerify, AcceptsAPublicCheckpointUnderAQuorumOfPublicWitnesses) {
  const std::string text = fmt::format(
      "log {}\nwitness garden {}\nwitness smartit {}\nwitness remora {}\nwitness stagemole {}\n"
      "group g 3 garden smartit remora stagemole\nquorum g\n",
      kPublicLogKey, kLittleGardenKey, kSmartitKey, kRemoraKey, kStagemoleKey);
  CUPEL_ASSERT_OK(const Policy policy, Policy::Parse(text));
  CUPEL_ASSERT_OK(const CosignedCheckpoint seen, policy.Verify(kPublicNote));
  EXPECT_EQ(seen.checkpoint.size, 1432088532u);
  EXPECT_THAT(seen.cosigned_at, Optional(kPublicTime));
  EXPECT_THAT(seen.witnesses, ElementsAre("garden", "smartit", "remora", "stagemole"));
}

class PolicyVerifyTest : public ::testing::Test {
 protected:
  const Policy two_of_three_ =
      Policy::Parse(LogLine() + WitnessLines(3) + "group G 2 W1 W2 W3\nquorum G\n").value();
};

TEST_F(PolicyVerifyTest, CountsTheTimeByWhichTheQuorumStood) {
  struct {
    std::map<int, std::int64_t> times;
    std::int64_t expected;
  } const cases[] = {
      {{{1, 100}, {2, 200}}, 100},           {{{1, 100}, {2, 200}, {3, 300}}, 200},
      {{{1, 300}, {2, 100}, {3, 200}}, 200}, {{{1, 300}, {2, 300}, {3, 1}}, 300},
      {{{1, 5}, {2, 5}, {3, 5}}, 5},
  };
  for (const auto& c : cases) {
    CUPEL_ASSERT_OK(const CosignedCheckpoint seen, two_of_three_.Verify(Cosigned(c.times)));
    EXPECT_THAT(seen.cosigned_at, Optional(c.expected));
    EXPECT_EQ(seen.witnesses.size(), c.times.size());
  }
}

TEST_F(PolicyVerifyTest, TheTimeIsTheLatestThatTheDefinitionAllows) {
  // By definition: every T is tried, and only cosignatures of time >= T are left in the note.
  std::mt19937 random(2);  // NOLINT(cert-msc51-cpp): the same notes in every run
  CUPEL_ASSERT_OK(const Policy policy, Policy::Parse(LogLine() + WitnessLines(5) +
                                                     "group A 2 W1 W2 W3\ngroup B all W4\n"
                                                     "group Q any A B\nquorum Q\n"));
  for (int round = 0; round < 40; ++round) {
    std::map<int, std::int64_t> times;
    for (int i = 1; i <= 5; ++i) {
      if (random() % 3 != 0) times[i] = 1 + static_cast<std::int64_t>(random() % 6);
    }
    const auto seen = policy.Verify(Cosigned(times));
    std::optional<std::int64_t> expected;
    for (std::int64_t t = 1; t <= 6; ++t) {
      std::map<int, std::int64_t> late = times;
      std::erase_if(late, [&](const auto& entry) { return entry.second < t; });
      if (policy.Verify(Cosigned(late))) expected = t;
    }
    EXPECT_EQ(seen.has_value(), expected.has_value());
    if (seen) {
      EXPECT_EQ(seen->cosigned_at, expected);
    }
  }
}

TEST_F(PolicyVerifyTest, WithoutQuorumSaysWhoIsMissing) {
  EXPECT_THAT(two_of_three_.Verify(Cosigned({})),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("2 of (W1, W2, W3) must cosign, got none")));
  EXPECT_THAT(two_of_three_.Verify(Cosigned({{2, 7}})),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("got W2")));
  // Two lines of one witness are one witness.
  merkle::SignedNote note = merkle::SignedNote::Parse(Cosigned({{2, 7}})).value();
  note.signatures.push_back(Key(2).Sign(note.text, 8).value());
  EXPECT_THAT(two_of_three_.Verify(note.ToText()), HasError(ErrorCode::kVerificationFailed));
  // A witness that the policy does not name counts for nothing.
  EXPECT_THAT(two_of_three_.Verify(Cosigned({{2, 7}, {4, 7}})), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(PolicyVerifyTest, OneFalseLineOfANamedWitnessRejectsTheNote) {
  merkle::SignedNote note = merkle::SignedNote::Parse(Cosigned({{1, 7}, {2, 7}, {3, 7}})).value();
  ASSERT_THAT(two_of_three_.Verify(note.ToText()), IsOk());
  note.signatures[3].signature[20] ^= 1;
  EXPECT_THAT(two_of_three_.Verify(note.ToText()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("w3.example")));
}

TEST_F(PolicyVerifyTest, NeedsALogOfThePolicy) {
  EXPECT_THAT(two_of_three_.Verify(Cosigned({{1, 7}, {2, 7}}, SigningLog("example.com/other"))),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("which the policy does not name")));
  EXPECT_THAT(two_of_three_.Verify(Cosigned({{1, 7}, {2, 7}}, SigningLog("example.com/log", 9))),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed by example.com/log")));
  CUPEL_ASSERT_OK(const Policy no_log, Policy::Parse("quorum none\n"));
  EXPECT_THAT(no_log.Verify(Cosigned({})), HasError(ErrorCode::kInvalidArgument, HasSubstr("names no log")));
}

TEST_F(PolicyVerifyTest, AcceptsAnyKeyOfALogButNoFalseOne) {
  const SigningLog old_key;
  const SigningLog new_key("example.com/log", 2);
  CUPEL_ASSERT_OK(const Policy both,
                  Policy::Parse(LogLine() + "log " + new_key.Verifier().ToText() + "\nquorum none\n"));
  EXPECT_THAT(both.Verify(Cosigned({}, old_key)), IsOk());
  EXPECT_THAT(both.Verify(Cosigned({}, new_key)), IsOk());
  merkle::SignedNote note = old_key.Sign(History(5), 5);
  note.signatures.push_back(new_key.Sign(History(5), 5).signatures[0]);
  EXPECT_THAT(both.Verify(note.ToText()), IsOk());
  note.signatures[1].signature[3] ^= 1;
  EXPECT_THAT(both.Verify(note.ToText()), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(PolicyVerifyTest, EveryFlippedBitLosesTheQuorumOrTheNote) {
  const std::string good = Cosigned({{1, 7}, {2, 9}});
  ASSERT_THAT(two_of_three_.Verify(good), IsOk());
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto seen = two_of_three_.Verify(bad);
    ASSERT_FALSE(seen.has_value()) << bad;
    EXPECT_TRUE(seen.error().code == ErrorCode::kCorrupt ||
                seen.error().code == ErrorCode::kVerificationFailed);
  }
}

TEST(PolicyFromLogKey, AsksForTheLogAlone) {
  const SigningLog log;
  CUPEL_ASSERT_OK(const Policy policy, Policy::FromLogKey(log.Verifier().ToText()));
  EXPECT_EQ(policy.QuorumText(), "none");
  CUPEL_ASSERT_OK(const CosignedCheckpoint seen, policy.Verify(Cosigned({{1, 7}})));
  EXPECT_EQ(seen.checkpoint.size, 5u);
  EXPECT_EQ(seen.cosigned_at, std::nullopt);
  EXPECT_THAT(seen.witnesses, IsEmpty());
  EXPECT_THAT(Policy::FromLogKey("nonsense"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(policy.Verify("nonsense"), HasError(ErrorCode::kCorrupt));
}

TEST(Policy, WithQuorumNoneStillNamesWhoCosigned) {
  CUPEL_ASSERT_OK(const Policy policy, Policy::Parse(LogLine() + WitnessLines(2) + "quorum none\n"));
  CUPEL_ASSERT_OK(const CosignedCheckpoint seen, policy.Verify(Cosigned({{2, 7}})));
  EXPECT_THAT(seen.witnesses, ElementsAre("W2"));
  EXPECT_EQ(seen.cosigned_at, std::nullopt);
}

}  // namespace
}  // namespace cupel::ledger::witness
