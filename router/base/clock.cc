#include "router/base/clock.h"

#include <ctime>

namespace router {
namespace {

// The number's last digits, in decimal, at `text`.
void put_digits(char* text, size_t digits, long number) {
  for (; digits > 0; number /= 10) text[--digits] = static_cast<char>('0' + number % 10);
}

}  // namespace

BootTime SystemClock::boot_time() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return BootTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// By hand, as long lists have one for each entry. A year has four digits, as a WallTime's nanoseconds reach
// from 1677 to 2262.
std::string iso_8601(WallTime time) {
  using namespace std::chrono;
  const auto since_epoch = floor<microseconds>(time);
  const auto day = floor<days>(since_epoch);
  const year_month_day date(day);
  const hh_mm_ss of_day(since_epoch - day);
  std::string text = "0000-00-00T00:00:00.000000Z";
  const auto put = [&text](size_t at, size_t digits, auto number) {
    put_digits(text.data() + at, digits, static_cast<long>(number));
  };
  put(0, 4, int{date.year()});
  put(5, 2, unsigned{date.month()});
  put(8, 2, unsigned{date.day()});
  put(11, 2, of_day.hours().count());
  put(14, 2, of_day.minutes().count());
  put(17, 2, of_day.seconds().count());
  put(20, 6, of_day.subseconds().count());
  return text;
}

}  // namespace router
