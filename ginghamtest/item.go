package ginghamtest

import "time"

// Login says whose Item to link. The zero value is user_good at First Platypus
// Bank, with auth and transactions.
type Login struct {
	// Institution is an institution_id. Default: ins_109508.
	Institution string
	// Username and Password are of a test user. Default: user_good, pass_good. Any
	// user but user_good takes any password.
	Username, Password string
	// Products are those to start with. Default: auth and transactions.
	Products []string
	// Webhook is where its webhooks go. Default: the recorder.
	Webhook string
}

// Item is a linked Item.
type Item struct {
	AccessToken, ItemID string
}

// Link links an Item and exchanges its public token, as an app would.
func (s *Server) Link(l Login) Item {
	s.t.Helper()
	if l.Institution == "" {
		l.Institution = "ins_109508"
	}
	if l.Username == "" {
		l.Username = "user_good"
	}
	if l.Password == "" {
		l.Password = "pass_good"
	}
	if l.Products == nil {
		l.Products = []string{"auth", "transactions"}
	}
	if l.Webhook == "" {
		l.Webhook = s.Webhooks.URL
	}
	public := s.Post("/sandbox/public_token/create", map[string]any{
		"institution_id": l.Institution, "initial_products": l.Products,
		"options": map[string]any{"override_username": l.Username, "override_password": l.Password, "webhook": l.Webhook},
	})["public_token"]
	answer := s.Post("/item/public_token/exchange", map[string]any{"public_token": public})
	return Item{AccessToken: answer["access_token"].(string), ItemID: answer["item_id"].(string)}
}

// Fault is something to go wrong. Exactly one of what happens is to be set, or
// Latency besides another.
type Fault struct {
	// Route is a path as "/transactions/sync", "*" for any, or "upstream" for
	// what an Item's institution answers when it is asked for fresh data.
	Route string
	// AccessToken limits it to one Item, Count to so many times. Default: all, always.
	AccessToken string
	Count       int
	// Probability is between 0 and 1. Default: 1.
	Probability float64

	// ErrorCode is answered in place of everything, as "ITEM_LOGIN_REQUIRED".
	ErrorCode string
	// Latency is waited first, on the machine's clock.
	Latency time.Duration
	// Drop does the work and closes the connection without an answer; Truncate
	// sends half of the answer.
	Drop, Truncate bool
}

// Fault has something go wrong from now on. It returns a function that ends it.
func (s *Server) Fault(f Fault) (remove func()) {
	s.t.Helper()
	body := map[string]any{"route": f.Route}
	for key, v := range map[string]struct {
		set   bool
		value any
	}{
		"access_token":    {f.AccessToken != "", f.AccessToken},
		"count":           {f.Count != 0, f.Count},
		"probability":     {f.Probability != 0, f.Probability},
		"error_code":      {f.ErrorCode != "", f.ErrorCode},
		"latency_seconds": {f.Latency != 0, f.Latency.Seconds()},
		"drop":            {f.Drop, f.Drop},
		"truncate":        {f.Truncate, f.Truncate},
	} {
		if v.set {
			body[key] = v.value
		}
	}
	id := s.Post("/gingham/faults/create", body)["fault_id"]
	return func() {
		s.t.Helper()
		s.Post("/gingham/faults/remove", map[string]any{"fault_id": id})
	}
}

// Transaction is a row to be added to an Item.
type Transaction struct {
	AccountID string
	// Amount is in the account's currency, positive for money that leaves the account.
	Amount      float64
	Description string
	// Date is the day it was made, Posted the day from which on it is no longer
	// pending, both as 2026-01-31. Defaults: today, Date.
	Date, Posted string
}

// AddTransactions has an Item's institution know of transactions. The next
// /transactions/sync has them, and webhooks tell of them.
func (s *Server) AddTransactions(item Item, list ...Transaction) {
	s.t.Helper()
	rows := make([]map[string]any, len(list))
	for i, t := range list {
		if t.Date == "" {
			t.Date = s.Now().Format(time.DateOnly)
		}
		rows[i] = map[string]any{
			"account_id": t.AccountID, "amount": t.Amount, "description": t.Description, "date_transacted": t.Date,
		}
		if t.Posted != "" {
			rows[i]["date_posted"] = t.Posted
		}
	}
	s.Post("/gingham/transactions/add", map[string]any{"access_token": item.AccessToken, "transactions": rows})
}
