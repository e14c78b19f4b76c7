// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/compiled/program.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>

namespace cupel::algorithm::compiled {
namespace {

constexpr std::size_t kAlignment = 64;
// Backward steps are numbered from here, so that every forward step comes before them.
constexpr int kBackwardStart = 1 << 24;
constexpr int kForever = std::numeric_limits<int>::max();

std::size_t RoundUp(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

void FreeAligned::operator()(std::byte* bytes) const {
  ::operator delete[](bytes, std::align_val_t(kAlignment));
}

AlignedBytes AllocateAligned(std::size_t bytes) {
  auto* memory = static_cast<std::byte*>(::operator new[](RoundUp(bytes + 1), std::align_val_t(kAlignment)));
  std::memset(memory, 0, RoundUp(bytes + 1));
  return AlignedBytes(memory);
}

Place Program::New(const Desc& desc) {
  buffers_.push_back({});
  buffers_.back().bytes = RoundUp(desc.get_size());
  return {static_cast<int>(buffers_.size()) - 1, desc};
}

Place Program::Constant(std::span<const float> values, const Dims& dims, const Desc& desc) {
  const Place place = New(desc);
  Buffer& buffer = buffers_.back();
  buffer.region = Region::kConstant;
  buffer.constant = AllocateAligned(buffer.bytes);
  const Desc plain = Plain(dims, Type::f32);
  dnnl::memory from(plain, Engine(), const_cast<float*>(values.data()));
  dnnl::memory to(desc, Engine(), buffer.constant.get());
  dnnl::stream stream(Engine());
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  return place;
}

int Program::Now() const {
  const std::size_t phase = static_cast<std::size_t>(phase_);
  return static_cast<int>(steps_[phase].size()) + (phase_ == Phase::kBackward ? kBackwardStart : 0);
}

void Program::Touch(const Place& place, int step) {
  Buffer& buffer = buffers_[static_cast<std::size_t>(place.buffer)];
  buffer.first = buffer.first < 0 ? step : std::min(buffer.first, step);
  buffer.last = std::max(buffer.last, step);
}

void Program::WrittenBefore(const Place& place, Phase phase) {
  Touch(place, phase == Phase::kForward ? 0 : kBackwardStart);
}

void Program::ReadAfter(const Place& place, Phase phase) {
  Touch(place, phase == Phase::kForward ? kBackwardStart - 1 : kForever);
}

void Program::Call(const dnnl::primitive& primitive, const Desc& scratchpad,
                   std::vector<std::pair<int, Place>> arguments) {
  if (scratchpad.get_size() > 0) arguments.emplace_back(DNNL_ARG_SCRATCHPAD, New(scratchpad));
  for (const auto& [index, place] : arguments) Touch(place, Now());
  steps().push_back({primitive, std::move(arguments), {}, {}});
}

void Program::Run(Kernel kernel, const std::vector<Place>& places) {
  for (const Place& place : places) Touch(place, Now());
  steps().push_back({{}, {}, std::move(kernel), places});
}

void Program::Plan() {
  for (Buffer& buffer : buffers_) {
    if (buffer.region == Region::kConstant) continue;
    if (buffer.first < kBackwardStart && buffer.last >= kBackwardStart) {
      buffer.region = Region::kKept;
      buffer.offset = kept_bytes_;
      kept_bytes_ += buffer.bytes;
    }
  }
  PlanScratch();
}

// Largest first, each at the lowest offset that is free during its life.
void Program::PlanScratch() {
  std::vector<std::size_t> order(buffers_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers_[a].bytes > buffers_[b].bytes; });
  std::vector<std::size_t> placed;  // Sorted by offset.
  for (const std::size_t index : order) {
    Buffer& buffer = buffers_[index];
    if (buffer.region != Region::kScratch || buffer.first < 0) continue;
    buffer.offset = 0;
    for (const std::size_t other_index : placed) {
      const Buffer& other = buffers_[other_index];
      if (other.last < buffer.first || buffer.last < other.first) continue;
      if (buffer.offset + buffer.bytes <= other.offset) break;
      buffer.offset = std::max(buffer.offset, other.offset + other.bytes);
    }
    scratch_bytes_ = std::max(scratch_bytes_, buffer.offset + buffer.bytes);
    const auto after = std::upper_bound(
        placed.begin(), placed.end(), index,
        [&](std::size_t a, std::size_t b) { return buffers_[a].offset < buffers_[b].offset; });
    placed.insert(after, index);
  }
}

Program::Bound Program::Bind(std::byte* scratch, std::byte* kept) const {
  Bound bound;
  for (const Buffer& buffer : buffers_) {
    std::byte* const start = buffer.region == Region::kScratch ? scratch
                             : buffer.region == Region::kKept  ? kept
                                                               : buffer.constant.get();
    bound.addresses_.push_back(start + buffer.offset);
  }
  for (std::size_t phase = 0; phase < 2; ++phase) {
    for (const Step& step : steps_[phase]) {
      Bound::BoundCall call;
      if (step.kernel) {
        call.kernel = &step.kernel;
        for (const Place& place : step.places) call.places.push_back(bound.Address(place));
      } else {
        call.primitive = step.primitive.get();
        for (const auto& [index, place] : step.arguments) {
          bound.memories_.emplace_back(place.desc, Engine(), bound.Address(place));
          call.arguments.push_back({index, bound.memories_.back().get()});
        }
      }
      bound.calls_[phase].push_back(std::move(call));
    }
  }
  return bound;
}

void Program::Bound::Execute(Phase phase, const dnnl::stream& stream) const {
  for (const BoundCall& call : calls_[static_cast<std::size_t>(phase)]) {
    if (call.kernel != nullptr) {
      (*call.kernel)(call.places);
      continue;
    }
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(call.primitive, stream.get(), static_cast<int>(call.arguments.size()),
                               call.arguments.data()),
        "could not execute a primitive");
  }
}

}  // namespace cupel::algorithm::compiled
