// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One client's socket as the stream that cpp-httplib reads requests from, with a limit on the bytes and the
/// time of each request. The library's own stream has none: a header line, a chunked body or a request that
/// drips forever would be read to the end. Only http_server.cc includes this.

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

namespace cupel::application::server {

class Connection : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Connection(int socket) : socket_(socket) {}

  /// Whether the client sends something within `patience`.
  bool AwaitRequest(std::chrono::milliseconds patience) const;

  /// From here on at most `bytes` are read, and everything must be over after `time`.
  void BeginRequest(std::size_t bytes, std::chrono::milliseconds time);

  /// Whether a limit was passed or the socket failed; nothing more is read then.
  bool broken() const { return broken_; }

  bool is_readable() const override { return buffered() > 0 || Wait(kReadable); }
  bool is_writable() const override { return Wait(kWritable); }
  ssize_t read(char* to, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  enum Direction { kReadable, kWritable };
  bool Wait(Direction direction) const;
  std::size_t buffered() const { return end_ - begin_; }

  int socket_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t bytes_left_ = 0;
  Clock::time_point deadline_{};
  bool broken_ = false;
};

}  // namespace cupel::application::server
