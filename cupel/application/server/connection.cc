// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cupel::application::server {
namespace {

bool Poll(int socket, short events, std::chrono::milliseconds patience) {
  pollfd request{socket, events, 0};
  const auto wait = std::clamp<std::int64_t>(patience.count(), 0, 1'000'000);
  int count = 0;
  do {
    count = ::poll(&request, 1, static_cast<int>(wait));
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

}  // namespace

bool Connection::AwaitRequest(std::chrono::milliseconds patience) const {
  return buffered() > 0 || Poll(socket_, POLLIN, patience);
}

void Connection::BeginRequest(std::size_t bytes, std::chrono::milliseconds time) {
  bytes_left_ = bytes;
  deadline_ = Clock::now() + time;
}

bool Connection::Wait(Direction direction) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  return left.count() > 0 && Poll(socket_, direction == kReadable ? POLLIN : POLLOUT, left);
}

ssize_t Connection::read(char* to, std::size_t size) {
  if (broken_ || size == 0) return broken_ ? -1 : 0;
  if (bytes_left_ == 0) {
    broken_ = true;
    return -1;
  }
  if (buffered() == 0) {
    if (!Wait(kReadable)) {
      broken_ = true;
      return -1;
    }
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) {
      broken_ = true;
      return count;
    }
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
  }
  const std::size_t count = std::min({size, buffered(), bytes_left_});
  std::memcpy(to, buffer_.data() + begin_, count);
  begin_ += count;
  bytes_left_ -= count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* from, std::size_t size) {
  if (!Wait(kWritable)) {
    broken_ = true;
    return -1;
  }
  const ssize_t count = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (count < 0) broken_ = true;
  return count;
}

// Nobody asks: who the client is decides nothing here.
void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}
void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace cupel::application::server
