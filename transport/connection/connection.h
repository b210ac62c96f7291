// One connected socket, accepted or made: WebSocket, RawSocket (or HTTP that ends there) above, a
// non-blocking descriptor below.
//
// Lives on its Loop's thread only, which owns it. Whoever holds a Connection& (its Receiver) must let go of
// it when Receiver::on_closed is called; the connection is destroyed after that call, never during another
// one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "transport/connection/pauses.h"
#include "transport/connection/rate.h"
#include "transport/counters/counters.h"
#include "transport/framing/close_code.h"
#include "transport/framing/framing.h"
#include "transport/memory/account.h"
#include "transport/memory/buffer.h"
#include "transport/tls/channel_binding.h"
#include "transport/tls/client_certificate.h"

namespace transport {

class Connection;

// Why and by whom a connection ended, for the log.
struct CloseReason {
  uint16_t code = 0;  // the close code sent or received; 0: none, the socket just ended
  bool by_peer = false;
  std::string text;
  CounterOf counter = &Counters::closed_by_router;  // in which it counts
};

// What sits on top of a connection: the router's session. Owned by the connection.
class Receiver {
 public:
  virtual ~Receiver() = default;
  // The opening handshake is done and answered. Called once, first.
  virtual void on_open(Connection& connection) = 0;
  // One whole message, already validated as UTF-8 if it is text. The bytes may be changed; they are valid
  // during the call only. Not called after close() or on_closed().
  virtual void on_message(std::span<char> message) = 0;
  // All messages of one read have been handed over. What is sent now may still be in the processor's cache.
  virtual void on_read_end() {}
  // A message longer than max_message_size comes in and is thrown away. `beginning`: its first bytes, at most
  // max_beginning, of which nothing is validated. False: it cannot be answered, so the connection is closed.
  virtual bool on_oversized(std::string_view /*beginning*/) { return false; }
  // The peer has been silent for so long that it was pinged. on_alive() follows if it answers. Of RawSocket
  // clients only those are pinged that have sent a ping or a pong: many do not answer one, or end at it. For
  // the others the kernel asks theirs.
  virtual void on_silent() {}
  // Something has come from the peer since probe() or on_silent().
  virtual void on_alive() {}
  // It has answered Connection::ping(), with what that said.
  virtual void on_pong(std::string_view /*payload*/) {}
  // Memory is short, and so many bytes are held for this peer, more than for most others. The connection
  // ends; it is dropped if it is not closed here.
  virtual void on_give_way(size_t /*held*/) {}
  // Of what the receiver has charged to the connection's account: what would not be free without it, as
  // others hold it, too.
  virtual size_t shared_bytes() const { return 0; }
  // The connection is gone, for whatever reason. Called once, last.
  virtual void on_closed(const CloseReason& reason) = 0;
};

class Connection : public AccountHolder {
 public:
  // Who sits on the connection charges the account for what it keeps.
  explicit Connection(std::shared_ptr<Account> account = std::make_shared<Account>())
      : AccountHolder(std::move(account)) {}

  // May change with a message that comes in, to what the peer understands.
  virtual Framing framing() const = 0;
  // The longest frame that may be sent: the peer takes no longer one.
  virtual size_t max_frame_size() const { return SIZE_MAX; }
  // The client's, also if it comes through a trusted proxy: "127.0.0.1:4242", "[::1]:4242", "unix:"; without
  // the port if the proxy does not tell it. See address.h.
  virtual const std::string& peer_address() const = 0;
  // 32 bytes that no other connection has; "" if there is none of that type. Long-poll, whose requests come
  // over many connections, has none.
  virtual std::string channel_binding(ChannelBinding) const { return {}; }
  // Verified against the listener's `ca_certificates`; null if the client has shown none.
  virtual const ClientCertificate* client_certificate() const { return nullptr; }

  // Queues a whole frame made by frame_message(); written at the end of the turn. Ignored once closing. May
  // close the connection (max_queued_bytes), which is told by on_closed later in the turn, never inside this
  // call.
  virtual void send(BufferRef frame) = 0;
  // The same, unless more than `max_queued` bytes would then be queued, of memory but for the frame itself:
  // false, and nothing is sent.
  virtual bool offer(const BufferRef& frame, size_t max_queued) {
    if (queued_memory() + frame->size() > max_queued) return false;
    send(frame);
    return true;
  }
  // Within Receiver::on_message: the buffer in which this part of the message lies, if it is most of a long
  // one, which has a buffer of its own; else null. It is the caller's, who may keep it and change it.
  virtual BufferRef take_buffer_of(std::string_view) { return {}; }

  // Bytes queued and not yet taken by the kernel.
  virtual size_t queued_bytes() const = 0;

  // Bytes that the peer has taken until now, as far as can be told; see Intake::taken. To be compared only.
  virtual int64_t taken_bytes() = 0;

  // The peer has ended its side or is gone, which nobody hears while it is not read. As far as can be told.
  virtual bool peer_has_left() { return false; }

  // The memory that they take, in bytes: no less than queued_bytes(), and no more as long as the peer takes
  // all at once. What others hold, too, counts in full.
  virtual size_t queued_memory() const { return queued_bytes(); }
  void give_way(size_t /*held*/) override { drop("the router is short of memory"); }

  // There was not enough memory for something that was to be done for the peer: the connection ends. The text
  // is so short that a string needs none for it.
  virtual void on_out_of_memory() { drop("no memory left"); }

  // Whether the receiver knows who the peer is; at first it does not. See max_bytes_of_unknown.
  virtual void set_known(bool /*known*/) {}

  // Starts the close handshake (RawSocket has none: the connection ends): what is queued goes out first, then
  // the close frame; nothing more is received. on_closed follows when the peer has answered, has gone, or
  // close_timeout_ms is over; never inside this call.
  virtual void close(uint16_t code, std::string_view reason) = 0;

  // Ends the connection without another word; what is queued is thrown away. on_closed follows, never inside
  // this call.
  virtual void drop(std::string why) = 0;

  // Asks the peer for a sign of life now, which is told by on_alive(); that may never come. While paused
  // nobody can hear the peer, so it counts as alive and on_alive() is called at once; so does a RawSocket
  // client that has sent neither a ping nor a pong.
  virtual void probe() = 0;

  // Sends a PING of WebSocket or RawSocket, of at most 125 bytes, which a peer answers with the same bytes:
  // on_pong(). Not there over long-poll.
  virtual void ping(std::string_view /*payload*/) {}

  // From now on the peer is read no faster than this, nor than max_rate of its limits. What
  // has been sent before counts if that is what holds already.
  virtual void limit_rate(const Rate& rate) = 0;

  // As long as there is a reason nothing is read, on_message is not called, not even for what came in before,
  // and the peer does not count as silent. A reason that is there already, or is there no longer, changes
  // nothing. Resuming calls nothing at once. Once the connection is closing there are no pauses.
  void pause_reading(Pause reason) {
    const bool was_read = !pauses_.any();
    pauses_.add(reason);
    if (was_read && pauses_.any()) on_paused();
  }
  void resume_reading(Pause reason) {
    if (pauses_.remove(reason) && !pauses_.any()) on_resumed();
  }
  const Pauses& pauses() const { return pauses_; }

 protected:
  // The first reason is there.
  virtual void on_paused() {}
  // The last reason is gone.
  virtual void on_resumed() = 0;

  Pauses pauses_;
};

}  // namespace transport
