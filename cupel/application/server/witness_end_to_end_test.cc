// SPDX-License-Identifier: Apache-2.0
// A log, two witnesses and a reader, each on the other side of real HTTP; witnesses live in processes of
// their own and one of them is killed (-9).
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "cupel/application/server/http_client.h"
#include "cupel/application/server/http_server.h"
#include "cupel/application/server/sites.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/merkle/tile.h"
#include "cupel/ledger/witness/cosign.h"
#include "cupel/ledger/witness/policy.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::server {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ledger::witness::Cosigner;
using ledger::witness::Policy;
using ledger::witness::SigningLog;
using ledger::witness::WitnessKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kOrigin = "example.com/log";

ledger::merkle::NoteVerifier LogVerifier() { return SigningLog(kOrigin).Verifier(); }

/// A witness in a process of its own.
class WitnessProcess {
 public:
  WitnessProcess(int number, const std::filesystem::path& state) {
    int ends[2];
    CUPEL_CHECK(::pipe(ends) == 0);
    process_ = ::fork();
    if (process_ == 0) Serve(number, state, ends[1]);
    ::close(ends[1]);
    CUPEL_CHECK(::read(ends[0], &port_, sizeof(port_)) == sizeof(port_));
    ::close(ends[0]);
  }
  WitnessProcess(const WitnessProcess&) = delete;
  WitnessProcess& operator=(const WitnessProcess&) = delete;
  ~WitnessProcess() { Kill(); }

  void Kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  std::string Url() const { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  [[noreturn]] static void Serve(int number, const std::filesystem::path& state, int out) {
    auto store = ledger::witness::FileStore::Open(state, WitnessKey(number).Verifier()).value();
    const auto witness = ledger::witness::Witness::Create(WitnessKey(number), {{kOrigin, {LogVerifier()}}},
                                                          std::move(store), SystemClock())
                             .value();
    auto server = HttpServer::Bind("127.0.0.1", 0, WitnessSite(*witness), {}).value();
    const int port = server.port();
    if (::write(out, &port, sizeof(port)) != sizeof(port)) ::_exit(1);
    (void)server.Run([] { return false; });
    ::_exit(1);
  }

  pid_t process_ = -1;
  int port_ = 0;
};

class WitnessEndToEndTest : public ::testing::Test {
 protected:
  WitnessEndToEndTest() {
    for (int number = 1; number <= 2; ++number) {
      EXPECT_THAT(ledger::witness::FileStore::Create(State(number), WitnessKey(number).Verifier()), IsOk());
    }
    log_.Grow(ledger_.path(), "leaf", 300);
  }

  std::filesystem::path State(int number) const { return states_ / std::to_string(number); }

  /// The policy that a reader holds: both witnesses, with their addresses of now.
  static Policy BothAt(const WitnessProcess& w1, const WitnessProcess& w2) {
    std::string text = fmt::format("log {}\n", LogVerifier().ToText());
    text += fmt::format("witness w1 {} {}\n", WitnessKey(1).Verifier().ToText(), w1.Url());
    text += fmt::format("witness w2 {} {}/\n", WitnessKey(2).Verifier().ToText(), w2.Url());
    return Policy::Parse(text + "group both all w1 w2\nquorum both\n").value();
  }
  static ledger::witness::Cosigned Cosign(const std::filesystem::path& folder, const Policy& policy) {
    std::vector<Cosigner> cosigners;
    for (const Policy::Witness& witness : policy.Witnesses()) {
      cosigners.push_back({witness.key, PostToWitness(witness.url)});
    }
    return ledger::witness::CosignLog(folder, LogVerifier(), cosigners).value();
  }

  const SigningLog log_{kOrigin};
  const ScratchFolder ledger_;
  const ScratchFolder states_;
};

TEST_F(WitnessEndToEndTest, AReaderWhoOnlyHasHttpGetsTheLogAndItsQuorum) {
  const WitnessProcess w1(1, State(1));
  const WitnessProcess w2(2, State(2));
  const Policy policy = BothAt(w1, w2);
  Cosign(ledger_.path(), policy);
  log_.Grow(ledger_.path(), "later", 220);
  Cosign(ledger_.path(), policy);

  CUPEL_ASSERT_OK(HttpServer server, HttpServer::Bind("127.0.0.1", 0, LedgerSite(ledger_.path()), {}));
  std::atomic<bool> stop = false;
  std::thread thread([&] { EXPECT_THAT(server.Run([&] { return stop.load(); }), IsOk()); });
  const ScratchFolder copy;
  std::vector<std::string> paths = {"checkpoint"};
  for (const auto& tile : ledger::merkle::TilesOf(520)) paths.push_back(tile.Path());
  for (const std::string& path : paths) {
    const auto reply = HttpGet(server.Url() + "/" + path);
    EXPECT_TRUE(reply && reply->status == 200) << path;
    if (!reply) continue;
    EXPECT_THAT(MakeFolder((copy / path).parent_path()), IsOk());
    EXPECT_THAT(WriteFileAtomic(copy / path, std::string_view(reply->body)), IsOk());
  }
  stop = true;
  thread.join();

  EXPECT_THAT(ledger::log::Verify(copy.path(), LogVerifier()), IsOk());
  CUPEL_ASSERT_OK(const auto seen, policy.Verify(ReadTextFile(copy / "checkpoint").value()));
  EXPECT_EQ(seen.checkpoint.size, 520u);
  EXPECT_THAT(seen.witnesses, ElementsAre("w1", "w2"));
  EXPECT_NEAR(static_cast<double>(*seen.cosigned_at), static_cast<double>(SystemClock().UnixSeconds()), 60.0);

  // A monitor asks the witness itself.
  const std::string hash = crypto::Sha256(AsBytes(kOrigin)).Hex();
  CUPEL_ASSERT_OK(const HttpReply latest, HttpGet(w1.Url() + "/" + hash + "/checkpoint"));
  EXPECT_EQ(latest.status, 200);
  CUPEL_ASSERT_OK(const auto opened, ledger::merkle::OpenCheckpoint(latest.body, LogVerifier()));
  EXPECT_EQ(opened, seen.checkpoint);
}

TEST_F(WitnessEndToEndTest, AKilledWitnessComesBackWithItsMemory) {
  WitnessProcess w1(1, State(1));
  const WitnessProcess w2(2, State(2));
  Cosign(ledger_.path(), BothAt(w1, w2));
  const ScratchFolder fork;
  std::filesystem::copy(ledger_.path(), fork / "log", std::filesystem::copy_options::recursive);
  log_.Grow(ledger_.path(), "later", 10);
  ASSERT_THAT(BothAt(w1, w2).Verify(Cosign(ledger_.path(), BothAt(w1, w2)).note), IsOk());

  w1.Kill();
  const auto while_dead = Cosign(ledger_.path(), BothAt(w1, w2));
  ASSERT_TRUE(while_dead.outcomes[0].error.has_value());
  EXPECT_EQ(while_dead.outcomes[0].error->code, ErrorCode::kNotFound);
  EXPECT_TRUE(while_dead.outcomes[1].time.has_value());

  const WitnessProcess reborn(1, State(1));
  const Policy policy = BothAt(reborn, w2);
  log_.Grow(fork / "log", "another history", 30);
  const auto refused = Cosign(fork / "log", policy);
  for (const auto& outcome : refused.outcomes) {
    ASSERT_TRUE(outcome.error.has_value()) << outcome.witness;
    EXPECT_EQ(outcome.error->code, ErrorCode::kVerificationFailed);
    EXPECT_THAT(outcome.error->message, HasSubstr("another history of this log (422)"));
  }
  EXPECT_THAT(policy.Verify(refused.note), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(policy.Verify(Cosign(ledger_.path(), policy).note), IsOk());
}

TEST_F(WitnessEndToEndTest, AWitnessKilledWhileItWorksNeverForgetsWhatItTold) {
  // Many updates, and a kill at some moment of them; whatever cosignature came out is known after the
  // restart.
  int told_in_all = 0;
  int from = 300;
  for (int round = 0; round < 6; ++round) {
    WitnessProcess witness(1, State(1));
    // Not at a fixed time: a slow machine would kill a witness that has not told anything yet.
    std::atomic<int> told_now = 0;
    std::atomic<bool> ended = false;
    std::thread killer([&witness, &told_now, &ended, round] {
      while (!ended && told_now <= round % 3) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(3 * round));
      witness.Kill();
    });
    std::uint64_t told = 0;
    for (int i = 0; i < 40; ++i) {
      log_.Grow(ledger_.path(), "leaf", 1);
      ++from;
      const std::vector<Cosigner> one = {{WitnessKey(1).Verifier(), PostToWitness(witness.Url())}};
      const auto cosigned = ledger::witness::CosignLog(ledger_.path(), LogVerifier(), one);
      ASSERT_THAT(cosigned, IsOk());
      if (!cosigned->outcomes[0].time) break;
      told = static_cast<std::uint64_t>(from);
      ++told_in_all;
      ++told_now;
    }
    ended = true;
    killer.join();
    const WitnessProcess reborn(1, State(1));
    const std::string hash = crypto::Sha256(AsBytes(kOrigin)).Hex();
    CUPEL_ASSERT_OK(const HttpReply latest, HttpGet(reborn.Url() + "/" + hash + "/checkpoint"));
    if (told == 0) continue;
    CUPEL_ASSERT_OK(const auto opened, ledger::merkle::OpenCheckpoint(latest.body, LogVerifier()));
    EXPECT_GE(opened.size, told);
  }
  EXPECT_GT(told_in_all, 0);
}

}  // namespace
}  // namespace cupel::application::server
