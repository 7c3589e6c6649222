package wire_test

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// order is a request in the form that generated code has, with every kind of
// field.
type order struct {
	wire.Credentials
	wire.ItemAccess

	Amount  decimal.Decimal
	Count   int64
	Country []string
	Date    string
	Language,
	Note string
	Flag    bool
	At      time.Time
	Options *orderOptions
	Lines   []orderLine
	Extra   map[string]string
	Webhook wire.Opt[string]
}

type orderOptions struct{ Days int64 }

type orderLine struct{ Name string }

var countries = []string{"GB", "US"}

func (v *order) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "access_token":
			v.AccessToken, _ = d.NonEmpty()
		case "amount":
			if x, ok := d.Decimal(); ok {
				d.DecimalAbove(x, 0)
				d.DecimalAtLeast(x, 1)
				d.DecimalAtMost(x, 1000)
				v.Amount = x
			}
		case "at":
			v.At, _ = d.Time()
		case "client_id":
			v.ClientID = d.Credential()
		case "count":
			if x, ok := d.Int(); ok {
				d.AtLeast(x, 1)
				d.AtMost(x, 500)
				v.Count = x
			}
		case "country_codes":
			if d.Array(1, 3) {
				for d.Elem() {
					if x, ok := d.OneOf(countries); ok {
						v.Country = append(v.Country, x)
					}
				}
			}
		case "date":
			v.Date, _ = d.Date()
		case "extra":
			if m, ok := d.Map(); ok {
				v.Extra = map[string]string{}
				for k, raw := range m {
					v.Extra[k] = string(raw)
				}
			}
		case "flag":
			v.Flag, _ = d.Bool()
		case "language":
			v.Language, _ = d.Str()
		case "lines":
			if d.Array(0, 0) {
				for d.Elem() {
					var x orderLine
					x.DecodeJSON(d)
					v.Lines = append(v.Lines, x)
				}
			}
		case "note":
			if x, ok := d.Str(); ok {
				d.Length(x, 2, 4)
				v.Note = x
			}
		case "options":
			if d.Null() {
				d.Invalid("must be an object")
				break
			}
			v.Options = new(orderOptions)
			v.Options.DecodeJSON(d)
		case "secret":
			v.Secret = d.Credential()
		case "webhook":
			if d.Null() {
				v.Webhook = wire.Null[string]()
				break
			}
			if x, ok := d.Str(); ok {
				v.Webhook = wire.Some(x)
			}
		default:
			d.Unknown()
		}
	}
	d.End("access_token", "language")
}

func (v *orderOptions) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "days":
			v.Days, _ = d.Int()
		default:
			d.Unknown()
		}
	}
	d.End("days")
}

func (v *orderLine) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "name":
			v.Name, _ = d.Str()
		default:
			d.Unknown()
		}
	}
	d.End("name")
}
