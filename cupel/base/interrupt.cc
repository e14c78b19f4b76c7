// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/interrupt.h"

#include <atomic>
#include <csignal>

namespace cupel {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void OnSignal(int number) {
  if (requested.exchange(true)) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
}

}  // namespace

void Interrupt::Install() {
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
}

bool Interrupt::Requested() { return requested.load(std::memory_order_relaxed); }

tl::unexpected<Error> Interrupt::AsError() {
  return Fail(ErrorCode::kInterrupted, "interrupted", "", "run the same command with --resume to continue");
}

void Interrupt::SetRequested(bool value) { requested.store(value); }

}  // namespace cupel
