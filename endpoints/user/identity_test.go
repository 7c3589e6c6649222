package user_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

const whole = `{"name":{"given_name":"Zelda","family_name":"Quux"},"date_of_birth":"1988-07-22",` +
	`"emails":[{"data":"zelda@quux.test","primary":true},{"data":"z.q@work.test","primary":false}],` +
	`"phone_numbers":[{"data":"+1 (555) 123-4567","primary":true},{"data":"555.987.6543","primary":false},{"data":"1-555-222-3333","primary":false},{"data":"+442071838750","primary":false}],` +
	`"addresses":[{"street_1":"123 Plover St","street_2":null,"city":"Anytown","region":"CA","country":"US","postal_code":"90210","primary":true},{"country":"GB","primary":false}],` +
	`"id_numbers":[{"value":"98761234","type":"us_ssn_last_4"}]}`

// kept is how whole is answered.
const kept = `{"name":{"given_name":"Zelda","family_name":"Quux"},"date_of_birth":"1988-07-22",` +
	`"emails":[{"data":"zelda@quux.test","primary":true},{"data":"z.q@work.test","primary":false}],` +
	`"phone_numbers":[{"data":"+15551234567","primary":true},{"data":"+15559876543","primary":false},{"data":"+15552223333","primary":false},{"data":"+442071838750","primary":false}],` +
	`"addresses":[{"street_1":"123 Plover St","street_2":null,"city":"Anytown","region":"CA","country":"US","postal_code":"90210","primary":true},` +
	`{"street_1":null,"street_2":null,"city":null,"region":null,"country":"GB","postal_code":null,"primary":false}],` +
	`"id_numbers":[{"value":"98761234","type":"us_ssn_last_4"}]}`

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var v map[string]any
	must(t, json.Unmarshal([]byte(text), &v))
	return v
}

// TestIdentity checks that what is given replaces what was there, and the rest stays.
func TestIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Post(create, `"client_user_id":"u1","identity":`+whole).OK().Text("user_id")
	want := parse(t, kept)
	is := func() {
		t.Helper()
		if got := w.Post(get, byID(id)).OK().At("identity"); !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%v, want\n%v", got, want)
		}
	}
	is()
	const newName = `{"given_name":"Ann","family_name":""}`
	for _, step := range []struct{ given, key, becomes string }{
		{`{}`, "", ""},
		{`{"name":` + newName + `}`, "name", newName},
		{`{"date_of_birth":"2000-02-29"}`, "date_of_birth", `"2000-02-29"`},
		{`{"emails":[{"data":"a@b.test","primary":true}]}`, "emails", `[{"data":"a@b.test","primary":true}]`},
		{`{"emails":null,"phone_numbers":null,"addresses":null,"id_numbers":null}`, "", ""},
		{`{"phone_numbers":[{"data":"+498912345678","primary":true}]}`, "phone_numbers", `[{"data":"+498912345678","primary":true}]`},
		{`{"addresses":[]}`, "addresses", `[]`},
		{`{"id_numbers":[]}`, "id_numbers", `[]`},
		{`{"name":null}`, "name", `null`},
		{`{"date_of_birth":null}`, "date_of_birth", `null`},
	} {
		w.Post(update, byID(id)+`,"identity":`+step.given).OK()
		if step.key != "" {
			want[step.key] = parse(t, `{"v":`+step.becomes+`}`)["v"]
		}
		is()
	}
	w.Post(update, byID(id)).OK()
	w.Post(update, byID(id)+`,"identity":null,`+consumerReport(`"a@b.test"`)).OK()
	is()
}

func TestIdentityErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.user("u1")
	invalid := func(message string) apitest.Failure {
		return apitest.Failure{Type: "USER_ERROR", Code: "INVALID_USER_IDENTITY_DATA", Message: message, Status: http.StatusForbidden}
	}
	email, phone := invalid("Invalid email format."), invalid("Invalid phone number format.")
	tests := map[string]apitest.Failure{
		`"identity":[]`:                                  apitest.InvalidField("identity must be an object"),
		`"identity":{"name":{}}`:                         apitest.MissingFields("identity.name.family_name, identity.name.given_name"),
		`"identity":{"emails":[{}]}`:                     apitest.MissingFields("identity.emails.0.data, identity.emails.0.primary"),
		`"identity":{"addresses":[{}]}`:                  apitest.MissingFields("identity.addresses.0.country, identity.addresses.0.primary"),
		`"identity":{"date_of_birth":"1988-02-30"}`:      apitest.InvalidField("identity.date_of_birth must be a properly formatted date (YYYY-MM-DD)"),
		`"consumer_report_user_identity":{}`:             apitest.MissingFields("consumer_report_user_identity.date_of_birth, consumer_report_user_identity.emails, consumer_report_user_identity.first_name, consumer_report_user_identity.last_name, consumer_report_user_identity.phone_numbers, consumer_report_user_identity.primary_address"),
		consumerReport(`"Ann <a@b.test>"`):               email,
		strings.Replace(consumerReport(``), "+", "x", 1): phone,
	}
	for _, bad := range []string{"", "a", "a@", "@b.test", "a b@c.test", " a@b.test", "Ann <a@b.test>"} {
		tests[`"identity":{"emails":[{"data":"ok@b.test","primary":true},{"data":"`+bad+`","primary":true}]}`] = email
	}
	for _, bad := range []string{"", "+", "12345", "+1234567", "+1234567890123456", "0155512345", "555123456a", "25551234567", "++15551234567"} {
		tests[`"identity":{"phone_numbers":[{"data":"`+bad+`","primary":true}]}`] = phone
	}
	for members, want := range tests {
		w.Post(create, `"client_user_id":"u2",`+members).Is(want)
		w.Post(update, byID(id)+","+members).Is(want)
		// What is wrong with a value is told before whose user it is.
		w.Post(update, byID("usr_0")+","+members).Is(want)
	}
	if a := w.Post(get, byID(id)).OK(); a.At("identity") != nil || a.Fields["updated_at"] != nil {
		t.Errorf("%s", a.Body)
	}
}

// TestSealed looks for what is nobody's business in everything that was ever written, and
// at what opens only where it belongs.
func TestSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.Post(create, `"client_user_id":"zelda-7781","identity":`+whole).OK()
	id := a.Text("user_id")
	_, token := w.user("zelda-7781")
	w.Post(create, `"client_user_id":"second-7782",`+consumerReport(`"hidden@quux.test"`)).OK()
	w.Post(update, byID(id)+`,"identity":{"name":{"given_name":"Yolanda","family_name":"Quux"}}`).OK()
	w.link(byToken(token))
	seen := 0
	for _, r := range w.store.written {
		if r.Kind == "user" {
			seen++
		}
		text := append([]byte(r.Kind+" "+r.ID+" "), r.Body...)
		for _, secret := range []string{
			"zelda", "Zelda", "Yolanda", "uux", "1988", "5551234567", "Plover", "90210", "98761234", "us_ssn", "7781", "7782",
			"hidden", "Main St", token, strings.TrimPrefix(token, "user-sandbox-"),
		} {
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s is in %s", secret, text)
			}
		}
	}
	if seen < 3 {
		t.Errorf("only %d records of users were looked at", seen)
	}

	// A profile that was moved to another user's record does not open there.
	one, err := w.Store.Record(t.Context(), apitest.Client, "user", w.Tokens.EndUserRecord(apitest.Client, "zelda-7781"))
	must(t, err)
	two, err := w.Store.Record(t.Context(), apitest.Client, "user", w.Tokens.EndUserRecord(apitest.Client, "second-7782"))
	must(t, err)
	sealed := parse(t, string(one.Body))["sealed"].(string)
	second := parse(t, string(two.Body))
	two.Body = bytes.Replace(two.Body, []byte(second["sealed"].(string)), []byte(sealed), 1)
	must(t, w.Store.UpdateRecord(t.Context(), two))
	w.Post(get, byID(second["user_id"].(string))).Is(apitest.Failure{
		Type: "API_ERROR", Code: "INTERNAL_SERVER_ERROR", Message: "an unexpected error occurred", Status: http.StatusInternalServerError,
	})
}
