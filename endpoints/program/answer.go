package program

import (
	"strconv"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// The answers are as Programs' documentation shows them, down to the order of fields
// and booleans that are strings.

// unmarked is a response whose request id is in the header only.
type unmarked struct{}

// SetRequestID implements wire.Response.
func (unmarked) SetRequestID(string) {}

// linkAnswer is a link token.
type linkAnswer struct {
	unmarked

	token string
}

// AppendJSON implements wire.Value.
func (a *linkAnswer) AppendJSON(b []byte) []byte {
	return append(wire.AppendString(append(b, `{"link_token":`...), a.token), '}')
}

// bankAccount is a registered account.
type bankAccount struct {
	// ID is a UUID, which the account has for good.
	ID string
	// LastFour are the last digits of its number, Routing is nine digits.
	LastFour, Routing string
	Profile           string
	// Type is checking or savings.
	Type string
	// Open says that money can be transferred: it is registered, shared and has numbers.
	Open bool
}

// bankTypes are the types of bank accounts by the subtypes of accounts.
var bankTypes = map[string]string{"checking": "CHECKING", "savings": "SAVINGS"}

// AppendJSON implements wire.Value.
func (a *bankAccount) AppendJSON(b []byte) []byte {
	b = wire.AppendString(append(b, `{"id":`...), a.ID)
	b = wire.AppendString(append(b, `,"account_number_last_four":`...), a.LastFour)
	b = wire.AppendString(append(b, `,"routing_number":`...), a.Routing)
	b = wire.AppendString(append(b, `,"profile_id":`...), a.Profile)
	b = wire.AppendString(append(b, `,"type":`...), bankTypes[a.Type])
	if a.Open {
		return append(b, `,"status":"OPEN"}`...)
	}
	return append(b, `,"status":"CLOSED"}`...)
}

// item is an Item and what is registered of it.
type item struct {
	unmarked

	ID, Institution string
	Accounts        []bankAccount
	// Status has is_login_required among the fields: LoginRequired, or null where it
	// was not asked for.
	Status        bool
	LoginRequired *bool
}

func (it *item) appendHead(b []byte) []byte {
	b = wire.AppendString(append(b, `{"plaid_item_id":`...), it.ID)
	return wire.AppendString(append(b, `,"plaid_institution_name":`...), it.Institution)
}

// AppendJSON implements wire.Value.
func (it *item) AppendJSON(b []byte) []byte {
	b = it.appendHead(b)
	if it.Status {
		b = append(b, `,"is_login_required":`...)
		if it.LoginRequired == nil {
			b = append(b, `null`...)
		} else {
			b = wire.AppendString(b, strconv.FormatBool(*it.LoginRequired))
		}
	}
	b = append(b, `,"bank_accounts":`...)
	return append(wire.AppendObjects(b, it.Accounts), '}')
}

// accountAnswer is one bank account and its Item.
type accountAnswer struct {
	item // with the one account
}

// AppendJSON implements wire.Value.
func (a *accountAnswer) AppendJSON(b []byte) []byte {
	b = append(a.appendHead(b), `,"bank_account":`...)
	return append(a.Accounts[0].AppendJSON(b), '}')
}

// itemsAnswer is all that is registered of a profile.
type itemsAnswer struct {
	unmarked

	items []item
}

// AppendJSON implements wire.Value.
func (a *itemsAnswer) AppendJSON(b []byte) []byte {
	return append(wire.AppendObjects(append(b, `{"items":`...), a.items), '}')
}
