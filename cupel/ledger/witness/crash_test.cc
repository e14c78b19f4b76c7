// SPDX-License-Identifier: Apache-2.0
// A witness that is killed (-9) at every one of its system calls, before and after each, must not be talked
// into a second history afterwards. A twin that answers first and keeps later must be caught by the same
// test.
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/ledger/witness/witness.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;

constexpr std::uint64_t kSeen = 4;
constexpr std::uint64_t kNext = 9;

CosignatureKey Key() { return WitnessKey("example.com/w", 7); }

/// Opens the state in `folder` and answers one request; the answer's lines go to `out` if it was 200.
using Life = void (*)(const std::filesystem::path& folder, const std::string& body, int out);

void Tell(int out, const Answer& answer) {
  if (answer.status == 200) (void)!::write(out, answer.body.data(), answer.body.size());
}

void KeepThenAnswer(const std::filesystem::path& folder, const std::string& body, int out) {
  const ManualClock clock(1'700'000'100);
  auto store = FileStore::Open(folder, Key().Verifier()).value();
  const auto witness = Witness::Create(Key(), {SigningLog().Known()}, std::move(store), clock).value();
  Tell(out, witness->Add(body));
}

/// The broken twin.
void AnswerThenKeep(const std::filesystem::path& folder, const std::string& body, int out) {
  const auto store = FileStore::Open(folder, Key().Verifier()).value();
  const SigningLog log;
  const KnownLog known = log.Known();
  const Digest hash = crypto::Sha256(AsBytes(log.origin()));
  const Seen seen = Seen::Parse(store->Load(hash).value().value(), Key().Verifier()).value();
  const Decision decision = Decide(AddCheckpoint::Parse(body).value(), &known, seen, Key(), 1'700'000'100);
  Tell(out, decision.answer);
  if (decision.keep) (void)store->Save(hash, *decision.keep);
}

struct Death {
  bool traced = true;     ///< False where the system does not let us trace.
  bool finished = false;  ///< It ended before its turn to die came.
  std::string told;       ///< What the client had got by then.
};

/// Lives one life in a child process that is killed at its stop number `kill_at`: stops come before and after
/// every system call.
Death LiveAndDie(Life life, const std::filesystem::path& folder, const std::string& body, int kill_at) {
  int pipe_ends[2];
  CUPEL_CHECK(::pipe2(pipe_ends, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(99);
    ::raise(SIGSTOP);
    life(folder, body, pipe_ends[1]);
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  Death death;
  int status = 0;
  ::waitpid(child, &status, 0);
  death.traced = WIFSTOPPED(status);
  for (int stop = 0; death.traced; ++stop) {
    if (stop == kill_at) ::kill(child, SIGKILL);
    ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      death.finished = WIFEXITED(status);
      break;
    }
  }
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(pipe_ends[0], buffer, sizeof(buffer))) > 0;) {
    death.told.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(pipe_ends[0]);
  return death;
}

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() {
    EXPECT_THAT(FileStore::Create(before_ / "state", Key().Verifier()), IsOk());
    auto store = FileStore::Open(before_ / "state", Key().Verifier()).value();
    const auto witness = Witness::Create(Key(), {log_.Known()}, std::move(store), clock_).value();
    EXPECT_EQ(witness->Add(log_.Request(main_, 0, kSeen).ToText()).status, 200);
  }

  /// Whether the reborn witness cosigns the fork. It must work again, and it must know what it told.
  bool CosignsTheFork(const std::filesystem::path& folder) {
    auto store = FileStore::Open(folder, Key().Verifier());
    EXPECT_THAT(store, IsOk());
    const auto witness = Witness::Create(Key(), {log_.Known()}, *std::move(store), clock_).value();
    return witness->Add(log_.Request(fork_, kSeen, kNext).ToText()).status == 200;
  }

  struct Count {
    int deaths = 0;
    int told = 0;       ///< Deaths after the client had its cosignature.
    int two_faced = 0;  ///< Deaths after which both histories are cosigned.
  };

  /// Dies once at every stop. Nothing when the system does not let us trace.
  std::optional<Count> DieEverywhere(Life life) {
    Count count;
    const std::string body = log_.Request(main_, kSeen, kNext).ToText();
    for (int kill_at = 0;; ++kill_at) {
      const ScratchFolder scratch;
      std::filesystem::copy(before_ / "state", scratch / "state", std::filesystem::copy_options::recursive);
      const Death death = LiveAndDie(life, scratch / "state", body, kill_at);
      if (!death.traced) return std::nullopt;
      if (death.finished) return count;
      ++count.deaths;
      const merkle::SignedNote note = log_.Sign(main_, kNext);
      const auto lines = merkle::ParseSignatureLines(death.told);
      const bool told = lines && Key().Verifier().TimeOf({note.text, *lines}).value().has_value();
      count.told += told ? 1 : 0;
      count.two_faced += CosignsTheFork(scratch / "state") && told ? 1 : 0;
    }
  }

  const SigningLog log_;
  const merkle::Tree main_ = History(kNext);
  const merkle::Tree fork_ = History(kNext, kSeen, "fork");  // consistent with what was seen, not with main
  ManualClock clock_{1'700'000'000};
  const ScratchFolder before_;
};

TEST_F(CrashTest, AWitnessKilledAnywhereNeverHasTwoFaces) {
  const auto count = DieEverywhere(KeepThenAnswer);
  if (!count) GTEST_SKIP() << "needs ptrace";
  EXPECT_GT(count->deaths, 30);
  EXPECT_GT(count->told, 0) << "some deaths must come after the answer";
  EXPECT_LT(count->told, count->deaths) << "and some before";
  EXPECT_EQ(count->two_faced, 0);
}

TEST_F(CrashTest, ATwinThatAnswersBeforeItKeepsIsCaught) {
  const auto count = DieEverywhere(AnswerThenKeep);
  if (!count) GTEST_SKIP() << "needs ptrace";
  EXPECT_GT(count->two_faced, 0);
}

/// The kernel kills whoever writes past a file size limit: half a note is on disk at every possible length.
TEST_F(CrashTest, HalfWrittenNotesAreNeverMet) {
  const std::string body = log_.Request(main_, kSeen, kNext).ToText();
  for (rlim_t limit = 0; limit < 600; limit += 37) {
    const ScratchFolder scratch;
    std::filesystem::copy(before_ / "state", scratch / "state", std::filesystem::copy_options::recursive);
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit size{limit, limit};
      ::setrlimit(RLIMIT_FSIZE, &size);
      KeepThenAnswer(scratch / "state", body, -1);
      ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ;
    EXPECT_EQ(CosignsTheFork(scratch / "state"), killed) << "limit " << limit;
  }
}

}  // namespace
}  // namespace cupel::ledger::witness
