package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
)

// AccountKey makes the key of an account from the number of its bank ("" when the
// account's own number is enough, as an IBAN, or the file doesn't tell) and its own
// number. Spaces and the case of letters make no difference. It is a hash, so that a
// card's number isn't stored wherever a key is; but who guesses a number can check the
// guess, so a key is not for logs.
func AccountKey(bank, account string) string {
	sum := sha256.Sum256([]byte(compact(bank) + "\x00" + compact(account)))
	return hex.EncodeToString(sum[:16])
}

// Mask is the last four letters and digits of an account's number, or all of them
// if there are fewer.
func Mask(number string) string {
	var kept []rune
	for _, r := range number {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			kept = append(kept, r)
		}
	}
	return string(kept[max(0, len(kept)-4):])
}

// compact drops spaces, and writes letters large.
func compact(s string) string {
	return strings.ToUpper(strings.Join(strings.Fields(s), ""))
}
