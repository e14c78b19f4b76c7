// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Reads ONNX files into `graph::Graph`. Everything libonnx and protobuf do and throw stays behind this
/// header.
///
/// Promises: nothing in a file is executed; nothing is read outside the model's folder; a damaged or hostile
/// file gives an error that names the place, never half a graph. What is returned satisfies `graph::Validate`
/// and, where the installed libonnx knows the operator sets, libonnx's own checker; inner values carry
/// inferred types and shapes (graph::InferShapes). Calls of model-local functions are replaced by the
/// functions' bodies. Does not promise that the executor has every operator, and does not keep documentation
/// strings, metadata, quantization annotations or training information.
///
/// Reads IR version 3 to 10 and operator sets 1 to 21 of ONNX's own domain (7 to 21 is what the executor is
/// tested with). Source: ONNX IR specification (onnx/docs/IR.md), ExternalData.md; field numbers of
/// onnx-ml.proto.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cupel/algorithm/graph/graph.h"
#include "cupel/algorithm/graph/validate.h"
#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

struct Limits {
  std::uint64_t file_bytes = std::uint64_t{2}
                             << 30;  ///< Each file; protobuf itself stops at 2^31 - 1 for the model.
  graph::Limits graph;               ///< Nodes, depth of subgraphs, all constants together (8 GiB).
};

/// Newest operator set of ONNX's own domain that is read.
inline constexpr std::int64_t kNewestOpset = 21;

/// External data files are looked for in the model's folder and must lie inside it after all links are
/// followed. Errors: kNotFound, kPermission (a file, or external data outside the folder), kCorrupt,
/// kUnsupported (operator set too new or too old, sparse or float8 constants, ...), kResourceLimit.
Result<graph::Graph> ReadModel(const std::filesystem::path& path, const Limits& limits = {});

/// The same from memory. Without `folder`, external data is an error (kPermission).
Result<graph::Graph> ReadModelFromBytes(BytesView bytes,
                                        const std::optional<std::filesystem::path>& folder = {},
                                        const Limits& limits = {});

/// Bytes of external data files, by normalised path from the model's folder ("weights/a.bin").
using ExternalBytes = std::map<std::string, BytesView, std::less<>>;

/// The same with the external data from memory too: nothing is read from a file, so what is loaded is what
/// was hashed. `folder` is only where libonnx's checker looks whether the files exist. Errors: as ReadModel;
/// kPermission for external data that is not in `external`.
Result<graph::Graph> ReadHeldModel(BytesView bytes, const ExternalBytes& external,
                                   const std::filesystem::path& folder, const Limits& limits = {});

/// A serialised TensorProto (the .pb files of ONNX's backend tests). `kind` is the `ValueInfo::kind` of the
/// graph input or output it stands for, since the bytes do not tell. Errors: kUnsupported for another kind
/// than "tensor", kCorrupt.
Result<graph::TensorValue> ReadTensorProto(BytesView bytes, std::string_view kind = "tensor");

}  // namespace cupel::algorithm::onnx
