// Who is at the other end of a stream: its address, for which it counts, and that it has not said yet what it
// wants.
//
// Part of its stream, on whose thread it lives.
#pragma once

#include <list>
#include <string>

#include "transport/counters/counter.h"

namespace transport {

class Stream;

class Peer {
 public:
  Peer(Stream& stream, std::string address);

  const std::string& address() const { return address_; }
  // For the log.
  void remark(const std::string& what) const;
  // The same, and counted: why it is no client.
  void count_refused(const std::string& why, Counter& counter) const;

  // It counts from now on; if it is `fresh` from accept, as one that has not said what it wants. False: there
  // are too many from its address.
  bool count_in(bool fresh);
  // A proxy tells that this is its address. False: there are too many from there.
  bool come_from(const std::string& client);
  // It has said what it wants.
  void leave_half_open();
  // It counts no longer for its address.
  void leave_address();

 private:
  bool count_address();
  void enter_half_open();

  Stream& stream_;
  std::string address_;
  std::list<Peer*>::iterator half_open_place_;  // if it is half open
  bool is_half_open_ = false;
  bool is_address_counted_ = false;
};

}  // namespace transport
