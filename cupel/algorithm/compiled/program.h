// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A network as a list of calls on planned memory, and the memory of one run. Private to the module.
///
/// Buffers have a life: from the first call that touches them to the last. Those that the forward pass makes
/// and the backward pass reads are kept, one set for every tile of a run, so that one forward pass can be
/// followed by any number of backward passes. All others share one scratch area by their lives.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "cupel/algorithm/compiled/library.h"

namespace cupel::algorithm::compiled {

struct FreeAligned {
  void operator()(std::byte* bytes) const;
};
/// 64-byte aligned, zero at first.
using AlignedBytes = std::unique_ptr<std::byte[], FreeAligned>;
AlignedBytes AllocateAligned(std::size_t bytes);

/// Where a tensor is: a buffer, and how it lies in it.
struct Place {
  int buffer = -1;
  Desc desc;
};

/// Our own kernels: called with the addresses of the places they were added with.
using Kernel = std::function<void(std::span<void* const> places)>;

enum class Phase { kForward, kBackward };

class Program {
 public:
  // Building.

  Place New(const Desc& desc);
  /// Row-major float32 values of shape `dims`, brought once into `desc`.
  Place Constant(std::span<const float> values, const Dims& dims, const Desc& desc);
  void Call(const dnnl::primitive& primitive, const Desc& scratchpad,
            std::vector<std::pair<int, Place>> arguments);
  void Run(Kernel kernel, const std::vector<Place>& places);
  void BeginBackward() { phase_ = Phase::kBackward; }
  /// The caller writes it before the phase (input, gradient of the output) or reads it after (output,
  /// gradient of the input).
  void WrittenBefore(const Place& place, Phase phase);
  void ReadAfter(const Place& place, Phase phase);
  /// Assigns memory. Nothing can be added afterwards.
  void Plan();

  // Running.

  std::size_t scratch_bytes() const { return scratch_bytes_; }
  std::size_t kept_bytes() const { return kept_bytes_; }

  /// The calls with addresses filled in, for one scratch area and one set of kept buffers.
  class Bound {
   public:
    void Execute(Phase phase, const dnnl::stream& stream) const;
    void* Address(const Place& place) const { return addresses_[static_cast<std::size_t>(place.buffer)]; }

   private:
    friend class Program;
    struct BoundCall {
      dnnl_primitive_t primitive = nullptr;
      const Kernel* kernel = nullptr;
      std::vector<dnnl_exec_arg_t> arguments;
      std::vector<void*> places;
    };
    std::vector<void*> addresses_;
    std::vector<dnnl::memory> memories_;
    std::vector<BoundCall> calls_[2];
  };
  Bound Bind(std::byte* scratch, std::byte* kept) const;

 private:
  enum class Region { kScratch, kKept, kConstant };
  struct Buffer {
    std::size_t bytes = 0;
    Region region = Region::kScratch;
    int first = -1;  ///< Step numbers over both phases; -1 until touched.
    int last = -1;
    std::size_t offset = 0;
    AlignedBytes constant;
  };
  struct Step {
    dnnl::primitive primitive;
    std::vector<std::pair<int, Place>> arguments;
    Kernel kernel;
    std::vector<Place> places;
  };

  std::vector<Step>& steps() { return steps_[static_cast<std::size_t>(phase_)]; }
  int Now() const;
  void Touch(const Place& place, int step);
  void PlanScratch();

  std::vector<Buffer> buffers_;
  std::vector<Step> steps_[2];
  Phase phase_ = Phase::kForward;
  std::size_t scratch_bytes_ = 0;
  std::size_t kept_bytes_ = 0;
};

}  // namespace cupel::algorithm::compiled
