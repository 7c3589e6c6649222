package monetr

import (
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
)

// linkPrefix is what ids of links begin with that are no numbers.
const linkPrefix = "link_"

// crockford is how a ULID is written, which monetr does in lower case.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

var ulidEncoding = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// ulidLength is how many letters a ULID has.
const ulidLength = 26

// newULID returns an id that begins with its time, to the millisecond, and has 80
// random bits.
func newULID(ids *api.IDs, now time.Time) string {
	// 26 letters are 130 bits: two of zero, 48 of time, 80 of chance.
	var b [17]byte
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[1+i] = byte(ms >> (8 * (5 - i)))
	}
	_, _ = ids.Read(b[7:]) // which never fails
	// Base 32 reads from the first bit on: six of the eight leading zeros are too many.
	for i := range 16 {
		b[i] = b[i]<<6 | b[i+1]>>2
	}
	b[16] <<= 6
	return ulidEncoding.EncodeToString(b[:])[:ulidLength]
}

// parseLinkID returns the id of a link as it is kept, if a text can be one: a number
// from 1 on, or link_ and a ULID.
func parseLinkID(s string) (string, bool) {
	if n, err := strconv.ParseUint(s, 10, 63); err == nil && n > 0 {
		return strconv.FormatUint(n, 10), true
	}
	ulid, ok := strings.CutPrefix(s, linkPrefix)
	if !ok || len(ulid) != ulidLength || ulid[0] > '7' || strings.Trim(ulid, crockford) != "" {
		return "", false
	}
	return s, true
}

// linkID is the id of a link as JSON has it: a number, if it is one.
type linkID string

// MarshalJSON implements json.Marshaler.
func (id linkID) MarshalJSON() ([]byte, error) {
	if strings.HasPrefix(string(id), linkPrefix) {
		return strconv.AppendQuote(nil, string(id)), nil
	}
	return []byte(id), nil
}
