// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "cupel/base/interrupt.h"

namespace cupel {
namespace {

Status RunPiece(const std::function<Status(std::int64_t, int)>& work, std::int64_t piece, int worker) {
  try {
    return work(piece, worker);
  } catch (const std::exception& cause) {
    return Fail(ErrorCode::kInternal, cause.what());
  } catch (...) {
    return Fail(ErrorCode::kInternal, "a worker threw something that is no std::exception");
  }
}

}  // namespace

Status ForEachPiece(std::int64_t pieces, int workers, const std::function<Status(std::int64_t, int)>& work,
                    OnInterrupt on_interrupt) {
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::map<std::int64_t, Error> failures;

  const auto loop = [&](int worker) {
    while (!stop.load()) {
      const std::int64_t piece = next.fetch_add(1);
      if (piece >= pieces) return;
      const bool cut = on_interrupt == OnInterrupt::kStop && Interrupt::Requested();
      if (Status status = cut ? Status(Interrupt::AsError()) : RunPiece(work, piece, worker); !status) {
        const std::lock_guard lock(mutex);
        failures.emplace(piece, std::move(status).error());
        stop.store(true);
      }
    }
  };

  const int count = static_cast<int>(std::clamp<std::int64_t>(pieces, 1, std::max(workers, 1)));
  {
    std::vector<std::jthread> threads;
    for (int worker = 1; worker < count; ++worker) threads.emplace_back(loop, worker);
    loop(0);
  }
  if (failures.empty()) return {};
  return tl::make_unexpected(failures.begin()->second);
}

int AvailableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace cupel
