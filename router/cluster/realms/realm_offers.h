// What one realm of this node offers its cluster and which names it wants: the place between the realm, which
// says it under its lock, and the node's thread, which takes it.
//
// What has changed several times meanwhile is taken once, as it is then; so there is no more here than the
// realm has subscriptions and procedures. A place that is made when something comes lasts until its end has
// been taken, so that to say the end needs no memory.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "router/base/mutex.h"
#include "router/cluster/words/words.h"
#include "router/neighbours/neighbours.h"

namespace router::cluster {

class RealmOffers final : public Neighbours {
 public:
  // `wake`: something is to be taken; called under the realm's lock, so it must not block, and throws
  // nothing.
  RealmOffers(std::string realm, std::weak_ptr<NeighboursAnswers> answers,
              std::shared_ptr<const Lease> node_lease, std::function<void()> wake)
      : realm_(std::move(realm)),
        answers_(std::move(answers)),
        lease_(std::move(node_lease)),
        wake_(std::move(wake)) {}

  // ---- the realm
  void on_first_subscriber(const MatchedUriView& topic, Ticket ticket) override;
  void on_last_subscriber(const MatchedUriView& topic) noexcept override;
  void on_callee_came(const MatchedUriView& procedure, dealer::InvocationPolicy policy, uint32_t count,
                      Ticket ticket) override;
  void on_callee_went(const MatchedUriView& procedure, dealer::InvocationPolicy policy,
                      uint32_t count) noexcept override;
  void want(const MatchedUriView& procedure, dealer::InvocationPolicy policy, Ticket ticket) override;
  void release(const MatchedUriView& procedure) noexcept override;
  std::shared_ptr<const Lease> lease() const override { return lease_; }

  // ---- the node's thread

  // At most so many changes are added. The ticket up to which all are taken then; none: there are more.
  std::optional<Ticket> take_changes(size_t most, std::vector<Change>& changes);
  // What is to be done for a name: given back, or wanted, or first the one and then the other.
  struct NameStep {
    Name name;
    bool is_release = false;
    std::optional<Policy> want = {};
  };
  std::optional<NameStep> take_name();
  bool has_more() const;
  // The last ticket by which the node was asked for the name; none: it was not, or has been refused.
  std::optional<Ticket> asked_by(const Name& name) const;
  void on_refused(const Name& name);
  // All that changes have told of and that is still so.
  void add_offered(std::vector<Change>& all) const;

  const std::string& realm() const { return realm_; }
  std::shared_ptr<NeighboursAnswers> answers() const { return answers_.lock(); }
  // The realm is no more, and nothing of it is left.
  bool is_over() const;

 private:
  using Kind = Fact::Kind;
  struct Place {
    Kind kind = Kind::subscribers;
    MatchedUri uri;
  };
  struct PlaceView {
    Kind kind = Kind::subscribers;
    MatchedUriView uri;
    friend auto operator<=>(const PlaceView&, const PlaceView&) = default;
  };
  struct PlaceLess {
    using is_transparent = void;
    static PlaceView view(const Place& place) { return {place.kind, place.uri}; }
    static const PlaceView& view(const PlaceView& place) { return place; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return view(a) < view(b);
    }
  };
  struct Offer {
    uint32_t count = 0, told = 0;
    bool is_changed = false;
    std::pair<const Place, Offer>* next = nullptr;  // that has changed
  };
  using Offers = std::map<Place, Offer, PlaceLess>;
  struct Claim {
    dealer::InvocationPolicy policy = dealer::InvocationPolicy::single;
    Ticket wanted = 0;  // 0: it is not
    Ticket asked = 0;   // 0: the node does not want it
    bool is_changed = false;
    std::pair<const MatchedUri, Claim>* next = nullptr;
  };
  using Claims = std::map<MatchedUri, Claim, MatchedUriLess>;
  // Those that have changed, in that order: a chain through them.
  template <class Entry>
  struct Changed {
    size_t count = 0;
    Entry *first = nullptr, *last = nullptr;

    void add(Entry& one) noexcept {
      if (std::exchange(one.second.is_changed, true)) return;
      (count == 0 ? first : last->second.next) = &one;
      last = &one;
      ++count;
    }
    // Precondition: there is one.
    Entry& take() noexcept {
      Entry& taken = *first;
      first = taken.second.next;
      taken.second.is_changed = false;
      --count;
      return taken;
    }
  };

  void set_count(Kind kind, const MatchedUriView& uri, uint32_t count, Ticket ticket);
  void lower_count(Kind kind, const MatchedUriView& uri, uint32_t count) noexcept;
  bool is_empty() const REQUIRES(mutex_) { return changed_offers_.count + changed_claims_.count == 0; }
  Name name_of(const MatchedUri& uri) const { return {realm_, uri.uri, uri.match}; }

  const std::string realm_;
  const std::weak_ptr<NeighboursAnswers> answers_;
  const std::shared_ptr<const Lease> lease_;
  const std::function<void()> wake_;

  mutable Mutex mutex_{"a realm's offers"};
  Offers offers_ GUARDED_BY(mutex_);
  Claims claims_ GUARDED_BY(mutex_);
  Changed<Offers::value_type> changed_offers_ GUARDED_BY(mutex_);
  Changed<Claims::value_type> changed_claims_ GUARDED_BY(mutex_);
  Ticket last_ GUARDED_BY(mutex_) = 0;
};

}  // namespace router::cluster
