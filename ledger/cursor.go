package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"

	"github.com/gingham-dev/gingham/models"
)

// ErrCursor is returned for a cursor that is not one of ours for that Item (and
// account, where one was named).
var ErrCursor = errors.New("ledger: cursor not associated with access token")

// ErrMutation is returned when transactions changed since the first page of the
// update that a cursor pages through.
var ErrMutation = errors.New("ledger: transactions changed during pagination")

// cursor is a place in an Item's history of changes. To the client it is an
// opaque text.
type cursor struct {
	// from is the Seq up to which the client knows everything; 0 is nothing.
	from int64
	// to is the Seq that the update being paged through ends at; 0 between updates.
	to int64
	// pos is how many updates of it were sent.
	pos int
	// base is where a client that began with "now" began; 0 for all others.
	base int64
}

const (
	cursorFormat = 1
	cursorMAC    = 16
)

func (l *Ledger) cursorMAC(item models.ItemID, account models.AccountID, body []byte) []byte {
	mac := hmac.New(sha256.New, l.cursorKey)
	mac.Write([]byte(item))
	mac.Write([]byte{0})
	mac.Write([]byte(account))
	mac.Write([]byte{0})
	mac.Write(body)
	return mac.Sum(nil)[:cursorMAC]
}

func (l *Ledger) sealCursor(item models.ItemID, account models.AccountID, c cursor) string {
	b := []byte{cursorFormat}
	b = binary.AppendUvarint(b, uint64(c.from))
	b = binary.AppendUvarint(b, uint64(c.to))
	b = binary.AppendUvarint(b, uint64(c.pos))
	b = binary.AppendUvarint(b, uint64(c.base))
	b = append(b, l.cursorMAC(item, account, b)...)
	return base64.StdEncoding.EncodeToString(b)
}

// openCursor returns ErrCursor for anything that sealCursor did not make for
// this Item and account.
func (l *Ledger) openCursor(item models.ItemID, account models.AccountID, text string) (cursor, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	// One cursor has one text: a decoder overlooks line breaks and loose bits.
	if err != nil || len(b) <= cursorMAC || base64.StdEncoding.EncodeToString(b) != text {
		return cursor{}, ErrCursor
	}
	body, mac := b[:len(b)-cursorMAC], b[len(b)-cursorMAC:]
	if !hmac.Equal(mac, l.cursorMAC(item, account, body)) {
		return cursor{}, ErrCursor
	}
	d := &blockReader{rest: body}
	if d.byte() != cursorFormat {
		return cursor{}, ErrCursor
	}
	c := cursor{from: int64(d.uvarint()), to: int64(d.uvarint()), pos: d.count(), base: int64(d.uvarint())}
	if d.failed || len(d.rest) != 0 {
		return cursor{}, ErrCursor
	}
	return c, nil
}
