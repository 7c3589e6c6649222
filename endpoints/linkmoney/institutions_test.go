package linkmoney_test

import (
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

// TestStatus shows how institutions fare, and to whom it is told.
func TestStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	generic := w.token(apitest.Client)
	for id, want := range map[string]struct {
		status, interval     string
		success, institution float64
	}{
		"ins_109508": {"HEALTHY", "NORMAL", 1, 0},
		"ins_132361": {"DOWN", "STOPPED", 0, 1},
		"ins_132363": {"DEGRADED", "DELAYED", 0.7, 0.3},
	} {
		got := w.with(generic, "/institutions/get_by_id", `{"institution_id":"`+id+`"}`).ok()
		for _, kind := range []string{
			"item_logins", "transactions_updates", "auth", "balance", "identity", "investments", "investments_updates", "liabilities", "liabilities_updates",
		} {
			at := "institution.status." + kind
			if got.text(at+".status") != want.status || got.at(at+".breakdown.success") != want.success ||
				got.at(at+".breakdown.error_institution") != want.institution ||
				got.at(at+".breakdown.error_link_money") != 0.0 || got.at(at+".breakdown.error_plaid") != 0.0 {
				t.Errorf("%s: %s is %v", id, kind, got.at(at))
			}
		}
		if interval := got.text("institution.status.transactions_updates.breakdown.refresh_interval"); interval != want.interval {
			t.Errorf("%s: refreshed %s", id, interval)
		}
		if _, ok := got.at("institution.status.auth.breakdown").(map[string]any)["refresh_interval"]; ok {
			t.Errorf("%s: logins are refreshed", id)
		}
	}
	// Plaid's clients are told in Plaid's words, and only if they ask.
	const asked = `"institution_id":"ins_109508","country_codes":["US"]`
	got := w.Post("/institutions/get_by_id", asked+`,"options":{"include_status":true}`).OK()
	if b, _ := got.At("institution.status.auth.breakdown").(map[string]any); b["success"] != 1.0 || b["error_plaid"] != 0.0 || len(b) != 3 {
		t.Errorf("Plaid's client is told %v", b)
	}
	if _, ok := w.Post("/institutions/get_by_id", asked).OK().At("institution").(map[string]any)["status"]; ok {
		t.Error("Plaid's client is told without asking")
	}
}
