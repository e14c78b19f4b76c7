// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: replaces calls of model-local functions (ONNX IR 8) by the functions' bodies, so
/// that nothing behind the reader needs to know of functions.

#include "cupel/algorithm/onnx/proto.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

/// Rewrites `model.graph` and clears `model.functions`. Values inside a body are renamed
/// "<function>#<call>/<value>". Operator sets that only functions import are added to the model's. Errors:
/// kUnsupported (a function imports another version of a domain than the model, has overloads or default
/// attributes, which libonnx's message classes may not know), kCorrupt (defined twice, calls itself),
/// kResourceLimit.
Status InlineFunctions(::onnx::ModelProto& model, const Limits& limits);

}  // namespace cupel::algorithm::onnx
