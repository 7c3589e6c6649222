// Package webhooks tells clients what happened: the catalogue of what can be
// told, the keys that sign it, and the worker that delivers it.
package webhooks

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Message is what a webhook says, before it is known of whom. The functions of
// the catalogue make them.
type Message struct {
	// Type and Code are as "TRANSACTIONS" and "SYNC_UPDATES_AVAILABLE".
	Type, Code string

	fields map[string]any
	// item says that it is about an Item, and names it; person that it names the
	// client's user whose Item it is, if there is one.
	item, person bool
}

// Origin is where a message comes from.
type Origin struct {
	Environment models.Environment
	// Item and UserID are the Item and the client's user that it is about, or "".
	Item   models.ItemID
	UserID string
}

// Body is the message as it is sent: JSON, indented by two spaces, its keys in
// alphabetical order, as Plaid's are.
func (m Message) Body(o Origin) []byte {
	fields := make(map[string]any, len(m.fields)+5)
	maps.Copy(fields, m.fields)
	fields["webhook_type"], fields["webhook_code"] = m.Type, m.Code
	fields["environment"] = o.Environment
	if m.item {
		fields["item_id"] = o.Item
	}
	if m.person && o.UserID != "" {
		fields["user_id"] = o.UserID
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(fields); err != nil {
		panic(fmt.Sprintf("webhooks: %s %s: %v", m.Type, m.Code, err)) // the catalogue makes nothing that can't be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Event is the message as an event to be told at a time, at the earliest, to the
// receiver at url.
func (m Message) Event(o Origin, id, url string, at time.Time) store.Event {
	return store.Event{ID: id, Type: m.Type, Code: m.Code, URL: url, Body: m.Body(o), At: at}
}

// NewID returns the id of an event: a UUID of version 7, which begins with the
// event's time in milliseconds. Of events of one time, the place, modulo 2^24,
// says which comes first; the other 50 bits are random.
func NewID(at time.Time, place int64, random io.Reader) string {
	var b [16]byte
	if _, err := io.ReadFull(random, b[9:]); err != nil {
		panic(fmt.Sprintf("webhooks: source of randomness failed: %v", err))
	}
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16|0x7000|uint64(place>>12)&0xfff)
	b[8] = 0x80 | byte(place>>6)&0x3f
	b[9] = byte(place)<<2 | b[9]&3
	return uuid(b)
}

// uuid is the text of a UUID.
func uuid(b [16]byte) string {
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
