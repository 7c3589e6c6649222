package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// show is v as JSON, for comparing and for messages.
func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v: %v", v, err)
	}
	return string(b)
}

// amount is a pointer to an exact decimal.
func amount(s string) *models.Decimal {
	d := decimal.RequireFromString(s)
	return &d
}

// plainHead is the least that an Item is.
func plainHead(client models.ClientID, id models.ItemID) *store.Head {
	return &store.Head{ID: id, Client: client, Seq: 1, Commit: "first-of-" + string(id), Provider: "sandbox"}
}

// fullHead is an Item with every field set to something that a careless store loses:
// amounts beyond a float's digits, zero amounts beside unknown ones, texts outside ASCII.
func fullHead(client models.ClientID, id models.ItemID) *store.Head {
	h := plainHead(client, id)
	h.Due = at(60)
	h.Item = models.Item{
		Institution:         "ins_1",
		InstitutionName:     "Crédit <Ginkgo> & Söhne 銀行",
		Products:            []models.Product{models.ProductAuth, models.ProductTransactions},
		Available:           []models.Product{models.ProductIdentity},
		Consented:           []models.Product{models.ProductAuth},
		Webhook:             "https://example.com/hook?a=1&b=2",
		UpdateType:          "background",
		CreatedAt:           at(1),
		Shared:              []string{"a", "b"},
		Offered:             []string{"a", "b", "c"},
		ConsentExpiresAt:    at(2),
		ConsentWarned:       true,
		LoginExpiresAt:      at(10),
		NextChange:          at(11).Add(12 * time.Millisecond),
		Failures:            3,
		Nudges:              2,
		Asked:               models.Asked{Day: "2026-11-21", Times: 3},
		Unclaimed:           true,
		ClaimedAt:           at(16),
		RecurringArmed:      true,
		RemovedAt:           at(13),
		HistoryEnd:          "2025-02-28",
		Error:               &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: at(3), Reason: "x"},
		TransactionsUpdated: models.UpdateStatus{LastSuccess: at(4), LastFailure: at(5)},
		InvestmentsUpdated:  models.UpdateStatus{LastSuccess: at(6), LastFailure: at(17)},
		LastWebhook:         &models.WebhookSent{At: at(7), Code: "SYNC_UPDATES_AVAILABLE"},
		SyncArmed:           true,
		DaysRequested:       730,
		UserID:              "user-1",
		Statements:          []models.Month{"2023-11", "2024-01"},
	}
	h.Accounts = []models.Account{
		{
			Key: "k1", ID: "acc-1", Name: "Plaid Checking", OfficialName: "Gold", Mask: "0000", Type: models.Depository,
			Subtype: "checking", Holder: "personal", Verification: "automatically_verified", PersistentID: "p",
			Balances: models.Balance{
				Current: amount("12345678901234567890.123456789"), Available: amount("0"), Limit: nil,
				Currency: models.USD(), LastUpdated: "2025-03-01T12:00:00Z",
			},
		},
		{
			Key: "k2", ID: "acc-2", Name: "Bitcoin", Type: models.Investment,
			Balances: models.Balance{Current: amount("-0.000000000000000001"), Limit: amount("2000"), Currency: models.Currency{Unofficial: "BTC"}},
		},
	}
	h.Transactions = store.TransactionLog{
		Seq: 1, InitialAt: at(8), HistoricalAt: at(9), InitialDue: at(14), HistoricalDue: at(15),
		Streams:  map[models.AccountID]string{"acc-1": "0a1b", "acc-2": "2c3d"},
		Accounts: []models.AccountID{"acc-1", "acc-2"},
		Views: []store.ViewRef{
			{Block: "b1", First: "2025-02-28", Last: "2025-01-01", Rows: 512, PerAccount: []int{500, 12}},
			{Block: "b2", First: "2024-12-31", Last: "2024-01-01", Rows: 3, PerAccount: []int{0, 3}},
		},
		Changes: []store.ChangeRef{{Block: "b3", From: 1, To: 1, Rows: 515}},
	}
	h.Parts = map[string]store.BlockID{"identity": "b4"}
	return h
}

// fullBlocks are the blocks that fullHead refers to.
func fullBlocks(client models.ClientID, id models.ItemID) []store.Block {
	var blocks []store.Block
	for i, b := range []store.BlockID{"b1", "b2", "b3", "b4"} {
		blocks = append(blocks, block(client, id, b, i, strings.Repeat(string(b), i*100)))
	}
	return blocks
}

// block is a block made n seconds after start.
func block(client models.ClientID, it models.ItemID, id store.BlockID, n int, data string) store.Block {
	return store.Block{ID: id, Item: it, Client: client, CreatedAt: at(n), Data: []byte(data)}
}

// event is an event with a body that a JSON encoder would not have written so.
func event(id string, n int) store.Event {
	return store.Event{
		ID: id, Type: "TRANSACTIONS", Code: "SYNC_UPDATES_AVAILABLE", URL: "https://example.com/?a=1&b=2",
		Body: json.RawMessage(`{"webhook_type": "<TRANSACTIONS>",  "n":1.50}`), At: at(n),
	}
}

// eventIDs are the ids of events.
func eventIDs(events []store.Event) []string {
	ids := make([]string, 0, len(events))
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids
}

// delivery is a waiting delivery of event id, due n seconds after start.
func delivery(client models.ClientID, id string, n int) store.Delivery {
	return store.Delivery{
		Event: event(id, n), Client: client, Item: item, Receiver: "https://example.com:443", State: store.Waiting, NextAt: at(n),
	}
}

// inState is d in a state.
func inState(d store.Delivery, state store.DeliveryState) store.Delivery {
	d.State = state
	return d
}

// deliveryTo is a delivery to another receiver.
func deliveryTo(receiver, id string, n int) store.Delivery {
	d := delivery(alice, id, n)
	d.Receiver = receiver
	return d
}

// fullDelivery is a delivery with every field set, and times to the millisecond.
func fullDelivery(client models.ClientID, id string) store.Delivery {
	d := delivery(client, id, 1)
	d.NextAt = at(2).Add(3 * time.Millisecond)
	d.Attempts, d.Owner = 4, "w"
	d.Tries = []store.Try{
		{At: at(5).Add(6 * time.Millisecond), Status: 503, Error: "Service <Unavailable>", Took: 7*time.Second + 8*time.Nanosecond},
		{At: at(9), Error: "no answer in 10 s", Took: 10 * time.Second},
	}
	d.ExpiresAt = at(11).Add(12 * time.Millisecond)
	return d
}

// deliveryIDs are the ids of deliveries.
func deliveryIDs(deliveries []store.Delivery) []string {
	ids := make([]string, 0, len(deliveries))
	for _, d := range deliveries {
		ids = append(ids, d.Event.ID)
	}
	return ids
}

// fullRecord is a record with every field set, a body that a JSON encoder would not
// have written so, and times to the millisecond.
func fullRecord(client models.ClientID, id string) store.Record {
	return store.Record{
		Kind: "link", ID: id, Client: client, Rev: 7, Body: []byte(`{"a":  "<é>", "n": 1.0}`),
		ExpiresAt: at(30).Add(2 * time.Millisecond), Due: at(20).Add(3 * time.Millisecond),
	}
}

// accessToken is a token of a client's.
func accessToken(client models.ClientID, hash string) store.Token {
	return store.Token{Hash: hash, Client: client, Kind: store.AccessToken, Item: item, CreatedAt: at(0)}
}
