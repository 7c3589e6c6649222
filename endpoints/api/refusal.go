package api

import (
	"context"

	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// refusing returns a route that answers nothing but the error, to a client whose
// credentials are good.
func (s *Server) refusing(path string, err *plaiderr.Error) Route {
	return Handle(path, ClientAuth, func(context.Context, *Caller, *anyRequest) (wire.Response, error) {
		return nil, err
	})
}

// anyRequest is a body with credentials and anything else.
type anyRequest struct{ wire.Credentials }

// DecodeJSON implements wire.Request.
func (v *anyRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "client_id":
			v.ClientID = d.Credential()
		case "secret":
			v.Secret = d.Credential()
		default:
			d.Skip()
		}
	}
	d.End()
}
