// A list that grows without moving all that is there: behind its first piece it has others.
//
// What it needs to grow is made beforehand, so no change of it needs memory. Two lists that have had the same
// changes have room for as many elements: so who changes one, on another thread or under a lock, can make
// what the other one needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace router {

// For one more element.
template <class T>
struct PieceRoom {
  using Pieces = std::vector<std::vector<T>>;

  std::vector<T> piece;            // no capacity: there is room in the last one
  std::unique_ptr<Pieces> pieces;  // null: there is room for the piece

  // The same for a list of others.
  template <class U>
  PieceRoom<U> alike() const {
    PieceRoom<U> room;
    room.piece.reserve(piece.capacity());
    if (pieces) room.pieces = PieceRoom<U>::make_pieces(pieces->capacity());
    return room;
  }
  static std::unique_ptr<Pieces> make_pieces(size_t capacity) {
    auto pieces = std::make_unique<Pieces>();
    pieces->reserve(capacity);
    return pieces;
  }
};

template <class T>
class PieceList {
 public:
  static constexpr size_t most = 4096;  // in a piece

  size_t size() const { return has_more() ? more_->size() * most + more_->back().size() : first_.size(); }
  T& operator[](size_t place) {
    return place < most ? first_[place] : (*more_)[place / most - 1][place % most];
  }
  const T& operator[](size_t place) const { return const_cast<PieceList&>(*this)[place]; }

  // What push_back() takes now.
  PieceRoom<T> more_room() const {
    PieceRoom<T> room;
    const std::vector<T>& piece = has_more() ? more_->back() : first_;
    if (piece.size() < piece.capacity() && piece.size() < most) return room;
    const bool begins = piece.size() == most;
    room.piece.reserve(begins ? fewest : std::clamp<size_t>(2 * piece.size(), 1, most));
    if (begins && (!more_ || more_->size() == more_->capacity()))
      room.pieces = PieceRoom<T>::make_pieces(2 * size() / most + fewest);
    return room;
  }
  // `room`: what more_room() has returned, of this list or of one that has had the same changes.
  void push_back(T element, PieceRoom<T>&& room) noexcept {
    if (room.pieces && more_)
      move_to(*more_, *room.pieces);
    else if (room.pieces)
      more_ = std::move(room.pieces);
    if (last().size() == most)
      more_->push_back(std::move(room.piece));
    else if (room.piece.capacity() > 0)
      move_to(last(), room.piece);
    last().push_back(std::move(element));
  }
  // The last one comes in its place.
  void take_out(size_t place) noexcept {
    (*this)[place] = std::move(last().back());
    last().pop_back();
    if (has_more() && more_->back().empty()) more_->pop_back();
  }

  // visit(const std::vector<T>&) for each piece.
  template <class Visit>
  void for_each_piece(Visit visit) const {
    visit(first_);
    if (!more_) return;
    for (const std::vector<T>& piece : *more_) visit(piece);
  }
  // visit(const T&) for each.
  template <class Visit>
  void for_each(Visit visit) const {
    for_each_piece([&visit](const std::vector<T>& piece) {
      for (const T& element : piece) visit(element);
    });
  }

 private:
  static constexpr size_t fewest = 16;

  bool has_more() const { return more_ && !more_->empty(); }
  std::vector<T>& last() { return has_more() ? more_->back() : first_; }
  template <class U>
  static void move_to(std::vector<U>& from, std::vector<U>& room) {
    room.insert(room.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    from.swap(room);
  }

  std::vector<T> first_;
  // All pieces before the last are full; null: there never was a second one. Most lists have none.
  std::unique_ptr<typename PieceRoom<T>::Pieces> more_;
};

}  // namespace router
