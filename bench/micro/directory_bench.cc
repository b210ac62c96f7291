// What SUBSCRIBE and REGISTER of a new URI cost in a realm of one worker and of eight: through the realm's public
// interface, until the answer is in the mailbox.
#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/open_realm.h"

namespace router {
namespace {

constexpr int64_t requests = 200'000;
constexpr size_t held_by_each_session = 100, undrained = 64;

class Directory {
 public:
  explicit Directory(uint32_t workers) {
    std::vector<Mailbox*> addresses;
    for (uint32_t i = 0; i < workers; ++i)
      addresses.push_back(mailboxes_.emplace_back(std::make_unique<Mailbox>([] {})).get());
    mailboxes_.front()->bind_to_this_thread();
    realm_ = std::make_unique<Realm>(open_realm(), addresses, 1, clock_);
    for (uint32_t slot = 0; slot <= requests / held_by_each_session; ++slot)
      sessions_.push_back(join(*realm_, {slot % workers, slot, wamp::SessionId(1 + slot)}));
  }

  // One more, of a URI that begins so.
  template <class Request>
  void ask(const std::string& beginning) {
    Seat& session = *sessions_[asked_ / held_by_each_session];
    const wamp::RequestId request(1 + asked_ % held_by_each_session);
    check(realm_->handle(session, Request{request, {}, beginning + std::to_string(asked_)}));
    if (++asked_ % undrained == 0) drain();
  }

 private:
  void drain() {
    Mailbox::wake_others();
    for (const auto& mailbox : mailboxes_) mailbox->drain(mail_);
    mail_.clear();
  }

  SystemClock clock_;
  std::vector<std::unique_ptr<Mailbox>> mailboxes_;
  std::unique_ptr<Realm> realm_;
  std::vector<Realm::Joined> sessions_;
  MailList mail_;
  size_t asked_ = 0;
};

template <class Request>
void of_a_new_uri(benchmark::State& state) {
  Directory directory(static_cast<uint32_t>(state.range(0)));
  for (auto _ : state) directory.ask<Request>("com.example.place");
}

BENCHMARK(of_a_new_uri<wamp::Subscribe>)->ArgName("workers")->Arg(1)->Arg(8)->Iterations(requests);
BENCHMARK(of_a_new_uri<wamp::Register>)->ArgName("workers")->Arg(1)->Arg(8)->Iterations(requests);

}  // namespace
}  // namespace router
