package linksession

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// User is the user_id of the user whose new Items are, or "" where a request names
// nobody. A caller with a signed token may name by user_id whom he likes, as his users
// needn't be made by /user/create. Errors: those of api.Tokens.EndUser.
func User(ctx context.Context, tokens *api.Tokens, c *api.Caller, id, token *string) (string, error) {
	switch {
	case id == nil && token == nil:
		return "", nil
	case id == nil || token != nil || !c.Signed:
		u, err := tokens.EndUser(ctx, c.Client.ID, id, token)
		return u.ID, err
	case *id == "":
		return "", plaiderr.New(plaiderr.InvalidUserID)
	}
	return *id, nil
}
