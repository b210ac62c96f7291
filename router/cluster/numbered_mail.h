// Mail to and from other nodes, none of which gets lost unnoticed, and the calls that it brings, each of
// which has one end.
//
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "router/cluster/facts.h"
#include "router/cluster/mail_numbers.h"
#include "router/cluster/remote_calls.h"

namespace router::cluster {

class MailUser {
 public:
  virtual ~MailUser() = default;
  virtual void on_mail(const NodeId& from, const std::string& bytes) = 0;
  // So much mail of that node did not come.
  virtual void on_gap(const NodeId& from, const Missed& gap) = 0;
  // It has no other end: wamp.error.network_failure.
  virtual void on_call_failed(CallNumber call, const NodeId& at) = 0;
};

class NumberedMail {
 public:
  // Both outlive it.
  NumberedMail(const Post& post, MailUser& user) : post_(post), user_(user) {}

  void send(const NodeId& to, std::string bytes) { send_content(to, std::move(bytes)); }
  // The same of a call, which ends by end_call() or on_call_failed().
  void send_call(CallNumber call, const NodeId& to, std::string bytes);
  // False: it has ended already.
  bool end_call(CallNumber call) { return calls_.end(call); }

  void on_mail(const NodeId& from, const Mail& mail);
  // The number of the last mail that it has sent, as its heartbeat says.
  void on_heartbeat(const NodeId& from, uint64_t sent);
  uint64_t sent(const NodeId& to) const;

  void fail_calls(const NodeId& at) { fail(calls_.end_all(at), at); }
  void on_gone(const NodeId& peer);
  // This node is another incarnation.
  void on_self();

 private:
  uint64_t send_content(const NodeId& to, decltype(Mail::content) content);
  void on_gap(const NodeId& from, const std::optional<Missed>& gap);
  void fail(const std::vector<CallNumber>& calls, const NodeId& at);

  const Post& post_;
  MailUser& user_;
  std::map<NodeId, uint64_t> sent_;  // the number of the last one
  std::map<NodeId, MailNumbers> received_;
  RemoteCalls calls_;
};

}  // namespace router::cluster
