package text

import "strconv"

// Number writes a number with commas between thousands: 5,000.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Counted is Count with commas: 5,000 devices.
func Counted(n int, noun string) string {
	if n == 1 {
		return Count(n, noun)
	}
	return Number(n) + " " + noun + "s"
}
