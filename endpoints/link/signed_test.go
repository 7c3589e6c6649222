package link_test

import (
	"context"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// signed are tokens by their texts.
type signed map[string]api.Grant

func (s signed) Grant(_ context.Context, token string, _ time.Time) (api.Grant, error) {
	g, ok := s[token]
	if !ok {
		return g, api.ErrNoGrant
	}
	return g, nil
}

func (signed) UserItems(context.Context, models.ClientID, string, time.Time) ([]*store.Head, error) {
	return nil, nil
}

// TestUpdateModeBySignedToken checks that a signed token that opens an Item can mend it,
// and no other can.
func TestUpdateModeBySignedToken(t *testing.T) {
	tokens := signed{}
	s := apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route {
		return link.New(link.Options{
			Sessions: linksession.New(s.Store, s.Tokens), Tokens: s.Tokens, Providers: s.Providers, Environment: s.Environment, Signed: tokens,
		}).Routes()
	})
	_, h := s.Link(ledger.LinkRequest{})
	_, foreign := s.Link(ledger.LinkRequest{Client: apitest.Stranger})
	tokens["eyJmine"] = api.Grant{Client: apitest.Client, Item: h.ID}
	tokens["eyJuser"] = api.Grant{Client: apitest.Client, User: "alice"}
	tokens["eyJtheirs"] = api.Grant{Client: apitest.Stranger, Item: foreign.ID}
	tokens["eyJcrossed"] = api.Grant{Client: apitest.Client, Item: foreign.ID}
	a := s.Post(create, with(`"access_token":"eyJmine"`)).OK()
	token, err := linksession.New(s.Store, s.Tokens).Token(t.Context(), a.Text("link_token"))
	if err != nil || token.Update == nil || len(token.Update.Items) != 1 || token.Update.Items[0] != h.ID {
		t.Errorf("it mends %+v, %v", token, err)
	}
	for _, text := range []string{"eyJuser", "eyJtheirs", "eyJcrossed", "eyJunknown"} {
		s.Post(create, with(`"access_token":"`+text+`"`)).Is(apitest.UnknownAccess)
	}
}
