// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: the protobuf classes of ONNX, and parsing without noise on stderr.

// libonnx's headers want these two; the build defines them as well.
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/onnx-data_pb.h>
#include <onnx/onnx_pb.h>

#include "cupel/base/bytes.h"

namespace cupel::algorithm::onnx {

/// Fills `message` from all of `bytes`. False when they are not a message of this kind. Nesting is bounded by
/// protobuf's limit of 100, which subgraphs 16 deep stay under (three messages a level). Does not throw, does
/// not print.
bool ParseQuietly(BytesView bytes, google::protobuf::MessageLite& message);

}  // namespace cupel::algorithm::onnx
