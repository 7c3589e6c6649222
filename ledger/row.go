package ledger

import (
	"bytes"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// rowEncoder encodes the transactions of one Item. This is the one place where
// wire bytes are made to be stored.
type rowEncoder struct {
	item models.ItemID
	// accounts remembers ids, of which an Item has few and rows have many.
	accounts map[string]string
}

func newRowEncoder(item models.ItemID) *rowEncoder {
	return &rowEncoder{item: item, accounts: map[string]string{}}
}

// The keys whose values depend on the request. No text inside a row can look
// like them: its quotes would be escaped.
var (
	descKey = []byte(`"original_description":`)
	pfcKey  = []byte(`"personal_finance_category":`)
	iconKey = []byte(`"personal_finance_category_icon_url":`)
)

// encode makes the row of a transaction with the given id.
func (e *rowEncoder) encode(id string, t *models.Transaction) row {
	tx := e.wire(id, t)
	r := row{id: id, key: t.Key, date: t.Date, json: tx.AppendJSON(make([]byte, 0, 1536))}
	r.descAt = after(r.json, 0, descKey)
	r.pfcAt = after(r.json, r.descAt, pfcKey)
	if icon := tx.PersonalFinanceCategoryIconURL; icon != nil {
		r.pfcEnd = after(r.json, r.pfcAt, iconKey) + len(wire.AppendString(nil, *icon))
	} else {
		r.pfcEnd = r.pfcAt + len(nullText)
	}
	if t.OriginalDescription != "" {
		r.desc = wire.AppendString(nil, t.OriginalDescription)
	}
	r.pfc1 = append(r.pfc1, nullText...)
	if t.Category.V1.Primary != "" {
		v1 := PersonalFinanceCategory(t.Category.V1, "v1")
		r.pfc1 = v1.AppendJSON(nil)
		r.pfc1 = append(r.pfc1, ',')
		r.pfc1 = append(r.pfc1, iconKey...)
		r.pfc1 = wire.AppendString(r.pfc1, CategoryIconURL(t.Category.V1))
	}
	r.hash = xxhash.Sum64(r.json) ^ 3*xxhash.Sum64(r.desc) ^ 5*xxhash.Sum64(r.pfc1)
	return r
}

// after is where the value of a key begins that is there, at or after from.
func after(json []byte, from int, key []byte) int {
	return from + bytes.Index(json[from:], key) + len(key)
}

func (e *rowEncoder) account(key string) string {
	id, ok := e.accounts[key]
	if !ok {
		id = string(AccountID(e.item, key))
		e.accounts[key] = id
	}
	return id
}

// wire maps a transaction to Plaid's, in its usual form.
func (e *rowEncoder) wire(id string, t *models.Transaction) *plaid.Transaction {
	kind := transactionType(t.Channel)
	out := &plaid.Transaction{
		AccountID:               e.account(t.AccountKey),
		AccountOwner:            wire.NilIfEmpty(t.AccountOwner),
		Amount:                  t.Amount,
		AuthorizedDate:          wire.NilIfEmpty(string(t.AuthorizedDate)),
		AuthorizedDatetime:      timeOrNull(t.AuthorizedDatetime),
		Category:                wire.Null[[]string](),
		CategoryID:              optOrNull(t.Category.LegacyID),
		CheckNumber:             optOrNull(t.CheckNumber),
		Counterparties:          make([]plaid.TransactionCounterparty, 0, len(t.Counterparties)),
		Date:                    string(t.Date),
		Datetime:                timeOrNull(t.Datetime),
		ISOCurrencyCode:         wire.NilIfEmpty(t.Currency.ISO),
		Location:                Location(t.Location),
		LogoURL:                 optOrNull(t.LogoURL),
		MerchantEntityID:        optOrNull(t.MerchantEntityID),
		MerchantName:            optOrNull(t.MerchantName),
		Name:                    t.Name,
		OriginalDescription:     wire.Null[string](),
		PaymentChannel:          t.Channel,
		PaymentMeta:             wirePayment(t.Payment),
		Pending:                 t.Pending,
		PersonalFinanceCategory: wire.Null[plaid.PersonalFinanceCategory](),
		TransactionCode:         wire.NilIfEmpty(t.Code),
		TransactionID:           id,
		TransactionType:         &kind,
		UnofficialCurrencyCode:  wire.NilIfEmpty(t.Currency.Unofficial),
		Website:                 optOrNull(t.Website),
	}
	if t.Category.V2.Primary != "" {
		icon := CategoryIconURL(t.Category.V2)
		out.PersonalFinanceCategory = wire.Some(PersonalFinanceCategory(t.Category.V2, "v2"))
		out.PersonalFinanceCategoryIconURL = &icon
	}
	if t.Category.Legacy != nil {
		out.Category = wire.Some(t.Category.Legacy)
	}
	if t.PendingKey != "" {
		pending := TransactionID(e.item, t.PendingKey)
		out.PendingTransactionID = &pending
	}
	for _, c := range t.Counterparties {
		out.Counterparties = append(out.Counterparties, Counterparty(c))
	}
	return out
}

// PersonalFinanceCategory maps a category of the given taxonomy version, "v1" or "v2", to Plaid's.
func PersonalFinanceCategory(c models.PersonalFinance, version string) plaid.PersonalFinanceCategory {
	return plaid.PersonalFinanceCategory{
		Primary: c.Primary, Detailed: c.Detailed,
		ConfidenceLevel: wire.Some(c.Confidence), Version: &version,
	}
}

// CategoryIconURL is where the icon of a category's primary is found.
func CategoryIconURL(c models.PersonalFinance) string {
	return "https://plaid-category-icons.plaid.com/PFC_" + c.Primary + ".png"
}

// Counterparty maps a counterparty to Plaid's.
func Counterparty(c models.Counterparty) plaid.TransactionCounterparty {
	return plaid.TransactionCounterparty{
		Name: c.Name, Type: c.Type,
		ConfidenceLevel: optOrNull(c.Confidence),
		EntityID:        optOrNull(c.EntityID),
		LogoURL:         wire.NilIfEmpty(c.LogoURL),
		Website:         wire.NilIfEmpty(c.Website),
	}
}

// transactionType is the older and coarser form of the payment channel.
func transactionType(channel string) string {
	switch channel {
	case "online":
		return "digital"
	case "in store":
		return "place"
	default:
		return "special"
	}
}

// Location maps a place to Plaid's.
func Location(l models.Location) plaid.Location {
	return plaid.Location{
		Address: wire.NilIfEmpty(l.Address), City: wire.NilIfEmpty(l.City), Region: wire.NilIfEmpty(l.Region),
		PostalCode: wire.NilIfEmpty(l.PostalCode), Country: wire.NilIfEmpty(l.Country),
		StoreNumber: wire.NilIfEmpty(l.StoreNumber), Lat: l.Lat, Lon: l.Lon,
	}
}

func wirePayment(p models.PaymentMeta) plaid.PaymentMeta {
	return plaid.PaymentMeta{
		ByOrderOf: wire.NilIfEmpty(p.ByOrderOf), Payee: wire.NilIfEmpty(p.Payee), Payer: wire.NilIfEmpty(p.Payer),
		PaymentMethod: wire.NilIfEmpty(p.Method), PaymentProcessor: wire.NilIfEmpty(p.Processor),
		PpdID: wire.NilIfEmpty(p.PPDID), Reason: wire.NilIfEmpty(p.Reason), ReferenceNumber: wire.NilIfEmpty(p.ReferenceNumber),
	}
}

// optOrNull is s, or null where it is empty.
func optOrNull(s string) wire.Opt[string] { return wire.OrNull(wire.NilIfEmpty(s)) }

// timeOrNull reads an RFC 3339 text that an adapter wrote; what it can't read is null.
func timeOrNull(s string) *time.Time {
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return nil
	}
	return &t
}
