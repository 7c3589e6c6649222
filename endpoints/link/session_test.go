package link_test

import (
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
)

// remember keeps a session of a link token, as Link's pages do.
func remember(t *testing.T, s *apitest.Server, text string, session *linksession.Session) {
	t.Helper()
	sessions := linksession.New(s.Store, s.Tokens)
	token, err := sessions.Token(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	session.Client, session.Token = token.Client, token.ID()
	if err := sessions.Create(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if err := sessions.Begin(t.Context(), session); err != nil {
		t.Fatal(err)
	}
}

var platypus = linksession.Institution{ID: "ins_109508", Name: "First Platypus Bank"}

// carriedThrough is a session in which an Item was linked.
func carriedThrough(id string, start time.Time) *linksession.Session {
	return &linksession.Session{
		ID: id, StartedAt: start, FinishedAt: start.Add(time.Minute), Deadline: start.Add(time.Minute),
		Events: []linksession.Event{
			{ID: "11111111-2222-4333-8444-555555555555", Name: "OPEN", At: start, Metadata: linksession.Metadata{RequestID: "A", UpdateMode: "false"}},
			{ID: "21111111-2222-4333-8444-555555555555", Name: "SUBMIT_MFA", At: start.Add(time.Second), Metadata: linksession.Metadata{
				RequestID: "B", InstitutionID: "ins_109508", InstitutionName: "First Platypus Bank", MFAType: "code",
			}},
		},
		Results: []linksession.Result{{
			PublicToken: "public-sandbox-11111111-2222-3333-4444-555555555555", Item: "item", Institution: platypus,
			Accounts: []linksession.Account{
				{ID: "a", Name: "Checking", Mask: "0000", Type: "depository", Subtype: "checking", Verification: "automatically_verified"},
				{ID: "b", Name: "Savings", Type: "depository", Subtype: "savings"},
			},
		}},
	}
}

func TestSessions(t *testing.T) {
	s := serve(t, apitest.Options{})
	token := s.Post(create, withAuth(``)).OK().Text("link_token")
	body := `"link_token":"` + token + `"`
	remember(t, s, token, carriedThrough("a1111111-2222-4333-8444-555555555555", s.Now()))
	s.Post(get, body).Golden("get_success")

	left := s.Post(create, withAuth(``)).OK().Text("link_token")
	exit := &linksession.Session{
		ID: "b1111111-2222-4333-8444-555555555555", StartedAt: s.Now(), Deadline: s.Now(), FinishedAt: s.Now(),
		Exit: &linksession.Exit{
			Failure:     &linksession.Failure{Type: "ITEM_ERROR", Code: "INVALID_CREDENTIALS", Message: "the provided credentials were not correct", Display: "Try again."},
			Institution: &platypus, Status: "requires_credentials", RequestID: "C",
		},
	}
	remember(t, s, left, exit)
	// One more, that goes on: the newest comes first.
	remember(t, s, left, &linksession.Session{ID: "c1111111-2222-4333-8444-555555555555", StartedAt: s.Now(), Deadline: s.Now().Add(time.Minute)})
	s.Post(get, `"link_token":"`+left+`"`).Golden("get_exit")
	s.PostAs(apitest.Stranger, get, body).Is(invalidToken)
}

// TestSessionsOfSeveral checks that what can't be told by the old names isn't.
func TestSessionsOfSeveral(t *testing.T) {
	s := serve(t, apitest.Options{})
	token := s.Post(create, withAuth(`"enable_multi_item_link":true`)).OK().Text("link_token")
	session := carriedThrough("a1111111-2222-4333-8444-555555555555", s.Now())
	session.Results = append(session.Results, session.Results[0])
	remember(t, s, token, session)
	list := s.Post(get, `"link_token":"`+token+`"`).OK().At("link_sessions").([]any)
	first := list[0].(map[string]any)
	if first["on_success"] != nil || len(first["results"].(map[string]any)["item_add_results"].([]any)) != 2 {
		t.Errorf("%v", first)
	}
}

// TestSessionsAreKept checks for how long a session can be asked for: six hours
// after its end, though its token has expired, and though nobody ended it.
func TestSessionsAreKept(t *testing.T) {
	s := serve(t, apitest.Options{})
	token := s.Post(create, withAuth(``)).OK().Text("link_token")
	body := `"link_token":"` + token + `"`
	end := s.Now().Add(3*time.Hour + 50*time.Minute)
	remember(t, s, token, &linksession.Session{ID: "a1111111-2222-4333-8444-555555555555", StartedAt: s.Now(), Deadline: end})
	if finished := first(t, s.Post(get, body))["finished_at"]; finished != nil {
		t.Errorf("finished at %v", finished)
	}
	s.Advance(9 * time.Hour)
	if finished := first(t, s.Post(get, body))["finished_at"]; finished != end.Format(time.RFC3339) {
		t.Errorf("finished at %v", finished)
	}
	s.Advance(51 * time.Minute)
	s.Post(get, body).Is(invalidToken)
}

func first(t *testing.T, a *apitest.Answer) map[string]any {
	t.Helper()
	list := a.OK().At("link_sessions").([]any)
	if len(list) != 1 {
		t.Fatalf("%s", a.Body)
	}
	return list[0].(map[string]any)
}
