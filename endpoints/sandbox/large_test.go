package sandbox_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
)

// TestLargeCustomUser makes a custom user that no ordinary request has room for.
func TestLargeCustomUser(t *testing.T) {
	s := serve(t, apitest.Options{})
	const rows = 9000
	var user strings.Builder
	user.WriteString(`{"override_accounts":[{"type":"depository","subtype":"checking","transactions":[`)
	for i := range rows {
		if i > 0 {
			user.WriteByte(',')
		}
		day := models.DateOf(s.Now()).AddDays(-1 - i%700)
		fmt.Fprintf(&user, `{"date_transacted":%q,"date_posted":%q,"amount":1.5,"description":"%d","currency":"USD"}`, day, day, i)
	}
	user.WriteString(`]}]}`)
	password, err := json.Marshal(user.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(password) < api.MaxBody {
		t.Fatalf("%d bytes are no large request", len(password))
	}
	a := s.Post("/sandbox/public_token/create", `"institution_id":"ins_109508","initial_products":["transactions"],
		"options":{"override_username":"user_custom","override_password":`+string(password)+`}`).OK()
	h := linked(t, s, a)
	got := 0
	for _, v := range h.Transactions.Views {
		got += v.Rows
	}
	if got != rows {
		t.Errorf("%d transactions, want %d", got, rows)
	}
}
