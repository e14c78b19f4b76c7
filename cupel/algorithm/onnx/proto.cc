// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/proto.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <limits>

namespace cupel::algorithm::onnx {

bool ParseQuietly(BytesView bytes, google::protobuf::MessageLite& message) {
  constexpr int kMost = std::numeric_limits<int>::max();
  if (bytes.size() > static_cast<std::size_t>(kMost)) return false;
  const google::protobuf::LogSilencer silence;
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetTotalBytesLimit(kMost);
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

}  // namespace cupel::algorithm::onnx
