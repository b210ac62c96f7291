// A question of the router's own to a procedure of a realm: to an authenticator or an authorizer.
//
// Lives on its worker's thread. It calls as a member that nobody sees, and is answered through the worker's
// mailbox like any caller; so the answer comes once, after the constructor has returned: a result, or an
// error when the procedure is not there, fails, or takes too long. Destroying it earlier cancels the call.
// Worker and asker outlive it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "router/mail/delivery.h"
#include "router/realm/realm.h"
#include "router/worker/address.h"
#include "router/worker/resident.h"
#include "router/worker/worker.h"
#include "serializers/serializer.h"
#include "transport/connection/connection.h"

namespace router {

// The one result of a procedure: its first positional one or, if it gives keyword results only, these.
wamp::Value result_of(const serializers::Arguments& arguments);

class Inquiry final : public Addressee {
 public:
  struct Error {
    std::string uri, text;
  };
  using Answer = std::variant<serializers::Arguments, Error>;

  struct Question {
    std::string procedure;
    wamp::List arguments;
    uint32_t timeout_ms = 0;
  };
  // `asker`: for whom it is asked, and who pays if there is no memory for the answer. `on_answer` may destroy
  // the inquiry.
  Inquiry(Worker& worker, std::shared_ptr<Realm> realm, transport::Connection& asker,
          const Question& question, std::function<void(const Answer&)> on_answer);
  Inquiry(const Inquiry&) = delete;

  void on_out_of_memory() override { asker_.on_out_of_memory(); }
  void deliver(Delivery& delivery) override;
  void take(router::Answer&& answer) override;
  void take(CallNotice&& notice) override;

 private:
  const std::shared_ptr<Realm> realm_;
  transport::Connection& asker_;
  const std::function<void(const Answer&)> on_answer_;
  Address address_;
  const Realm::Joined member_;  // leaves before its address goes
};

}  // namespace router
