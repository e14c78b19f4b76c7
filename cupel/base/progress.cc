// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

namespace cupel {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kPlainLineSeconds = 10;

class NoProgress : public Progress {
 public:
  void Begin(std::string_view, std::int64_t, std::string_view) override {}
  void Advance(std::int64_t) override {}
  void Note(std::string_view) override {}
  void End() override {}
};

class TerminalProgress : public Progress {
 public:
  TerminalProgress(std::FILE* stream, bool is_terminal, const Clock& clock)
      : stream_(stream), is_terminal_(is_terminal), clock_(clock) {}

  void Begin(std::string_view what, std::int64_t total, std::string_view unit) override {
    const std::lock_guard lock(mutex_);
    what_ = what;
    unit_ = unit;
    total_ = total;
    done_ = 0;
    note_.clear();
    start_ = last_ = clock_.MonotonicSeconds();
  }

  void Advance(std::int64_t count) override {
    const std::lock_guard lock(mutex_);
    done_ += count;
    const double now = clock_.MonotonicSeconds();
    if (now - last_ < (is_terminal_ ? kRedrawSeconds : kPlainLineSeconds)) return;
    last_ = now;
    Draw(now, is_terminal_ ? '\r' : '\n');
  }

  void Note(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    note_ = text;
  }

  void End() override {
    const std::lock_guard lock(mutex_);
    Draw(clock_.MonotonicSeconds(), '\n');
  }

 private:
  std::string Line(double now) const {
    const double elapsed = std::max(now - start_, 1e-9);
    const double rate = static_cast<double>(done_) / elapsed;
    std::string line = total_ > 0
                           ? fmt::format("{:<22} {:>3.0f} %  {}/{} {}", what_,
                                         100.0 * static_cast<double>(done_) / static_cast<double>(total_),
                                         done_, total_, unit_)
                           : fmt::format("{:<22} {} {}", what_, done_, unit_);
    line += fmt::format("  {:.{}f}/s", rate, rate < 10 ? 1 : 0);
    if (total_ > done_ && rate > 0) {
      line += "  " + FormatDuration(static_cast<double>(total_ - done_) / rate) + " left";
    } else {
      line += "  " + FormatDuration(elapsed);
    }
    if (!note_.empty()) line += "  " + note_;
    return line;
  }

  void Draw(double now, char end) {
    // "\x1b[K" clears what a longer earlier line left behind.
    std::fputs((Line(now) + (is_terminal_ ? "\x1b[K" : "") + end).c_str(), stream_);
    std::fflush(stream_);
  }

  std::FILE* stream_;
  bool is_terminal_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string what_, unit_, note_;
  std::int64_t total_ = 0, done_ = 0;
  double start_ = 0, last_ = 0;
};

}  // namespace

Progress& SilentProgress() {
  static NoProgress progress;
  return progress;
}

std::unique_ptr<Progress> MakeTerminalProgress(std::FILE* stream, bool is_terminal, const Clock& clock) {
  return std::make_unique<TerminalProgress>(stream, is_terminal, clock);
}

std::string FormatDuration(double seconds) {
  const auto total = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  if (total >= 3600) return fmt::format("{} h {:02} min", total / 3600, total % 3600 / 60);
  if (total >= 60) return fmt::format("{} min {:02} s", total / 60, total % 60);
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  return fmt::format("{} s", total);
}

}  // namespace cupel
