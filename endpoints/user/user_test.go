package user_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

var (
	userNotFound = apitest.Failure{
		Type: "USER_ERROR", Code: "USER_NOT_FOUND",
		Message: "The User you requested cannot be found. This User does not exist or has had access removed by the user.",
	}
	invalidToken = apitest.InvalidInput("INVALID_USER_TOKEN", "could not find matching user token")
	emptyID      = apitest.InvalidInput("INVALID_USER_ID", "user.user_id must be a non-empty string")
)

const unknownToken = "user-sandbox-11111111-2222-3333-4444-555555555555"

// TestLife follows a user from creation to removal.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.user("u1")
	if !regexp.MustCompile(`^usr_\w{14}$`).MatchString(id) {
		t.Errorf("user_id %q", id)
	}
	if !regexp.MustCompile(`^user-sandbox-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(token) {
		t.Errorf("user_token %q", token)
	}
	a := w.Post(get, byID(id)).OK()
	if a.Text("client_user_id") != "u1" || a.Text("created_at") != w.Now().Format(time.RFC3339) {
		t.Errorf("%s", a.Body)
	}
	if who, ok := a.Fields["identity"]; !ok || who != nil {
		t.Errorf("%s", a.Body)
	}
	if _, ok := a.Fields["updated_at"]; ok {
		t.Errorf("never updated: %s", a.Body)
	}

	// Again: the same user, whom the request does not change.
	w.Advance(time.Hour)
	again, same := w.user("u1")
	newer := w.Post(create, `"client_user_id":"u1","identity":{"date_of_birth":"1988-07-22"}`).OK()
	if again != id || same != token || newer.Text("user_id") != id {
		t.Errorf("%q %q and %s are of another user", again, same, newer.Body)
	}
	sameBytes(t, w.Post(get, byID(id)), a)
	if other, _ := w.user("U1"); other == id {
		t.Error("two names of one user")
	}

	w.Post(update, byToken(token)+`,"identity":{"name":{"given_name":"Ann","family_name":"Lee"}}`).OK()
	a = w.Post(get, byID(id)).OK()
	if a.Text("identity.name.given_name") != "Ann" || a.Text("updated_at") != w.Now().Format(time.RFC3339) ||
		a.Text("created_at") != apitest.Start.Format(time.RFC3339) {
		t.Errorf("%s", a.Body)
	}

	w.Post(remove, byID(id)).OK()
	w.Post(get, byID(id)).Is(userNotFound)
	w.Post(itemsGet, byToken(token)).Is(invalidToken)
	w.Post(remove, byID(id)).Is(userNotFound)
	fresh, freshToken := w.user("u1")
	if fresh == id || freshToken == token {
		t.Error("a removed user is back")
	}
	a = w.Post(get, byID(fresh)).OK()
	if a.Text("created_at") != w.Now().Format(time.RFC3339) || a.At("identity") != nil {
		t.Errorf("%s", a.Body)
	}
	w.Post(get, byID(id)).Is(userNotFound)

	// The record lives on, though it was to be swept.
	if _, err := w.Store.SweepExpired(t.Context(), w.Now().Add(1000*time.Hour), 100); err != nil {
		t.Fatal(err)
	}
	sameBytes(t, w.Post(get, byID(fresh)), a)
}

// TestBothKinds checks who gets a user_token: every app but those that show that they
// are of the newer kind.
func TestBothKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for members, wants := range map[string]bool{
		``:                                 true,
		`,"identity":null`:                 true,
		`,"with_upgraded_user":false`:      true,
		`,"end_customer":"c"`:              true,
		`,"with_upgraded_user":true`:       false,
		`,"identity":{}`:                   false,
		`,` + consumerReport(`"a@b.test"`): true,
		`,"with_upgraded_user":true,` + consumerReport(`"a@b.test"`): false,
	} {
		a := w.Post(create, `"client_user_id":"u"`+members).OK()
		if _, ok := a.Fields["user_token"]; ok != wants {
			t.Errorf("%s: %s", members, a.Body)
		}
	}
}

func consumerReport(emails string) string {
	return `"consumer_report_user_identity":{"date_of_birth":null,"emails":[` + emails + `],"first_name":"Ann","last_name":"Lee",` +
		`"phone_numbers":["+15551234567"],"primary_address":{"city":null,"country":"US","postal_code":null,"region":null,"street":"1 Main St"}}`
}

func TestErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.user("u1")
	otherID, otherToken := w.user("u2")
	foreign := w.PostAs(apitest.Stranger, create, `"client_user_id":"u1"`).OK()
	foreignID, foreignToken := foreign.Text("user_id"), foreign.Text("user_token")
	if foreignID == id || foreignToken == token {
		t.Fatal("two clients share a user")
	}
	unknown := map[string]apitest.Failure{
		byID("usr_0"): userNotFound, byID(foreignID): userNotFound, byID(token): userNotFound, byID("u1"): userNotFound,
		byID(strings.ToUpper(id)): userNotFound, byID(id + " "): userNotFound, byID(""): emptyID,
	}
	bad := map[string]apitest.Failure{
		``: apitest.MissingFields("user_id"), `"user_id":null,"user_token":null`: apitest.MissingFields("user_id"),
		byToken(""):           apitest.InvalidField("user_token must be a non-empty string"),
		byToken("x"):          invalidToken,
		byToken(unknownToken): invalidToken,
		byToken(foreignToken): invalidToken,
		byToken(id):           invalidToken,
		byToken(strings.Replace(token, "sandbox", "production", 1)): invalidToken,
		byToken(token) + "," + byID(otherID):                        apitest.InvalidField("user_id and user_token must be of the same user"),
		byToken(token) + "," + byID(foreignID):                      userNotFound,
		byToken(foreignToken) + "," + byID(id):                      invalidToken,
		byToken(token) + "," + byID(""):                             emptyID,
	}
	for members, want := range unknown {
		w.Post(get, members).Is(want)
		bad[members] = want
	}
	w.Post(get, ``).Is(apitest.MissingFields("user_id"))
	for members, want := range bad {
		for _, path := range []string{update, remove, itemsGet} {
			w.Post(path, members).Is(want)
		}
	}
	for _, path := range []string{update, itemsGet, remove} {
		sameBytes(t, w.Post(path, byToken(foreignToken)), w.Post(path, byToken(unknownToken)))
		sameBytes(t, w.Post(path, byID(foreignID)), w.Post(path, byID("usr_00000000000000")))
	}
	sameBytes(t, w.Post(get, byID(foreignID)), w.Post(get, byID("usr_00000000000000")))

	long := strings.Repeat("é", 128)
	w.Post(create, `"client_user_id":"`+long+`"`).OK()
	for members, want := range map[string]apitest.Failure{
		``:                                 apitest.MissingFields("client_user_id"),
		`"client_user_id":""`:              apitest.InvalidField("client_user_id must be a non-empty string"),
		`"client_user_id":"` + long + `x"`: apitest.InvalidField("client_user_id must have at most 128 characters"),
		`"client_user_id":"u","user_id":"x"`: {
			Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS", Message: "the following fields are not recognized by this endpoint: user_id",
		},
	} {
		w.Post(create, members).Is(want)
	}

	// None of it did anything to anybody.
	for _, members := range []string{byID(id), byToken(token), byID(otherID), byToken(otherToken), byID(id) + "," + byToken(token)} {
		if got := w.items(members); len(got) != 0 {
			t.Errorf("%q", got)
		}
	}
	w.PostAs(apitest.Stranger, get, byID(foreignID)).OK()
}

// TestItems checks that Items are listed in the order in which they were linked, in any
// state, as /item/get has them.
func TestItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, token := w.user("u1")
	other, _ := w.user("u2")
	tokens := []string{w.link(byID(id)), w.link(byToken(token)), w.link(byID(id) + "," + byToken(token))}
	theirs := w.link(byID(other))
	nobodys := w.link(`"user_id":null`)
	var ids []string
	for _, token := range tokens {
		ids = append(ids, w.Post("/item/get", access(token)).OK().Text("item.item_id"))
	}
	w.Post("/sandbox/item/reset_login", access(tokens[1])).OK()
	if got := w.items(byID(id)); !slices.Equal(got, ids) {
		t.Errorf("%q, want %q", got, ids)
	}
	list := w.Post(itemsGet, byToken(token)).OK().At("items").([]any)
	for i, token := range tokens {
		got, want := list[i].(map[string]any), w.Post("/item/get", access(token)).OK().At("item").(map[string]any)
		for _, key := range []string{"item_id", "institution_id", "institution_name", "update_type", "webhook"} {
			if got[key] != want[key] {
				t.Errorf("%s is %v, want %v", key, got[key], want[key])
			}
		}
		if failed := got["error"] != nil; failed != (i == 1) {
			t.Errorf("item %d has the error %v", i, got["error"])
		}
	}
	w.Post("/item/remove", access(tokens[0])).OK()
	if got := w.items(byID(id)); !slices.Equal(got, ids[1:]) {
		t.Errorf("%q, want %q", got, ids[1:])
	}

	// His end is theirs, and nobody else's.
	w.Post(remove, byToken(token)).OK()
	for _, token := range tokens {
		w.Post("/item/get", access(token)).Is(apitest.ItemNotFound)
	}
	w.Post("/item/get", access(theirs)).OK()
	w.Post("/item/get", access(nobodys)).OK()
	if got := w.items(byID(other)); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
