package conformance

import (
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// TestUsers follows a user from its making, by way of two Items, to its end.
func TestUsers(t *testing.T) {
	t.Parallel()
	who := caller.Object{"client_user_id": "conformance " + t.Name()}
	made := call(t, "/user/create", who)
	again := call(t, "/user/create", who)
	if made["user_id"] != again["user_id"] || made["user_token"] != again["user_token"] {
		t.Errorf("made once as %v and once as %v", made, again)
	}
	user := caller.Object{"user_id": made["user_id"]}
	call(t, "/user/update", caller.Object{
		"user_id": made["user_id"], "identity": caller.Object{"name": caller.Object{"given_name": "Ada", "family_name": "Lovelace"}},
	})
	if got := call(t, "/user/get", user); got["client_user_id"] != who["client_user_id"] {
		t.Errorf("/user/get has %v", got)
	}
	var items []string
	for _, owner := range []caller.Object{user, {"user_token": made["user_token"]}} {
		request := caller.Object{"institution_id": "ins_109508", "initial_products": []string{"transactions"}}
		for name, value := range owner {
			request[name] = value
		}
		public := call(t, "/sandbox/public_token/create", request)["public_token"].(string)
		_, item, err := app.Exchange(t.Context(), public)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	listed, _ := call(t, "/user/items/get", user)["items"].([]any)
	if len(listed) != 2 {
		t.Fatalf("the user has %v", listed)
	}
	for i, it := range listed {
		if it.(caller.Object)["item_id"] != items[i] {
			t.Errorf("Item %d is %v, want %s", i, it, items[i])
		}
	}
	call(t, "/user/remove", user)
	refused(t, "/user/get", user, caller.Error{
		Status: 400, Type: "USER_ERROR", Code: "USER_NOT_FOUND",
		Message: "The User you requested cannot be found. This User does not exist or has had access removed by the user.",
	})
}
