// What is spoken over a stream: first the header of a proxy if there is one, then HTTP, then perhaps
// messages. Each hands the stream over to the next.
//
// Owned by its stream, on whose thread it lives. Asked for nothing once the stream has ended, but to give
// back what it has.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "transport/loop/loop.h"
#include "transport/socket/socket.h"

namespace transport {

class Stream;

class Talk {
 public:
  explicit Talk(Stream& stream) : stream_(stream) {}
  virtual ~Talk() = default;
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  // Bytes of memory that the object itself takes.
  virtual size_t own_bytes() const = 0;

  // ---- what comes in

  // The stream is its own from now on.
  virtual void begin() {}
  // Something is there to be read. False: it is read and given to receive().
  virtual bool on_readable() { return false; }
  // The bytes may be changed; they are valid during the call only.
  virtual void receive(std::span<char> bytes) = 0;
  // Where the next bytes belong, if it wants them there, and how many of them are there.
  virtual std::span<char> room() { return {}; }
  virtual void filled(size_t /*count*/) {}
  // All of one read has been handed over.
  virtual void on_read_end() {}
  // The peer has given a sign of life.
  virtual void on_heard() {}
  // Nothing is to be read.
  virtual bool paused() const { return false; }
  // Something that came in is not received yet: it is before the socket is read again.
  virtual bool has_unread() const { return false; }
  virtual void read_on() {}
  // The peer has ended its side, or the socket has failed. Returns why the connection ends, for the log.
  virtual std::string_view on_end_of_input(const Socket::Result& /*result*/) { return {}; }

  // ---- what goes out

  // All that was queued has been written.
  virtual void on_all_written() {}

  // ---- time

  virtual void sweep(Loop::Clock::time_point now) = 0;
  // See Resident::look_for_life().
  virtual bool look_for_life() { return false; }

  // ---- memory

  struct Held {
    size_t bytes = 0;
    size_t in_buffers = 0;  // of these
  };
  // What has come in, and is not whole or not received.
  virtual Held held_input() const = 0;
  virtual void give_back_input() = 0;
  // Of what it holds besides: what would not be free without it, as others hold it, too.
  virtual size_t shared_bytes() const { return 0; }
  // The longest message that may begin now is another one.
  virtual void limit_messages() {}
  // Memory is short, and so many bytes are held for the peer. False: the stream is to be dropped.
  virtual bool says_goodbye(size_t /*held*/) { return false; }

  // ---- the end

  // The stream has ended.
  virtual void on_end() {}
  // At the end of that turn, or of the one in which the last that can come in has: who sits on the stream is
  // told.
  virtual void tell_end() {}
  // The stream must not be destroyed yet.
  virtual bool operation_pending() const { return false; }

 protected:
  Stream& stream_;
};

}  // namespace transport
