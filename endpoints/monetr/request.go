package monetr

import (
	"encoding/json"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// Requests ignore fields that they don't know, and take null for nothing, as monetr's do.

// noFields is a request of which everything is in the path, the query and the header.
type noFields struct{}

// DecodeJSON implements wire.Request.
func (*noFields) DecodeJSON(d *wire.Decoder) { d.Skip() }

// decodeFields reads an object, each of whose fields decode reads, or reports that it
// doesn't know.
func decodeFields(d *wire.Decoder, decode func(key string) bool) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		if !decode(d.Key()) {
			d.Skip()
		}
	}
	d.End()
}

// text reads a string, or null as "", without space around it.
func text(d *wire.Decoder, into *string) bool {
	if !d.Null() {
		s, _ := d.Str()
		*into = strings.TrimSpace(s)
	}
	return true
}

// linkRequest is about a link.
type linkRequest struct {
	// link is "" for none and for what is no id.
	link string
}

// DecodeJSON implements wire.Request.
func (r *linkRequest) DecodeJSON(d *wire.Decoder) {
	decodeFields(d, func(key string) bool { return r.decode(d, key) })
}

func (r *linkRequest) decode(d *wire.Decoder, key string) bool {
	if key != "linkId" {
		return false
	}
	raw, ok := d.Raw()
	if !ok {
		return true
	}
	if r.link, ok = linkIDOf(raw); !ok {
		d.Invalid("must be the id of a link")
	}
	return true
}

// linkIDOf is the id that a JSON value is: "" for null and for what is no link's. It
// reports false for a value that ids are none of.
func linkIDOf(raw json.RawMessage) (string, bool) {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil { // null, too
		id, _ := parseLinkID(s)
		return id, true
	}
	var n uint64
	if err := json.Unmarshal(raw, &n); err != nil {
		return "", false
	}
	id, _ := parseLinkID(string(raw))
	return id, true
}

// callbackRequest is what came of Link.
type callbackRequest struct {
	linkRequest

	publicToken, institutionID, institutionName string
	accounts                                    []models.AccountID
}

// DecodeJSON implements wire.Request.
func (r *callbackRequest) DecodeJSON(d *wire.Decoder) {
	decodeFields(d, func(key string) bool {
		switch key {
		case "publicToken":
			return text(d, &r.publicToken)
		case "institutionId":
			return text(d, &r.institutionID)
		case "institutionName":
			return text(d, &r.institutionName)
		case "accountIds":
			r.decodeAccounts(d)
			return true
		}
		return r.decode(d, key)
	})
}

func (r *callbackRequest) decodeAccounts(d *wire.Decoder) {
	if d.Null() || !d.Array(0, 0) {
		return
	}
	for d.Elem() {
		if s, ok := d.Str(); ok {
			r.accounts = append(r.accounts, models.AccountID(s))
		}
	}
}

// manualRequest is a link without Plaid.
type manualRequest struct{ institutionName, description string }

// DecodeJSON implements wire.Request.
func (r *manualRequest) DecodeJSON(d *wire.Decoder) {
	decodeFields(d, func(key string) bool {
		switch key {
		case "institutionName":
			return text(d, &r.institutionName)
		case "description":
			return text(d, &r.description)
		}
		return false
	})
}

// signInRequest is who wants to sign in, or up.
type signInRequest struct{ email, password, firstName string }

// DecodeJSON implements wire.Request.
func (r *signInRequest) DecodeJSON(d *wire.Decoder) {
	decodeFields(d, func(key string) bool {
		switch key {
		case "email":
			return text(d, &r.email)
		case "password":
			return text(d, &r.password)
		case "firstName":
			return text(d, &r.firstName)
		}
		return false
	})
	r.email = strings.ToLower(r.email)
}
